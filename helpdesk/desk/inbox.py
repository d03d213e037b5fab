"""Who sees which tickets, in which order: every list, count, search and suggestion starts here."""

import enum
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.base import Id, Moment
from helpdesk.models.customer import Customer
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Scope
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy.basis import covered, in_scope, standing
from helpdesk.storage.prepared import plain, prepared

PAGE: Final = 50
COUNTED_UP_TO: Final = 1_000
OrderedBy = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


class View(enum.StrEnum):
    """The lists an agent looks at."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    SPAM = "spam"
    TRASH = "trash"


@dataclass(frozen=True, slots=True)
class Part:
    """What of a view is meant: what is with one team, what came to one mailbox, or all of it."""

    team_id: int | None = None
    mailbox_id: int | None = None


ALL: Final = Part()


@dataclass(frozen=True, slots=True)
class Key:
    """A place in a list: what its order goes by, and the ticket's id."""

    at: datetime
    ticket_id: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `after` is where the next one begins, None on the last."""

    tickets: Sequence[Ticket]
    after: Key | None


def visible(agent: Agent) -> Select[Ticket]:
    """All tickets this agent may know of. Outside of it, nothing exists: not a title, not a count."""
    return select(Ticket).where(is_visible(agent))


def is_visible(agent: Agent) -> ColumnElement[bool]:
    """The same as a condition on Ticket: what the role's scope holds, and what a live grant covers.

    Nothing for somebody who is disabled.
    """
    if agent.is_disabled:
        return false()
    if agent.scope is Scope.ALL:
        return in_scope(agent)
    return or_(in_scope(agent), covered(agent))


def key_of(name: str, agent: Agent, *more: Hashable) -> Hashable | None:
    """What a statement on `visible` is known by (see `prepared`), given all else it is made of; None: of no use."""
    who = standing(agent)
    return None if who is None else (name, who, *more)


def in_view(agent: Agent, view: View, part: Part = ALL) -> Select[Ticket]:
    """The tickets of one view, or of a part of it, in no order yet."""
    chosen = visible(agent).where(*_where(view))
    if view is View.MINE:
        chosen = chosen.where(Ticket.assignee_id == agent.id)
    if view is View.UNASSIGNED:
        chosen = chosen.where(Ticket.assignee_id.is_(None))
    if part.team_id is not None:
        chosen = chosen.where(Ticket.team_id == part.team_id)
    if part.mailbox_id is not None:
        chosen = chosen.where(Ticket.mailbox_id == part.mailbox_id)
    return chosen


def page(
    session: Session,
    agent: Agent,
    view: View,
    part: Part = ALL,
    *,
    after: Key | None = None,
    size: int = PAGE,
    is_turned: bool = False,
) -> Page:
    """A page of a view. Open tickets: the longest waiting first. All others: the newest first. Or turned around."""
    key = key_of("page", agent, view, part, size, is_turned, after is None)
    values = {"at": after.at, "number": after.ticket_id} if after else {}
    newest_first = is_newest_first(view, is_turned=is_turned)

    def build() -> Select[Ticket]:
        chosen = in_view(agent, view, part).options(*for_rows()).limit(plain(size + 1))
        return _in_order(chosen, _ORDER[view], newest_first=newest_first, is_first=after is None)

    chosen = prepared(key, build)
    rows = session.scalars(chosen, values).all()
    tickets = rows[:size]
    is_last = len(rows) <= size
    return Page(tickets, None if is_last else Key(_moment(tickets[-1], _ORDER[view]), tickets[-1].id))


def _in_order(chosen: Select[Ticket], column: OrderedBy, *, newest_first: bool, is_first: bool) -> Select[Ticket]:
    """By a moment and by number; not the first page goes on after one of each."""
    place, after = tuple_(column, Ticket.id), tuple_(bindparam("at", type_=Moment()), bindparam("number", type_=Id))
    if not is_first:
        chosen = chosen.where(place < after if newest_first else place > after)
    order = (column.desc(), Ticket.id.desc()) if newest_first else (column, Ticket.id)
    return chosen.order_by(*order)


def is_newest_first(view: View, *, is_turned: bool) -> bool:
    return (view not in _LONGEST_WAITING_FIRST) is not is_turned


def ids_of(session: Session, agent: Agent, view: View, part: Part = ALL, *, most: int) -> Sequence[int]:
    """All tickets of a view, as many as are asked for at the most; the oldest first."""
    chosen = in_view(agent, view, part).with_only_columns(Ticket.id)
    return session.scalars(chosen.order_by(Ticket.id).limit(most)).all()


def following(
    session: Session,
    agent: Agent,
    view: View,
    ticket: Ticket,
    part: Part = ALL,
    *,
    is_turned: bool = False,
) -> Ticket | None:
    """The ticket after this one in a view, going by where this one stands now."""
    at = getattr(ticket, _ORDER[view].key)
    after = Key(at, ticket.id) if at is not None else None
    found = page(session, agent, view, part, after=after, size=1, is_turned=is_turned).tickets
    return next((one for one in found if one.id != ticket.id), None)


def count(session: Session, agent: Agent, view: View, part: Part = ALL) -> int:
    """How many tickets a view holds; counting stops at COUNTED_UP_TO + 1, which means "more than"."""
    chosen = in_view(agent, view, part).with_only_columns(Ticket.id).limit(plain(COUNTED_UP_TO + 1))
    return session.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def team_ids(session: Session, agent: Agent) -> Sequence[int]:
    return session.scalars(select(TeamMember.team_id).where(TeamMember.agent_id == agent.id)).all()


@cache
def for_rows() -> tuple[LoaderOption, ...]:
    """What a row of a list shows besides the ticket itself, loaded in the same query, and no more of it."""
    return (
        joinedload(Ticket.customer).load_only(Customer.name),
        joinedload(Ticket.assignee).load_only(Agent.name),
        joinedload(Ticket.mailbox).load_only(Mailbox.name),
    )


@cache
def with_people() -> tuple[LoaderOption, ...]:
    """Who and what a ticket belongs to, loaded in the same query."""
    return (
        joinedload(Ticket.customer),
        joinedload(Ticket.assignee),
        joinedload(Ticket.mailbox),
        joinedload(Ticket.team),
    )


def _moment(ticket: Ticket, column: OrderedBy) -> datetime:
    moment = getattr(ticket, column.key)
    assert isinstance(moment, datetime)  # noqa: S101  a closed ticket has its moment
    return moment


def _where(view: View) -> tuple[ColumnElement[bool], ...]:
    if view in {View.SPAM, View.TRASH}:
        return (Ticket.place == plain(Place(view.value)),)
    here = (Ticket.place == plain(Place.DESK), Ticket.status == plain(_STATUS[view]))
    return (*here, _IS_ASIDE) if _STATUS[view] in _ASIDE else here


_LONGEST_WAITING_FIRST: Final = frozenset({View.MINE, View.UNASSIGNED, View.OPEN})
_STATUS: Final = {
    View.MINE: Status.OPEN,
    View.UNASSIGNED: Status.OPEN,
    View.OPEN: Status.OPEN,
    View.PENDING: Status.PENDING,
    View.SNOOZED: Status.SNOOZED,
    View.CLOSED: Status.CLOSED,
}
_ASIDE: Final = (Status.PENDING, Status.SNOOZED)
# said as the index ix_ticket_aside says it: SQLite does not see by itself that one of the two is among them
_IS_ASIDE: Final = Ticket.status.in_(bindparam("aside", _ASIDE, expanding=True, literal_execute=True))
_ORDER: Final = {
    View.MINE: Ticket.waiting_since,
    View.UNASSIGNED: Ticket.waiting_since,
    View.OPEN: Ticket.waiting_since,
    View.PENDING: Ticket.active_at,
    View.SNOOZED: Ticket.active_at,
    View.CLOSED: Ticket.closed_at,
    View.SPAM: Ticket.active_at,
    View.TRASH: Ticket.active_at,
}
