"""Feedback: who agreed to be written to about what they told."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class ContactConsent(Base, kw_only=True):
    """A box that somebody ticked beside their feedback: they may be written to about it, once.

    It counts when it is proved: by the link that was mailed to the address in the form.
    """

    __tablename__ = "contact_consent"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    email: Mapped[str] = mapped_column(repr=False, index=True)
    nonce: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    outbound_email_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_email.id"), default=None, index=True)
    given_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    proved_at: Mapped[datetime | None] = mapped_column(default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)
