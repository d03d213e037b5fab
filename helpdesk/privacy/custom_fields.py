"""The gate to the values of custom fields: content of their ticket, read and written by who may read that."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.custom_field import CustomField
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.storage import custom_fields


def read(session: Session, ticket: Ticket, among: ColumnElement[bool], *, by: Agent) -> list[tuple[CustomField, str]]:
    """The wanted fields of a ticket and those that hold something: a part of reading it. Raises AccessDenied."""
    access.require(session, ticket, by=by)
    return custom_fields.on_ticket(session, ticket, among)


def write(
    session: Session, ticket: Ticket, field: CustomField, value: str, *, by: Agent, may_return: bool = False
) -> bool:
    """Keep a value, or none; says whether anything changed. Raises AccessDenied."""
    access.require(session, ticket, by=by)
    return custom_fields.keep(session, ticket.id, field.id, value, may_return=may_return)


def impersonal_of(session: Session, tickets: Collection[Ticket], *, by: Agent) -> dict[int, dict[int, str]]:
    """What stands in fields that are not about a person, of those of these tickets that may be read."""
    return custom_fields.impersonal_of(session, access.open_bases(session, tickets, by=by).keys())


def since(session: Session, ticket: Ticket, field_id: int) -> datetime | None:
    """Since when there stands what stands in a field: a moment, and nobody learns what it is."""
    return custom_fields.since(session, ticket.id, field_id)


def put_back(session: Session, ticket: Ticket, field_id: int) -> None:
    """Take back what was written with `may_return`, by the right to take back one's own action."""
    custom_fields.put_back(session, ticket.id, field_id)


def holding(field_ids: Collection[int], value: str) -> ColumnElement[bool]:
    """A condition on tickets: it lets nobody read more, so whoever asks it asks of what is readable."""
    return custom_fields.holding(field_ids, value)


def erase(session: Session, ticket_ids: Collection[int], *, impersonal_too: bool = False) -> None:
    custom_fields.erase(session, ticket_ids, impersonal_too=impersonal_too)


def erase_of_erased(session: Session, field: CustomField) -> None:
    custom_fields.erase_of_erased(session, field.id)
