"""What a merge took along: who was permitted to read a ticket reads what came from it, wherever it is now, no more.

Only a permission for the ticket itself, or for all of its customer's, goes along: it was given over what they wrote.
Ordinary handling, and what was permitted to a team, ends with where the ticket is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy.basis import grant_over

_DEEPEST: Final = 50  # merges of merges that are followed


@dataclass(frozen=True, slots=True)
class TakenAlong:
    """A merged ticket that somebody is permitted to read, and where all that came from it is now."""

    ticket: Ticket
    on: Ticket
    origins: Collection[int]  # the ticket, and what had been merged into it
    basis: str


@dataclass(frozen=True, slots=True)
class Pieces:
    messages: frozenset[int]
    notes: frozenset[int]
    attachments: frozenset[int]


def permitted(session: Session, ticket: Ticket, *, by: Agent) -> TakenAlong | None:
    """Of a merged ticket that this agent has a permission for; of any other nothing is asked."""
    if ticket.place is not Place.MERGED or (basis := grant_over(session, ticket, by)) is None:
        return None
    return TakenAlong(ticket, end(session, ticket), family(session, ticket), basis)


def way_to(session: Session, message: Message, *, by: Agent) -> TakenAlong | None:
    """By which merged ticket an agent is permitted to read a message, wherever it is now."""
    origin = session.get(Ticket, message.origin_ticket_id) if message.origin_ticket_id else None
    for _step in range(_DEEPEST):
        if origin is None or origin.place is not Place.MERGED:
            return None
        found = permitted(session, origin, by=by)
        if found is not None:
            return found if found.on.id == message.ticket_id else None
        origin = session.get(Ticket, origin.merged_into_id) if origin.merged_into_id else None
    return None


def pieces(session: Session, along: TakenAlong) -> Pieces:
    """What of the ticket it is on now came from the merged one."""
    messages, notes = (
        frozenset(
            session.scalars(
                select(row.id).where(row.ticket_id == along.on.id, row.origin_ticket_id.in_(along.origins))
            )
        )
        for row in (Message, Note)
    )
    files = session.scalars(select(Attachment.id).where(Attachment.message_id.in_(messages)))
    return Pieces(messages, notes, frozenset(files))


def end(session: Session, ticket: Ticket) -> Ticket:
    """The ticket on which a merged one's conversation goes on; any other ticket is itself."""
    for _step in range(_DEEPEST):
        further = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
        if further is None:
            break
        ticket = further
    return ticket


def family(session: Session, ticket: Ticket) -> set[int]:
    """This ticket and all that were merged into it, and into those."""
    kin = {ticket.id}
    for _step in range(_DEEPEST):
        further = set(session.scalars(select(Ticket.id).where(Ticket.merged_into_id.in_(kin)))) - kin
        if not further:
            break
        kin |= further
    return kin
