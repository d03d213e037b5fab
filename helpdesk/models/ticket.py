"""Tickets: one matter raised by one customer, and the people on it."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.models.agent import Agent, Team
from helpdesk.models.base import Base
from helpdesk.models.customer import Customer
from helpdesk.models.mailbox import Mailbox


class Status(enum.StrEnum):
    OPEN = "open"
    PENDING = "pending"  # the customer must act
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Place(enum.StrEnum):
    DESK = "desk"
    SPAM = "spam"
    TRASH = "trash"
    MERGED = "merged"  # an empty cover: what was on it is on another ticket (models/merge.py)
    PURGED = "purged"  # out of the trash for good (privacy/purging.py): a number and dates


class Channel(enum.StrEnum):
    EMAIL = "email"
    FEEDBACK = "feedback"
    AGENT = "agent"


class Priority(enum.StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Ticket(Base, kw_only=True):
    """One matter raised by one customer, from first message to closure.

    Its subject and preview are content: models/content/ticket_content.py, behind the gate.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        _partial(
            "ix_ticket_open_by_team",
            "team_id",
            "status",  # one of a kind here; without it SQLite takes an index of all tickets for as good
            "waiting_since",
            "id",
            where="status = 'open' AND place = 'desk'",
        ),
        _partial(
            "ix_ticket_open_by_mailbox",
            "mailbox_id",
            "status",
            "waiting_since",
            "id",
            "team_id",  # who may see them is told without the tickets themselves
            where="status = 'open' AND place = 'desk'",
        ),
        _partial("ix_ticket_open", "waiting_since", "id", where="status = 'open' AND place = 'desk'"),
        _partial(
            "ix_ticket_open_mine",
            "assignee_id",
            "status",
            "waiting_since",
            "id",
            where="status = 'open' AND place = 'desk'",
        ),
        _partial(
            "ix_ticket_unassigned",
            "team_id",
            "status",
            "assignee_id",
            "waiting_since",
            "id",
            where="status = 'open' AND place = 'desk' AND assignee_id IS NULL",
        ),
        Index(
            "ix_ticket_failed_delivery",
            "team_id",
            "id",
            sqlite_where=text("has_failed_delivery IS 1"),
            postgresql_where=text("has_failed_delivery IS TRUE"),
        ),
        _partial(
            "ix_ticket_aside",
            "status",
            "team_id",
            "active_at",
            "id",
            where="status IN ('pending', 'snoozed') AND place = 'desk'",
        ),
        _partial(
            "ix_ticket_closed_by_team",
            "team_id",
            "closed_at",
            "id",
            where="status = 'closed' AND place = 'desk'",
        ),
        _partial("ix_ticket_closed", "closed_at", "id", where="status = 'closed' AND place = 'desk'"),
        _partial("ix_ticket_elsewhere", "place", "active_at", "id", where="place <> 'desk'"),
        _partial("ix_ticket_trashed", "place", "trashed_at", "id", where="trashed_at IS NOT NULL"),
        Index("ix_ticket_customer", "customer_id", "team_id", "status"),
        Index("ix_ticket_of_customer", "customer_id", "id"),
        Index("ix_ticket_by_team", "team_id", "active_at", "id"),
        Index("ix_ticket_opened", "opened_at", "id"),
        {"sqlite_autoincrement": True},  # a number is never given twice, not even after an erasure
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    customer: Mapped[Customer] = relationship(lazy="raise", repr=False)
    team: Mapped[Team] = relationship(lazy="raise", repr=False)
    mailbox: Mapped[Mailbox] = relationship(lazy="raise", repr=False)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), init=False)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"), init=False)
    assignee: Mapped[Agent | None] = relationship(lazy="raise", default=None, repr=False)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), init=False)
    status: Mapped[Status] = mapped_column(default=Status.OPEN)
    place: Mapped[Place] = mapped_column(default=Place.DESK)
    channel: Mapped[Channel] = mapped_column(default=Channel.EMAIL)
    priority: Mapped[Priority] = mapped_column(default=Priority.NORMAL)
    is_protected: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    active_at: Mapped[datetime] = mapped_column(default_factory=clock.now)  # the last message, in or out
    waiting_since: Mapped[datetime] = mapped_column(default_factory=clock.now)  # its place in line
    awaits_us: Mapped[bool] = mapped_column(default=True)  # the customer spoke last
    first_reply_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    taken_up_at: Mapped[datetime | None] = mapped_column(default=None)  # by us, the customer not having written since
    message_count: Mapped[int] = mapped_column(default=0)
    has_attachments: Mapped[bool] = mapped_column(default=False)
    has_failed_delivery: Mapped[bool] = mapped_column(default=False)
    trashed_at: Mapped[datetime | None] = mapped_column(default=None)  # until it is restored, or all of it is gone
    erased_at: Mapped[datetime | None] = mapped_column(default=None)  # when what it said was: its person's, or trash
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)  # the old, closed one
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    woke_at: Mapped[datetime | None] = mapped_column(default=None)  # back from a snooze, and not looked after yet
    merged_count: Mapped[int] = mapped_column(default=0)  # tickets whose messages are on this one

    @property
    def number(self) -> int:
        return self.id

    @property
    def is_closed(self) -> bool:
        return self.status is Status.CLOSED

    def put(self, place: Place) -> None:
        """Where it is from now on; in the trash, since when."""
        self.place, self.trashed_at = place, clock.now() if place is Place.TRASH else None


class Participant(Base, kw_only=True):
    """Anyone on a ticket's conversation; only these may write to it, by mail, unasked."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("ticket_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    email: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), default=None, index=True)
    joined_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
