"""Raw emails: the bytes as they came, the source that everything else can be read from again."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class RawEmail(Base, kw_only=True):
    __tablename__ = "raw_email"

    inbound_email_id: Mapped[int] = mapped_column(ForeignKey("inbound_email.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("stored_file.digest"), index=True, repr=False)
