"""Notes from an editor: left once, however often they are sent, and the draft of the editor goes with them."""

from sqlalchemy.orm import Session

from helpdesk.desk import drafts, sent_before, tickets
from helpdesk.models.agent import Agent
from helpdesk.models.message import Note
from helpdesk.models.ticket import Ticket


def leave(session: Session, ticket: Ticket, text: str, *, by: Agent, key: str = "", revision: int = 0) -> Note:
    """What `tickets.note` does, of what stands in an editor; the same from it once more is the note that was left.

    What another window has written into the same draft since stays one. Raises as `tickets.note` does.
    """
    draft = drafts.in_hand(session, key, by=by) if key else None
    before = sent_before.note(session, key, text, by=by)
    if before is not None:
        return before
    note = tickets.note(session, ticket, text, by=by, key=key)
    if draft is not None:
        drafts.has_left(session, draft, text, by=by, revision=revision)
    return note
