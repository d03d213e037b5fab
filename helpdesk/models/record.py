"""A customer's own record: visits to it, opened by a mailed code, and the digest they asked for."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class RecordVisit(Base, kw_only=True):
    """Somebody asked to see a record: the address of the page is one secret, the mailed code the other.

    A visit for an address that nobody has looks the same from outside, and no code opens it.
    """

    __tablename__ = "record_visit"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), default=None, index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    nonce: Mapped[bytes] = mapped_column(LargeBinary, repr=False)  # the code is made of it and the key file
    outbound_email_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_email.id"), default=None, index=True)
    asked_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)


class RecordDigest(Base, kw_only=True):
    """That a customer wants their record's sum by email each month, and the last one that was sent."""

    __tablename__ = "record_digest"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    nonce: Mapped[bytes] = mapped_column(LargeBinary, repr=False)  # the stop link is made of it and the key file
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    wanted_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    counted_until: Mapped[datetime] = mapped_column(default_factory=clock.now)
    outbound_email_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_email.id"), default=None, index=True)
    readings: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
