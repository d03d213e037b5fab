"""Verbs on tickets. Each leaves its audit event in the same transaction and tells open screens after it."""

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, followers, inbox, mentions, notices, stood, taking_up
from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.base import Id
from helpdesk.models.message import Note
from helpdesk.models.notice import NoticeKind
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy.readers import Reader
from helpdesk.storage import jobs
from helpdesk.storage.prepared import prepared

PREVIEW_LENGTH = 160
LONGEST_SUBJECT = 250
LONGEST_TAG = 60


class TicketNotFound(Exception):
    """There is no such ticket for this agent: it does not exist, or it is not visible, which is the same."""

    def __init__(self, ticket_id: int) -> None:
        super().__init__(f"no ticket {ticket_id} for this agent")
        self.ticket_id = ticket_id


class NotOfTheTeam(Exception):
    """A ticket can be given only to somebody who may see it: an agent of its team, who is not disabled."""


class Empty(Exception):
    """There is nothing to keep or send: the text is empty."""


def find(session: Session, ticket_id: int, *, by: Agent) -> Ticket:
    """A visible ticket with its people. Raises TicketNotFound."""
    ticket = session.scalar(prepared(inbox.key_of("find", by), lambda: _found_by(by)), {"number": ticket_id})
    if ticket is None:
        raise TicketNotFound(ticket_id)
    return ticket


def _found_by(agent: Agent) -> Select[Ticket]:
    return inbox.visible(agent).where(Ticket.id == bindparam("number", type_=Id)).options(*inbox.with_people())


def note(session: Session, ticket: Ticket, text: str, *, by: Agent, key: str = "") -> Note:
    """Leave a remark among agents; it is never sent, and tells whom it names. Raises AccessDenied, Empty.

    On a ticket that was merged it goes where the conversation does.
    """
    ticket = conversation.going_on(session, ticket)
    access.require(session, ticket, by=by)
    if not text.strip():
        raise Empty("write something first: the note is empty")
    remark = Note(ticket_id=ticket.id, agent_id=by.id, key=key or None)
    session.add(remark)
    session.flush()
    access.write_note(session, remark, text.strip())
    _tell(session, ticket, "ticket.note", by=by, facts={"note": remark.id})
    followers.hear_of(session, ticket, by=by, besides=mentions.tell(session, ticket, text, by=by))
    return remark


def rename(session: Session, ticket: Ticket, subject: str, *, by: Agent) -> None:
    """Give a ticket another subject, which answers carry from then on. Raises AccessDenied, Empty.

    What its emails said stays on them; the trail says that it was changed, and not to what.
    """
    subject = " ".join(subject.split())[:LONGEST_SUBJECT]
    if not subject:
        raise Empty("a ticket without a subject is not found again")
    if access.subject(session, ticket, by=by) == subject:
        return
    access.write_subject(session, ticket, subject)
    _tell(session, ticket, "ticket.rename", by=by)


def assign(session: Session, ticket: Ticket, to: Agent | None, *, by: Agent) -> None:
    """Make an agent responsible, or nobody. Raises NotOfTheTeam; the same agent again changes nothing."""
    if ticket.assignee_id == (to.id if to else None):
        return
    if to is not None and not may_be_assigned(session, ticket, to):
        raise NotOfTheTeam("give the ticket to somebody of its team")
    was = stood.before(session, ticket, by=by)
    ticket.assignee = to
    facts: dict[str, object] = {"to": to.id if to else None}
    _tell(session, ticket, "ticket.assign", by=by, facts=facts | stood.change(session, ticket, was))
    if to is not None and to.id != by.id:
        notices.inform(session, to, ticket, NoticeKind.ASSIGNED)


def may_be_assigned(session: Session, ticket: Ticket, agent: Agent) -> bool:
    member = select(TeamMember.agent_id).where(TeamMember.team_id == ticket.team_id, TeamMember.agent_id == agent.id)
    return not agent.is_disabled and session.scalar(member) is not None


def close(session: Session, ticket: Ticket, *, by: Reader) -> None:
    """Close a ticket; closing a closed ticket changes nothing."""
    if ticket.is_closed:
        return
    was = stood.before(session, ticket, by=by)
    ticket.status = Status.CLOSED
    ticket.closed_at = clock.now()
    _tell(session, ticket, "ticket.close", by=by, facts=stood.change(session, ticket, was))


def reopen(session: Session, ticket: Ticket, *, by: Reader) -> None:
    """Put a ticket back among the open ones, at the end of the line; an open one stays where it is.

    An open ticket is its team's to read: so it takes somebody who may read it to open it. Raises AccessDenied.
    """
    if ticket.status is Status.OPEN:
        return
    if ticket.is_closed and isinstance(by, Agent):
        access.require(session, ticket, by=by)
    was = stood.before(session, ticket, by=by)
    taking_up.take_up(ticket)
    ticket.status = Status.OPEN
    ticket.closed_at = None
    ticket.waiting_since = clock.now()
    _tell(session, ticket, "ticket.reopen", by=by, facts=stood.change(session, ticket, was))


def wait(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """Mark that the customer must act; their next message opens the ticket again. Raises AccessDenied."""
    if ticket.status is Status.PENDING:
        return
    if ticket.is_closed:  # one that is not closed is its team's to read
        access.require(session, ticket, by=by)
    was = stood.before(session, ticket, by=by)
    taking_up.take_up(ticket)
    ticket.status = Status.PENDING
    ticket.closed_at = None
    _tell(session, ticket, "ticket.wait", by=by, facts=stood.change(session, ticket, was))


def tag(session: Session, ticket: Ticket, name: str, *, by: Reader) -> None:
    """Put a tag on a ticket, a new word becoming a new tag; twice is once. Raises Empty."""
    name = tidy_tag(name)
    if not name:
        raise Empty("write the tag first")
    word = session.scalar(select(Tag).where(Tag.name == name))
    if word is None:
        word = Tag(name=name)
        session.add(word)
        session.flush()
    if session.get(TicketTag, (ticket.id, word.id)) is None:
        session.add(TicketTag(ticket_id=ticket.id, tag_id=word.id))
        _tell(session, ticket, "ticket.tag", by=by, facts={"tag": word.id})


def tidy_tag(name: str) -> str:
    """A tag as it is kept: in lower case, and not too long."""
    return " ".join(name.split()).lower()[:LONGEST_TAG].rstrip()


def untag(session: Session, ticket: Ticket, tag_id: int, *, by: Reader) -> None:
    """Take a tag off a ticket; one that is not on it changes nothing."""
    put = session.get(TicketTag, (ticket.id, tag_id))
    if put is not None:
        session.delete(put)
        _tell(session, ticket, "ticket.untag", by=by, facts={"tag": tag_id})


def preview_of(text: str) -> str:
    """The beginning of a text, on one line."""
    return " ".join(text[: PREVIEW_LENGTH * 4].split())[:PREVIEW_LENGTH]


def _tell(
    session: Session, ticket: Ticket, action: str, *, by: Reader, facts: dict[str, object] | None = None
) -> None:
    audit.record(session, action, by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
    jobs.announce(session, ticket.id)
