"""Mailboxes: the addresses we poll and answer from."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.acknowledgement import Acknowledges
from helpdesk.models.base import Base


class Security(enum.StrEnum):
    """How a connection is protected; plain is for servers on this machine only."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class AfterFetch(enum.StrEnum):
    """What happens on the server once an email is safely ours."""

    NOTHING = "nothing"
    FLAG = "flag"
    MOVE = "move"


class LoginKind(enum.StrEnum):
    """What a mailbox's secrets are: passwords, or the token of the hour (desk/mailbox_tokens)."""

    PASSWORD = "password"  # noqa: S105  a kind, no password
    TOKEN = "token"  # noqa: S105  a kind, no token


class Mailbox(Base, kw_only=True):
    __tablename__ = "mailbox"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)

    login: Mapped[LoginKind] = mapped_column(default=LoginKind.PASSWORD)
    imap_host: Mapped[str]
    imap_port: Mapped[int]
    imap_security: Mapped[Security]
    imap_user: Mapped[str]
    imap_secret: Mapped[bytes] = mapped_column(LargeBinary, repr=False)  # AES-GCM under the key file
    folder: Mapped[str] = mapped_column(default="INBOX")
    after_fetch: Mapped[AfterFetch] = mapped_column(default=AfterFetch.NOTHING)
    move_to: Mapped[str | None] = mapped_column(default=None)

    smtp_host: Mapped[str]
    smtp_port: Mapped[int]
    smtp_security: Mapped[Security]
    smtp_user: Mapped[str] = mapped_column(default="")
    smtp_secret: Mapped[bytes] = mapped_column(LargeBinary, default=b"", repr=False)

    # emails that arrived before this are imported silently; None: nothing older than the first connection
    import_since: Mapped[datetime | None] = mapped_column(default=None)
    go_live_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)

    # how it is: written by poller and delivery, read by doctor and the banner
    polled_at: Mapped[datetime | None] = mapped_column(default=None)
    poll_error: Mapped[str | None] = mapped_column(default=None)
    poll_error_since: Mapped[datetime | None] = mapped_column(default=None)
    sending_paused_because: Mapped[str | None] = mapped_column(default=None)

    # how it sends: at most so many emails a minute (0: no limit), and a copy into this folder of the server
    # ("": the one that the server marks for sent mail; None: no copy)
    acknowledges: Mapped[Acknowledges] = mapped_column(default=Acknowledges.OFF)
    most_per_minute: Mapped[int] = mapped_column(default=0)
    next_send_at: Mapped[datetime | None] = mapped_column(default=None)
    sent_folder: Mapped[str | None] = mapped_column(default=None)
    largest_mb: Mapped[int | None] = mapped_column(default=None)  # of an email on the wire, as an admin chose
    smtp_takes: Mapped[int | None] = mapped_column(default=None)  # bytes of an email, as the server said last
    sent_copy_error: Mapped[str | None] = mapped_column(default=None)


class MailboxPosition(Base, kw_only=True):
    """How far a folder has been read; moves in the transaction that stores what was read."""

    __tablename__ = "mailbox_position"
    __table_args__ = (UniqueConstraint("mailbox_id", "folder", "uidvalidity"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"))
    folder: Mapped[str]
    uidvalidity: Mapped[int]
    last_uid: Mapped[int] = mapped_column(default=0)
    began_after: Mapped[int] = mapped_column(default=0)  # UIDs up to this one were there before us, and stay there
    # what the last count found (desk/reconciliation.py); nothing is counted yet where counted_at is None
    server_count: Mapped[int | None] = mapped_column(default=None)
    counted_at: Mapped[datetime | None] = mapped_column(default=None)
    before_count: Mapped[int] = mapped_column(default=0)  # of these, from before us
    gone_count: Mapped[int] = mapped_column(default=0)  # in the ledger, and on the server no longer
    missing_count: Mapped[int] = mapped_column(default=0)  # on the server, and not in the ledger: a gap
    missing_uids: Mapped[str] = mapped_column(default="")  # the first of them
    missing_since: Mapped[datetime | None] = mapped_column(default=None)
