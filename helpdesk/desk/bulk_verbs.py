"""What each bulk verb does to one ticket, which of its states that touches, and how those are put back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import custom_fields, inbox, lengths, merges, places, snooze, tickets
from helpdesk.models.agent import Agent, Team
from helpdesk.models.bulk import Verb
from helpdesk.models.custom_field import CustomField
from helpdesk.models.snooze import Snooze
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Place, Priority, Status, Ticket
from helpdesk.privacy import audit
from helpdesk.privacy import custom_fields as gate
from helpdesk.privacy.access import AccessDenied
from helpdesk.storage import jobs

REFUSALS: Final = (
    AccessDenied,
    custom_fields.NotOffered,
    merges.NotToBeMerged,
    merges.NotToBeUndone,
    places.NotAPlace,
    tickets.NotOfTheTeam,
)

States = Mapping[str, object]


class NotUnderstood(Exception):
    """There is no such verb, or it needs something to go with it: a team, a word, a moment."""


def check(session: Session, verb: Verb, argument: str, *, by: Agent) -> None:
    """Whether this can be done to any ticket at all. Raises NotUnderstood, TooLong."""
    if verb is Verb.ASSIGN and argument:
        _row(session, Agent, argument)
    elif verb is Verb.TEAM:
        _row(session, Team, argument)
    elif verb is Verb.UNTAG:
        _row(session, Tag, argument)
    elif verb is Verb.TAG and not lengths.name(argument, tickets.LONGEST_TAG, field="tag"):
        raise NotUnderstood("write the tag first")
    elif verb is Verb.PRIORITY and argument not in set(Priority):
        raise NotUnderstood("there is no such priority")
    elif verb is Verb.FIELD:
        _check_field(session, argument)
    elif verb is Verb.MERGE:
        _check_target(session, argument, by)
    elif verb is Verb.SNOOZE:
        try:
            snooze.check(*_moment(argument))
        except snooze.NotToBeSnoozed as refused:
            raise NotUnderstood(str(refused)) from None


def act(session: Session, ticket: Ticket, verb: Verb, argument: str, *, by: Agent) -> None:
    """Do it to one ticket. Raises one of REFUSALS, and has then changed nothing."""
    if ticket.place in {Place.MERGED, Place.PURGED}:
        raise places.NotAPlace("it is nowhere that an action reaches")
    _ACTS[verb].run(session, ticket, argument, by)
    session.flush()


def states(session: Session, ticket: Ticket, verb: Verb, argument: str) -> States:
    """How a ticket is, as far as this verb touches it: states, ids and moments, never a word of content."""
    return {name: _ASPECTS[name].look(session, ticket, argument) for name in _ACTS[verb].aspects}


def put_back(session: Session, ticket: Ticket, verb: Verb, argument: str, before: States, *, by: Agent) -> None:
    """Give a ticket the states it had; it tells so like any change. Raises one of REFUSALS, and changed nothing."""
    if verb is Verb.MERGE:
        merges.undo(session, ticket, by=by)
    else:
        for name in _ACTS[verb].aspects:
            _ASPECTS[name].put(session, ticket, argument, before[name])
    facts: dict[str, object] = {"verb": verb.value}
    audit.record(
        session, "ticket.put_back", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts
    )
    jobs.announce(session, ticket.id)


@dataclass(frozen=True, slots=True)
class _Act:
    run: Callable[[Session, Ticket, str, Agent], None]
    aspects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Aspect:
    look: Callable[[Session, Ticket, str], object]
    put: Callable[[Session, Ticket, str, object], None]


def _assign(session: Session, ticket: Ticket, argument: str, by: Agent) -> None:
    tickets.assign(session, ticket, session.get_one(Agent, int(argument)) if argument else None, by=by)


def _snooze(session: Session, ticket: Ticket, argument: str, by: Agent) -> None:
    until, on_reply = _moment(argument)
    snooze.snooze(session, ticket, until=until, on_reply=on_reply, by=by)


def _check_target(session: Session, argument: str, by: Agent) -> None:
    """A ticket that this agent may know of; of others nobody learns that they are there."""
    number = int(argument) if argument.isdecimal() and len(argument) < 18 else 0
    if session.scalar(select(Ticket.id).where(Ticket.id == number, inbox.is_visible(by))) is None:
        raise NotUnderstood("choose one that there is")


def _merge(session: Session, ticket: Ticket, argument: str, by: Agent) -> None:
    merges.merge(session, ticket, session.get_one(Ticket, int(argument)), by=by)


def _check_field(session: Session, argument: str) -> None:
    """A field in which something is chosen, and one of its choices; what somebody writes is one ticket's alone."""
    number, _is, value = argument.partition("=")
    _row(session, CustomField, number)
    field = session.get_one(CustomField, int(number))
    if field.retired_at is not None or value not in custom_fields.choices(field):
        raise NotUnderstood("choose a field, and what is to stand in it")


def _field(session: Session, ticket: Ticket, argument: str, by: Agent) -> None:
    number, _is, value = argument.partition("=")
    custom_fields.set_value(session, ticket, session.get_one(CustomField, int(number)), value, by=by)


def _stands_since(session: Session, ticket: Ticket, argument: str) -> object:
    """Not what stands there, which is content: since when."""
    at = gate.since(session, ticket, int(argument.partition("=")[0]))
    return at.isoformat() if at else None


def _field_again(session: Session, ticket: Ticket, argument: str, _value: object) -> None:
    gate.put_back(session, ticket, int(argument.partition("=")[0]))


def _place(place: Place) -> Callable[[Session, Ticket, str, Agent], None]:
    return lambda session, ticket, _argument, by: places.put(session, ticket, place, by=by)


