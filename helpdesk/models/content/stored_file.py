"""Stored files: bytes by their SHA-256, small ones in the database, large ones in the files folder."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class StoredFile(Base, kw_only=True):
    """`body` is empty for a file that lies in the folder."""

    __tablename__ = "stored_file"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    size: Mapped[int]
    body: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)
