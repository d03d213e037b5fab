"""What a list says of a ticket that left its reader's sight, where that is so: its address only names it."""

from dataclasses import dataclass
from typing import Final

from flask import request

from helpdesk.desk import places, steps, tickets
from helpdesk.web.auth import agent, db
from helpdesk.web.numbers import LARGEST, between

_WAYS: Final = ("moved", "stays", "given")


@dataclass(frozen=True, slots=True)
class OutOfSight:
    number: int
    stays: bool = False  # its move was to be taken back, and it was too late
    seconds: int = 0  # for how long the move can still be taken back


def told() -> OutOfSight | None:
    """Nothing of what its reader sees, of what they never did, nor of a move that is not theirs to undo.

    Where the address names nothing, nothing is asked.
    """
    way = next((one for one in _WAYS if one in request.args), None)
    number = between(request.args[way], 1, LARGEST) if way else None
    if number is None or _is_in_sight(number):
        return None
    if way == "given":
        return OutOfSight(number) if steps.knows_of(db(), number, by=agent()) else None
    if seconds := places.seconds_to_fetch_back(db(), number, by=agent()):
        return OutOfSight(number, seconds=seconds)
    stays = way == "stays" and places.has_moved(db(), number, by=agent())
    return OutOfSight(number, stays=True) if stays else None


def _is_in_sight(number: int) -> bool:
    try:
        tickets.find(db(), number, by=agent())
    except tickets.TicketNotFound:
        return False
    return True
