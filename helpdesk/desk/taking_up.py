"""Taking up a matter again that was closed: a click of ours, not a word of the customer's."""

from datetime import timedelta
from typing import Final

from helpdesk import clock
from helpdesk.models.ticket import Ticket

TAKEN_BACK_WITHIN: Final = timedelta(minutes=10)


def take_up(ticket: Ticket) -> None:
    """Before a closed ticket is open again: until the customer writes on it, it opens nothing else of theirs.

    A closing that is taken back soon leaves things as they were.
    """
    now = clock.now()
    if ticket.is_closed and not (ticket.closed_at and ticket.closed_at > now - TAKEN_BACK_WITHIN):
        ticket.taken_up_at = ticket.taken_up_at or now
