"""What narrows a search: words with a colon, such as tag:invoice or is:open, as conditions on tickets."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, not_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from helpdesk.desk import counters, inbox
from helpdesk.desk import custom_fields as fields
from helpdesk.desk.search_days import Days
from helpdesk.models.agent import Agent, Team, TeamMember
from helpdesk.models.customer import CustomerAddress, CustomerWord
from helpdesk.models.follower import Follower
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message, MessageAddress, Note
from helpdesk.models.notice import Notice, NoticeKind
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import custom_fields, united
from helpdesk.privacy.basis import readable
from helpdesk.storage.folding import folded
from helpdesk.storage.words import words

Condition = ColumnElement[bool]
Attribute = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
_HIGHEST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Filter:
    """One such word as it was typed: `-tag:invoice` leaves out what has the tag."""

    key: str
    value: str
    is_without: bool = False

    @property
    def typed(self) -> str:
        value = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{'-' if self.is_without else ''}{self.key}:{value}"


class NotUnderstood(ValueError):
    """A filter whose value is none of those it takes; `known` are these, where they can be counted."""

    def __init__(self, value: str, known: Sequence[str] = ()) -> None:
        super().__init__(value)
        self.known = known


def condition(session: Session, wanted: Filter, *, by: Agent, days: Days) -> Condition:
    """The tickets a filter lets through, as a condition on Ticket; what asks for content asks only what is readable.

    Raises NotUnderstood.
    """
    made = _CONDITIONS[wanted.key](session, wanted.value, by, days)
    made = not_(made) if wanted.is_without else made
    return and_(made, readable(session, by)) if wanted.key in _ABOUT_CONTENT else made


def _is(_session: Session, value: str, by: Agent, _days: Days) -> Condition:
    on_desk = Ticket.place == Place.DESK
    found: dict[str, Condition] = {
        **{status.value: and_(on_desk, Ticket.status == status) for status in Status},
        "spam": Ticket.place == Place.SPAM,
        "trash": Ticket.place == Place.TRASH,
        "mine": Ticket.assignee_id == by.id,
        "unassigned": Ticket.assignee_id.is_(None),
        "waiting": and_(on_desk, Ticket.awaits_us, Ticket.status != Status.CLOSED),
        "protected": Ticket.is_protected.is_(True),
        "followed": exists().where(Follower.ticket_id == Ticket.id, Follower.agent_id == by.id),
        "mentioned": exists().where(
            Notice.ticket_id == Ticket.id,
            Notice.agent_id == by.id,
            Notice.kind.in_((NoticeKind.MENTION, NoticeKind.CALLED)),
        ),
        "undelivered": Ticket.has_failed_delivery.is_(True),
    }
    return _one_of(found, value)


def _has(_session: Session, value: str, _by: Agent, _days: Days) -> Condition:
    note = exists().where(Note.ticket_id == Ticket.id)
    found: dict[str, Condition] = {
        "attachment": Ticket.has_attachments.is_(True),
        "note": note,
        "tag": exists().where(TicketTag.ticket_id == Ticket.id),
    }
    return _one_of(found, value)


def _tag(_session: Session, value: str, _by: Agent, _days: Days) -> Condition:
    tagged = select(TicketTag.ticket_id).join(Tag, Tag.id == TicketTag.tag_id).where(Tag.name == value.lower())
    return Ticket.id.in_(tagged)


def _field(session: Session, value: str, _by: Agent, _days: Days) -> Condition:
    """What stands in a custom field: `field:order=4711`, or anything at all: `field:order`."""
    key, _is, wanted = value.partition("=")
    field = fields.named(session, key.strip())
    if field is None:
        raise NotUnderstood(value)
    return custom_fields.holding([field.id], " ".join(wanted.split()))


def _team(session: Session, value: str, by: Agent, _days: Days) -> Condition:
    """By its name, whatever case and accents: compared here, for SQLite knows those of English alone."""
    named = session.execute(select(Team.id, Team.name))
    found = [team_id for team_id, name in named if folded(name) == folded(value)]
    known = {team.id: team.name for team in counters.teams(session, by)}
    return _of_known(session, Ticket.team_id, found, known, value, by)


def _mailbox(session: Session, value: str, by: Agent, _days: Days) -> Condition:
    """To which of our mailboxes it came: by its name or address, or where none is called so by a word of its name."""
    called = session.execute(select(Mailbox.id, Mailbox.name, Mailbox.address)).all()
    exactly = [number for number, *names in called if folded(value) in map(folded, names)]
    found = exactly or [number for number, name, _address in called if _has_word(name, value)]
    known = {box.id: box.name for box in counters.mailboxes(session, by)}
    return _of_known(session, Ticket.mailbox_id, found, known, value, by)


def _of_known(
    session: Session, column: Attribute, found: Sequence[int], known: Mapping[int, str], value: str, by: Agent
) -> Condition:
    """Those that were named. One of which the reader may not know is none: whether there is one is not told.

    They may know those whose tickets they see, be it one ticket alone. Raises NotUnderstood.
    """
    made = column.in_(found)
    if known.keys() & set(found):
        return made
    if found and session.scalar(select(Ticket.id).where(inbox.is_visible(by), made).limit(1)) is not None:
        return made
    raise NotUnderstood(value, list(known.values()))


def _assignee(session: Session, value: str, by: Agent, _days: Days) -> Condition:
    """An address, or how a name or one of its further words begins, whatever case and accents."""
    if value.lower() in {"me", "none"}:
        return Ticket.assignee_id == by.id if value.lower() == "me" else Ticket.assignee_id.is_(None)
    agents = session.execute(select(Agent.id, Agent.name, Agent.email))
    found = [number for number, name, email in agents if folded(email) == folded(value) or _has_word(name, value)]
    if not found:
        raise NotUnderstood(value, ["me", "none", *_colleagues(session, by)])
    return Ticket.assignee_id.in_(found)


def _has_word(name: str, beginning: str) -> bool:
    return f" {folded(beginning)}" in f" {folded(name)}"


def _colleagues(session: Session, by: Agent) -> Sequence[str]:
    """Who answers in the teams whose tickets the reader sees."""
    its = TeamMember.team_id.in_([team.id for team in counters.teams(session, by)])
    chosen = select(Agent.name).where(Agent.id.in_(select(TeamMember.agent_id).where(its)))
    return session.scalars(chosen.order_by(Agent.name)).all()


def _from(session: Session, value: str, _by: Agent, _days: Days) -> Condition:
    """Who wrote a message of it, with this or another address.

    By an address, its beginning, or @ and a domain; by words of a name, of the last one the beginning.
    """
    addressed = select(CustomerAddress.customer_id).where(_address(session, CustomerAddress.email, value))
    named = None if "@" in value else _called(session, value)
    found = addressed if named is None else select(union(addressed, named).subquery().c[0])
    return Ticket.id.in_(select(Message.ticket_id).where(Message.customer_id.in_(united.beside(found))))


def _called(session: Session, name: str) -> Select[int] | None:
    """Whose name has these words, whatever their case and accents."""
    *whole, last = words(name) or [""]
    if not last:
        return None
    called = select(CustomerWord.customer_id).where(_begins(session, CustomerWord.word, last))
    for word in whole:
        other = aliased(CustomerWord)
        called = called.where(exists().where(other.customer_id == CustomerWord.customer_id, other.word == word))
    return called


def _to(session: Session, value: str, _by: Agent, _days: Days) -> Condition:
    addressed = select(MessageAddress.message_id).where(_address(session, MessageAddress.email, value))
    return Ticket.id.in_(select(Message.ticket_id).where(Message.id.in_(addressed)))


def _before(_session: Session, value: str, _by: Agent, days: Days) -> Condition:
    return Ticket.opened_at < _moment(value, days)


def _after(_session: Session, value: str, _by: Agent, days: Days) -> Condition:
    return Ticket.active_at >= _moment(value, days)


def _address(session: Session, column: InstrumentedAttribute[str], value: str) -> Condition:
    value = value.strip("<>,;").lower()
    if value.startswith("@"):
        return column.endswith(value, autoescape=True)
    return column == value if "@" in value else _begins(session, column, value)


def _begins(session: Session, column: InstrumentedAttribute[str], letters: str) -> Condition:
    """As a range, for an index; on PostgreSQL by code points, however its database sorts."""
    place = column.collate("C") if session.get_bind().dialect.name == "postgresql" else column
    return and_(place >= letters, place < letters + _HIGHEST)


def _moment(value: str, days: Days) -> datetime:
    """When a day, a month or a year begins where the reader is."""
    beginning = days.beginning(value)
    if beginning is None:
        raise NotUnderstood(value)
    return beginning


def _one_of(found: dict[str, Condition], value: str) -> Condition:
    if value.lower() not in found:
        raise NotUnderstood(value, list(found))
    return found[value.lower()]


_CONDITIONS: Final[dict[str, Callable[[Session, str, Agent, Days], Condition]]] = {
    "after": _after,
    "assignee": _assignee,
    "before": _before,
    "field": _field,
    "from": _from,
    "has": _has,
    "is": _is,
    "mailbox": _mailbox,
    "tag": _tag,
    "team": _team,
    "to": _to,
}
KEYS: Final = frozenset(_CONDITIONS)
_ABOUT_CONTENT: Final = frozenset({"field", "from", "has", "tag", "to"})  # the rest is told of every visible ticket
