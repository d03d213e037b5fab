"""The custom fields beside a ticket."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request
from sqlalchemy.orm import Session

from helpdesk.desk import beside, custom_fields
from helpdesk.desk.beside import Beside
from helpdesk.models.agent import Agent
from helpdesk.models.custom_field import FieldKind
from helpdesk.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field beside a ticket: what stands there, and what was typed where that was refused."""

    name: str  # of its input
    label: str
    kind: FieldKind
    words: Sequence[str]
    standing: str = field(repr=False)
    value: str = field(repr=False)
    is_offered: bool
    is_personal: bool


def of_ticket(session: Session, ticket: Ticket, *, by: Agent) -> list[FieldShown]:
    """The fields of a ticket that is read; where the desk has none, nothing is asked."""
    if Beside.FIELD not in beside.of_ticket(session, ticket):
        return []
    typed = request.form if request.endpoint == "custom_fields.fill_in" else {}
    return [
        FieldShown(
            name=str(one.field.id),
            label=one.field.name,
            kind=one.field.kind,
            words=one.field.words if one.value in ("", *one.field.words) else [*one.field.words, one.value],
            standing=one.value,
            value=typed.get(f"f-{one.field.id}", one.value),
            is_offered=one.is_offered,
            is_personal=one.field.is_personal,
        )
        for one in custom_fields.of_ticket(session, ticket, by=by)
    ]
