"""The values of custom fields in and out of their table. Nobody calls this but the gate."""

import unicodedata
from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

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


def keep(session: Session, ticket_id: int, field_id: int, value: str) -> bool:
    """Keep a value, or none; says whether anything changed."""
    row = session.get(FieldValue, (ticket_id, field_id))
    if (row.value if row else "") == value:
        return False
    if row is None:
        session.add(FieldValue(ticket_id=ticket_id, field_id=field_id, value=value, folded=folded(value)))
    elif value:
        row.value, row.folded = value, folded(value)
    else:
        session.delete(row)
    session.flush()
    return True


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
