"""Logins by token: how a mailbox's provider gives them, and when the next one is needed."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class MailboxToken(Base, kw_only=True):
    """Our registration at the provider of one mailbox. Secrets are sealed under the key file.

    The token of the hour is where a password would be: in the mailbox's own secrets.
    """

    __tablename__ = "mailbox_token"

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[bytes] = mapped_column(LargeBinary, default=b"", repr=False)
    authorize_url: Mapped[str]
    token_url: Mapped[str]
    scope: Mapped[str] = mapped_column(default="")
    secret_ends_at: Mapped[datetime | None] = mapped_column(default=None)  # as the admin read it at the provider

    # a login that was begun: a digest of its state, and what must be said with the code
    state_digest: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, index=True)
    verifier: Mapped[bytes] = mapped_column(LargeBinary, default=b"", repr=False)
    code: Mapped[bytes] = mapped_column(LargeBinary, default=b"", repr=False)
    begun_until: Mapped[datetime | None] = mapped_column(default=None)

    refresh_token: Mapped[bytes] = mapped_column(LargeBinary, default=b"", repr=False)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str | None] = mapped_column(default=None)
    error_since: Mapped[datetime | None] = mapped_column(default=None)
    trial: Mapped[str] = mapped_column(default="")  # what the last look at each step found, as JSON
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
