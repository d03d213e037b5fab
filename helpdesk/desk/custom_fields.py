"""Custom fields: made, changed, put in order and retired by an admin; filled in on a ticket."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent, Team
from helpdesk.models.custom_field import CustomField, FieldKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, custom_fields
from helpdesk.storage import jobs

LONGEST_NAME: Final = 60
LONGEST_VALUE: Final = 300
MOST_FIELDS: Final = 60
MOST_CHOICES: Final = 100
YES: Final = "yes"
_MOST_DIGITS: Final = 30


class FieldRefused(ValueError):
    """It can't be made like this; `why` says what is wrong: nameless, choices, team, too_many."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotAValue(ValueError):
    """This can't stand in that field."""

    def __init__(self, field_id: int) -> None:
        super().__init__(f"not a value of field {field_id}")
        self.field_id = field_id


class NotOffered(Exception):
    """This field is retired, or another team's: nothing is written into it here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field as somebody described it. A text is always taken to be about a person: anything may stand in it."""

    name: str
    choices: str = ""
    team_id: int | None = None
    is_personal: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """A field on a ticket. One that is retired, or another team's, is shown as long as it holds something."""

    field: CustomField
    value: str
    is_offered: bool


def all_of(session: Session) -> Sequence[CustomField]:
    """Every field, in order, the retired ones last."""
    order = (CustomField.retired_at.is_not(None), CustomField.position, CustomField.id)
    return session.scalars(select(CustomField).order_by(*order)).all()


def add(session: Session, kind: FieldKind, wanted: Wanted, *, by: Agent) -> CustomField:
    """A new field, after the others. Raises FieldRefused."""
    known = all_of(session)
    if len(known) >= MOST_FIELDS:
        raise FieldRefused("too_many")
    name, choices = _checked(session, kind, wanted)
    field = CustomField(
        name=name,
        key=_key(name, {one.key for one in known}),
        kind=kind,
        choices=choices,
        team_id=wanted.team_id,
        position=max((one.position for one in known), default=0) + 1,
        is_personal=wanted.is_personal or kind is FieldKind.TEXT,
    )
    session.add(field)
    session.flush()
    _tell(session, "custom_field.add", field, by=by)
    return field


def change(session: Session, field: CustomField, wanted: Wanted, *, by: Agent) -> None:
    """Its kind and its key stay: what stands in it keeps its meaning. Raises FieldRefused."""
    name, choices = _checked(session, field.kind, wanted)
    field.name, field.choices, field.team_id = name, choices, wanted.team_id
    is_personal = wanted.is_personal or field.kind is FieldKind.TEXT
    if is_personal and not field.is_personal:
        custom_fields.erase_of_erased(session, field)
    field.is_personal = is_personal
    _tell(session, "custom_field.change", field, by=by)


def move(session: Session, field: CustomField, *, is_up: bool, by: Agent) -> None:
    """One place up or down among those in use; the first goes no further up."""
    order = [one for one in all_of(session) if one.retired_at is None]
    at = order.index(field) if field in order else -1
    to = at + (-1 if is_up else 1)
    if at < 0 or not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, one in enumerate(order, start=1):
        one.position = position
    _tell(session, "custom_field.change", field, by=by)


def retire(session: Session, field: CustomField, *, by: Agent) -> None:
    """It is offered no more; what stands in it stays, is shown and is found."""
    if field.retired_at is None:
        field.retired_at = clock.now()
        _tell(session, "custom_field.retire", field, by=by)


def bring_back(session: Session, field: CustomField, *, by: Agent) -> None:
    if field.retired_at is not None:
        field.retired_at = None
        _tell(session, "custom_field.bring_back", field, by=by)


def offered_on(ticket: Ticket) -> ColumnElement[bool]:
    """The fields that can be filled in on a ticket."""
    of_team = or_(CustomField.team_id.is_(None), CustomField.team_id == ticket.team_id)
    return CustomField.retired_at.is_(None) & of_team


def of_ticket(session: Session, ticket: Ticket, *, by: Agent) -> list[Filled]:
    """What can be filled in on a ticket, and what stands there. Raises AccessDenied."""
    rows = custom_fields.read(session, ticket, offered_on(ticket), by=by)
    return [Filled(field, value, is_offered=_is_offered(field, ticket)) for field, value in rows]


