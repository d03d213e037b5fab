"""A list of tickets as a table to take away: states, people of the desk and moments, tags and fields.

What a person wrote is not in it, nor who they are: taking that away needs more than a role (docs/privacy.md).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import custom_fields, inbox
from helpdesk.models.agent import Agent
from helpdesk.models.custom_field import CustomField
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy import custom_fields as gate

MOST: Final = 5_000
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Table:
    """Tickets in their order; tags and fields of those alone that the agent may read."""

    tickets: Sequence[Ticket]
    fields: Sequence[CustomField]
    values: Mapping[int, Mapping[int, str]]
    tags: Mapping[int, Sequence[str]]


def table(session: Session, ticket_ids: Sequence[int], *, by: Agent) -> Table:
    """The first MOST of these tickets, as far as they are visible.

    It leaves an event for each right by which what is written on them was taken along, and one for those of which it
    was not; they name the tickets.
    """
    tickets: list[Ticket] = []
    basis_of: dict[int, str] = {}
    tags: dict[int, list[str]] = {}
    values: dict[int, dict[int, str]] = {}
    fields = [one for one in custom_fields.all_of(session) if not one.is_personal]
    for at in range(0, min(len(ticket_ids), MOST), _CHUNK):
        wanted = inbox.visible(by).where(Ticket.id.in_(ticket_ids[at : at + _CHUNK])).options(*inbox.with_people())
        found = {ticket.id: ticket for ticket in session.scalars(wanted)}
        tickets += [found[one] for one in ticket_ids[at : at + _CHUNK] if one in found]
        readable = access.open_bases(session, found.values(), by=by)
        values |= gate.impersonal_of(session, found.values(), by=by)
        tags |= _tags(session, readable.keys())
        basis_of |= readable
    for basis in sorted({basis_of.get(ticket.id, "") for ticket in tickets} or {""}):
        shown: dict[str, object] = {"tickets": [one.id for one in tickets if basis_of.get(one.id, "") == basis]}
        audit.record(session, "list.export", by=by, on=("list", None), basis=basis, facts=shown)
    return Table(tickets, fields, values, tags)


def _tags(session: Session, ticket_ids: Collection[int]) -> dict[int, list[str]]:
    tagged = select(TicketTag.ticket_id, Tag.name).join(Tag, Tag.id == TicketTag.tag_id)
    found: dict[int, list[str]] = {}
    for ticket_id, name in session.execute(tagged.where(TicketTag.ticket_id.in_(ticket_ids)).order_by(Tag.name)):
        found.setdefault(ticket_id, []).append(name)
    return found