def _simple(name: str) -> _Aspect:
    def put(_session: Session, ticket: Ticket, _argument: str, value: object) -> None:
        setattr(ticket, name, value)

    return _Aspect(lambda _session, ticket, _argument: getattr(ticket, name), put)


def _at(name: str) -> _Aspect:
    def look(_session: Session, ticket: Ticket, _argument: str) -> object:
        moment = getattr(ticket, name)
        return moment.isoformat() if moment else None

    def put(_session: Session, ticket: Ticket, _argument: str, value: object) -> None:
        setattr(ticket, name, datetime.fromisoformat(str(value)) if value else None)

    return _Aspect(look, put)


def _asleep(session: Session, ticket: Ticket, _argument: str) -> object:
    row = session.get(Snooze, ticket.id)
    if row is None:
        return None
    return [row.until.isoformat() if row.until else None, row.ends_on_reply, row.agent_id, row.note_id]


def _sleep_again(session: Session, ticket: Ticket, _argument: str, value: object) -> None:
    row = session.get(Snooze, ticket.id)
    if isinstance(value, list):
        until = datetime.fromisoformat(value[0]) if value[0] else None
        row = row or Snooze(ticket_id=ticket.id, agent_id=value[2])
        row.until, row.ends_on_reply, row.agent_id, row.note_id = until, value[1], value[2], value[3]
        session.add(row)
    elif row is not None:
        session.delete(row)


def _has_tag(session: Session, ticket: Ticket, argument: str) -> object:
    word = Tag.id == int(argument) if argument.isdecimal() else Tag.name == tickets.tidy_tag(argument)
    put = select(TicketTag.tag_id).join(Tag, Tag.id == TicketTag.tag_id).where(TicketTag.ticket_id == ticket.id, word)
    return session.scalar(put)


def _tag_again(session: Session, ticket: Ticket, argument: str, value: object) -> None:
    now = _has_tag(session, ticket, argument)
    if isinstance(value, int) and now is None and session.get(Tag, value) is not None:
        session.add(TicketTag(ticket_id=ticket.id, tag_id=value))
    elif value is None and isinstance(now, int):
        session.delete(session.get_one(TicketTag, (ticket.id, now)))


def _row(session: Session, row: type[Agent | Team | Tag | CustomField], argument: str) -> None:
    if not (argument.isdecimal() and len(argument) < 18 and session.get(row, int(argument)) is not None):
        raise NotUnderstood("choose one that there is")


def _moment(argument: str) -> tuple[datetime | None, bool]:
    """`reply`, a moment, or `a moment or reply`. Raises NotUnderstood."""
    moment, _or, other = argument.partition(" or ")
    try:
        until = None if moment == "reply" else datetime.fromisoformat(moment)
    except ValueError:
        raise NotUnderstood("until when?") from None
    if until is not None and until.tzinfo is None:
        raise NotUnderstood("in which time zone?")
    return until, "reply" in (moment, other)


_STATUS: Final = ("status", "closed_at", "waiting_since", "woke_at", "snooze")
_ACTS: Final[Mapping[Verb, _Act]] = {
    Verb.ASSIGN: _Act(_assign, ("assignee_id",)),
    Verb.TEAM: _Act(
        lambda session, ticket, argument, by: places.move(
            session, ticket, session.get_one(Team, int(argument)), by=by
        ),
        ("team_id", "assignee_id"),
    ),
    Verb.TAG: _Act(lambda session, ticket, name, by: tickets.tag(session, ticket, name, by=by), ("tag",)),
    Verb.UNTAG: _Act(
        lambda session, ticket, tag_id, by: tickets.untag(session, ticket, int(tag_id), by=by), ("tag",)
    ),
    Verb.PRIORITY: _Act(
        lambda session, ticket, to, by: places.prioritise(session, ticket, Priority(to), by=by), ("priority",)
    ),
    Verb.FIELD: _Act(_field, ("field",)),
    Verb.CLOSE: _Act(lambda session, ticket, _none, by: tickets.close(session, ticket, by=by), _STATUS),
    Verb.REOPEN: _Act(lambda session, ticket, _none, by: tickets.reopen(session, ticket, by=by), _STATUS),
    Verb.WAIT: _Act(lambda session, ticket, _none, by: tickets.wait(session, ticket, by=by), _STATUS),
    Verb.SNOOZE: _Act(_snooze, _STATUS),
    Verb.MERGE: _Act(_merge, ("merged_into_id",)),
    Verb.SPAM: _Act(_place(Place.SPAM), ("place",)),
    Verb.TRASH: _Act(_place(Place.TRASH), ("place",)),
    Verb.RESTORE: _Act(_place(Place.DESK), ("place",)),
}
_ASPECTS: Final[Mapping[str, _Aspect]] = {
    "assignee_id": _simple("assignee_id"),
    "team_id": _simple("team_id"),
    "merged_into_id": _simple("merged_into_id"),
    "priority": _Aspect(
        lambda _session, ticket, _argument: ticket.priority.value,
        lambda _session, ticket, _argument, value: setattr(ticket, "priority", Priority(str(value))),
    ),
    "status": _Aspect(
        lambda _session, ticket, _argument: ticket.status.value,
        lambda _session, ticket, _argument, value: setattr(ticket, "status", Status(str(value))),
    ),
    "place": _Aspect(
        lambda _session, ticket, _argument: ticket.place.value,
        lambda _session, ticket, _argument, value: ticket.put(Place(str(value))),
    ),
    "field": _Aspect(_stands_since, _field_again),
    "closed_at": _at("closed_at"),
    "waiting_since": _at("waiting_since"),
    "woke_at": _at("woke_at"),
    "snooze": _Aspect(_asleep, _sleep_again),
    "tag": _Aspect(_has_tag, _tag_again),
}
