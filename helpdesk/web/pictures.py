"""Pictures of a letter that lie elsewhere, as this desk may show them: asked for by a click, fetched by the desk."""

from sqlalchemy.orm import Session

from helpdesk.desk import remote_pictures
from helpdesk.mail.parsed import SafeHtml
from helpdesk.mail.sandbox import Quarantined
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.message import Message
from helpdesk.web import opened


def html_of(session: Session, message: Message, *, by: Agent) -> str | None:
    """The letter with them in their places; None where they were not asked for just now."""
    found = _with_pictures(session, message, by=by)
    return found.html if found is not None else None


def address_of(session: Session, message: Message, number: int, *, by: Agent) -> str | None:
    """Where one of them lies, for the desk alone to fetch."""
    found = _with_pictures(session, message, by=by)
    return found.pictures[number] if found is not None and number < len(found.pictures) else None


def _with_pictures(session: Session, message: Message, *, by: Agent) -> SafeHtml | None:
    if not remote_pictures.were_asked_for(session, message, by=by):
        return None
    email = session.get(InboundEmail, message.inbound_email_id or 0)
    parsed = opened.read(email, session, by=by) if email is not None else None
    if parsed is None or isinstance(parsed, Quarantined):
        return None
    return opened.with_pictures(parsed)