def fill_in(session: Session, ticket: Ticket, values: Mapping[int, str], *, by: Agent) -> None:
    """Write these values down, by the field's id; an empty one takes out what stands there.

    A field that is not offered on the ticket is left alone. All or nothing: raises NotAValue, AccessDenied.
    """
    standing = of_ticket(session, ticket, by=by)
    changes = [
        (one.field, as_kept(one.field, values[one.field.id], one.value))
        for one in standing
        if one.is_offered and one.field.id in values and ticket.erased_at is None
    ]
    changed = [field.id for field, value in changes if custom_fields.write(session, ticket, field, value, by=by)]
    if changed:
        _tell_ticket(session, ticket, changed, by=by)


def set_value(session: Session, ticket: Ticket, field: CustomField, value: str, *, by: Agent) -> None:
    """One of an action on many tickets, which can be taken back. Raises NotOffered, NotAValue, AccessDenied."""
    if not _is_offered(field, ticket) or ticket.erased_at is not None:
        raise NotOffered("this field is not on that ticket")
    if custom_fields.write(session, ticket, field, as_kept(field, value), by=by, may_return=True):
        _tell_ticket(session, ticket, [field.id], by=by)


def as_kept(field: CustomField, typed: str, standing: str = "") -> str:
    """A value as it is kept; what stands there may stay, even where it can't be chosen any more. Raises NotAValue."""
    typed = " ".join(typed.split())
    if typed in ("", standing):
        return typed
    try:
        return _KEPT[field.kind](field, typed)
    except (ValueError, InvalidOperation):
        raise NotAValue(field.id) from None


def chosen_from(session: Session) -> Sequence[CustomField]:
    """The fields in use in which something is chosen."""
    return [one for one in all_of(session) if one.retired_at is None and choices(one)]


def choices(field: CustomField) -> list[str]:
    """What can be chosen in a field: of a box, that it is ticked; of what is typed, nothing."""
    return [YES] if field.kind is FieldKind.CHECKBOX else field.words


def named(session: Session, key: str) -> CustomField | None:
    return session.scalar(select(CustomField).where(CustomField.key == key.lower()))


def _is_offered(field: CustomField, ticket: Ticket) -> bool:
    return field.retired_at is None and field.team_id in (None, ticket.team_id)


def _text(_field: CustomField, typed: str) -> str:
    return typed if len(typed) <= LONGEST_VALUE else _refuse()


def _number(_field: CustomField, typed: str) -> str:
    number = Decimal(typed)
    if not number.is_finite() or max(len(number.as_tuple().digits), abs(number.adjusted())) > _MOST_DIGITS:
        _refuse()
    plain = f"{number:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) if number else "0"


def _choice(field: CustomField, typed: str) -> str:
    return typed if typed in field.words else _refuse()


def _date(_field: CustomField, typed: str) -> str:
    return date.fromisoformat(typed).isoformat()


def _checkbox(_field: CustomField, typed: str) -> str:
    return YES if typed == YES else _refuse()


def _refuse() -> str:
    raise ValueError


_KEPT: Final = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.DATE: _date,
    FieldKind.CHECKBOX: _checkbox,
}


def _checked(session: Session, kind: FieldKind, wanted: Wanted) -> tuple[str, str]:
    name = " ".join(wanted.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise FieldRefused("nameless")
    if wanted.team_id is not None and session.get(Team, wanted.team_id) is None:
        raise FieldRefused("team")
    words = list(dict.fromkeys(word for line in wanted.choices.splitlines() if (word := " ".join(line.split()))))
    if kind is not FieldKind.CHOICE:
        return name, ""
    if not words or len(words) > MOST_CHOICES or any(len(word) > LONGEST_NAME for word in words):
        raise FieldRefused("choices")
    return name, "\n".join(words)


def _key(name: str, taken: set[str]) -> str:
    """A name of one word for searches: of several fields of the same name the later ones get a number."""
    plain = re.sub(r"[^\w]+", "-", name.lower()).strip("-") or "field"
    return next(key for key in (plain, *(f"{plain}-{number}" for number in range(2, 999))) if key not in taken)


def _tell(session: Session, action: str, field: CustomField, *, by: Agent) -> None:
    audit.record(session, action, by=by, on=("custom_field", field.id))


def _tell_ticket(session: Session, ticket: Ticket, fields: Sequence[int], *, by: Agent) -> None:
    """Which fields were filled in, and not with what."""
    facts: dict[str, object] = {"fields": list(fields)}
    audit.record(session, "ticket.field", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
    jobs.announce(session, ticket.id)
