"""What others did with a ticket while somebody has it open: told in a few words, not one of them its content."""

from helpdesk.models.ticket import Place, Ticket
from helpdesk.web.filters import status_word
from helpdesk.web.language import _


def state_of(ticket: Ticket) -> str:
    """How a ticket stands, as the page that shows it remembers it."""
    return f"{ticket.place}.{ticket.status}.{ticket.assignee_id or 0}.{ticket.team_id}"


def words_since(ticket: Ticket, state: str, followed: int | None) -> list[str]:
    """What is no longer as it was; `followed` is the ticket it was merged into, where the reader may know of it."""
    before, now = state.split("."), state_of(ticket).split(".")
    if len(before) != len(now):
        return []
    if before[0] != now[0]:
        return [_put(ticket, followed)]
    words = []
    if before[1] != now[1]:
        words.append(_("State: %(state)s", state=status_word(ticket.status)))
    if before[2] != now[2]:
        name = ticket.assignee.name if ticket.assignee else None
        words.append(_("Assigned to %(name)s", name=name) if name else _("Nobody assigned"))
    if before[3] != now[3]:
        words.append(_("Moved to %(team)s", team=ticket.team.name))
    return words


def _put(ticket: Ticket, followed: int | None) -> str:
    if ticket.place is Place.MERGED and followed is not None:
        return _("Merged into #%(number)s", number=followed)
    return {
        Place.DESK: _("Back again"),
        Place.SPAM: _("Marked as spam"),
        Place.TRASH: _("In the trash now"),
        Place.MERGED: _("Merged into another ticket"),
        Place.PURGED: _("This ticket is gone for good"),
    }[ticket.place]
