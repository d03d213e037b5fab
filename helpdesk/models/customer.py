"""Customers: the people who write to us, the data subjects, and their addresses."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.models.base import Base


class Source(enum.StrEnum):
    """How we came to know something about a person."""

    EMAIL = "email"
    AGENT = "agent"
    FORM = "form"


class Customer(Base, kw_only=True):
    __tablename__ = "customer"
    # few are protected, and each list asks who
    __table_args__ = (
        Index(
            "ix_customer_protected",
            "id",
            sqlite_where=text("is_protected = 1"),
            postgresql_where=text("is_protected"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None] = mapped_column(default=None)
    source: Mapped[Source] = mapped_column(default=Source.EMAIL)
    is_protected: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
    # the same person under other addresses: the record this one was put beside
    part_of_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), default=None, index=True)
    addresses: Mapped[list["CustomerAddress"]] = relationship(
        back_populates="customer",
        default_factory=list,
        lazy="raise",
        repr=False,
        order_by="CustomerAddress.id",
    )


class CustomerAddress(Base, kw_only=True):
    """One email address of a customer, in lower case; an address belongs to one customer."""

    __tablename__ = "customer_address"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True, init=False)
    customer: Mapped[Customer] = relationship(back_populates="addresses", lazy="raise", repr=False)
    email: Mapped[str] = mapped_column(unique=True)
    source: Mapped[Source] = mapped_column(default=Source.EMAIL)
    added_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    bounced_at: Mapped[datetime | None] = mapped_column(default=None)


class CustomerWord(Base, kw_only=True):
    """A word of a customer's name as the search folds it."""

    __tablename__ = "customer_word"

    # sorted by code points everywhere: a beginning is a range of them
    word: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True, index=True)
