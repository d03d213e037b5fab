"""The values of custom fields in and out of their table. Nobody calls this but the gate."""

import unicodedata
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.content.field_value import FieldValue
from helpdesk.models.custom_field import CustomField
from helpdesk.models.ticket import Ticket


def on_ticket(session: Session, ticket: Ticket, among: ColumnElement[bool]) -> list[tuple[CustomField, str]]:
    """The fields that are `among` the wanted ones, and those that hold something, in order; in one statement."""
    held = (FieldValue.field_id == CustomField.id) & (FieldValue.ticket_id == ticket.id)
    chosen = select(CustomField, FieldValue.value).outerjoin(FieldValue, held)
    rows = session.execute(
        chosen.where(among | FieldValue.value.is_not(None)).order_by(CustomField.position, CustomField.id)
    )
    return [(field, value or "") for field, value in rows]


def keep(session: Session, ticket_id: int, field_id: int, value: str, *, may_return: bool = False) -> bool:
    """Keep a value, or none; says whether anything changed. What `may_return` is remembered, for `put_back`."""
    row = session.get(FieldValue, (ticket_id, field_id))
    before = row.value if row else ""
    if before == value:
        return False
    if row is None:
        row = FieldValue(ticket_id=ticket_id, field_id=field_id, value=value, folded=folded(value))
        session.add(row)
    elif value:
        row.value, row.folded, row.kept_at = value, folded(value), clock.now()
    else:
        session.delete(row)
    row.replaced = before if may_return else None
    session.flush()
    return True


def impersonal_of(session: Session, ticket_ids: Collection[int]) -> dict[int, dict[int, str]]:
    """What stands in fields that an admin said are not about a person, by ticket and field."""
    rows = session.execute(
        select(FieldValue.ticket_id, FieldValue.field_id, FieldValue.value)
        .join(CustomField, CustomField.id == FieldValue.field_id)
        .where(FieldValue.ticket_id.in_(list(ticket_ids)), CustomField.is_personal.is_(False))
    )
    found: dict[int, dict[int, str]] = {}
    for ticket_id, field_id, value in rows:
        found.setdefault(ticket_id, {})[field_id] = value
    return found


def since(session: Session, ticket_id: int, field_id: int) -> datetime | None:
    """Since when there stands what stands there; no word of it."""
    row = session.get(FieldValue, (ticket_id, field_id))
    return row.kept_at if row else None


def put_back(session: Session, ticket_id: int, field_id: int) -> None:
    """What was remembered stands there again."""
    row = session.get(FieldValue, (ticket_id, field_id))
    if row is not None and row.replaced is not None:
        keep(session, ticket_id, field_id, row.replaced)


def holding(field_ids: Collection[int], value: str) -> ColumnElement[bool]:
    """Tickets on which one of these fields holds this value; without a value, anything."""
    held = exists().where(FieldValue.ticket_id == Ticket.id, FieldValue.field_id.in_(list(field_ids)))
    return held.where(FieldValue.folded == folded(value)) if value else held


def erase(session: Session, ticket_ids: Collection[int], *, impersonal_too: bool = False) -> None:
    """What may be about a person goes; what an admin said is not stays, as tags do, unless that is to go too."""
    chosen = select(CustomField.id) if impersonal_too else select(CustomField.id).where(CustomField.is_personal)
    ours = FieldValue.ticket_id.in_(list(ticket_ids)) & FieldValue.field_id.in_(chosen)
    session.execute(delete(FieldValue).where(ours).execution_options(synchronize_session=False))


def erase_of_erased(session: Session, field_id: int) -> None:
    """A field turned out to be about people: whoever was erased before is erased from it too."""
    erased = select(Ticket.id).where(Ticket.erased_at.is_not(None))
    ours = (FieldValue.field_id == field_id) & FieldValue.ticket_id.in_(erased)
    session.execute(delete(FieldValue).where(ours).execution_options(synchronize_session=False))


def folded(value: str) -> str:
    return unicodedata.normalize("NFKC", value).casefold()
