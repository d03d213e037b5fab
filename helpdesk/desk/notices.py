"""Telling an agent: a notice in the desk, and by mail too if they want it (a number and a link, no content)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy import Select, false, func, or_, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import inbox, outbox
from helpdesk.languages import N_
from helpdesk.mail import thread
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.notice import Notice, NoticeKind
from helpdesk.models.outbound_email import Purpose
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, merged, settings
from helpdesk.storage.prepared import plain

# what each says, of a ticket's number
WORDS: Final = {
    NoticeKind.DELIVERY_FAILED: N_("An answer of yours on ticket #%(number)s did not arrive."),
    NoticeKind.HELD: N_(
        "An answer that you put off did not leave: ticket #%(number)s is among spam or in the trash. "
        "It is a draft again."
    ),
    NoticeKind.ASSIGNED: N_("Ticket #%(number)s was assigned to you."),
    NoticeKind.MENTION: N_("You were mentioned in a note on ticket #%(number)s."),
    NoticeKind.CALLED: N_("You were mentioned in a note on ticket #%(number)s, which you may not read yet."),
    NoticeKind.NEWS: N_("Somebody wrote on ticket #%(number)s, which is yours or followed by you."),
}
MOST_SHOWN: Final = 100
COUNTED_UP_TO: Final = 99


@dataclass(frozen=True, slots=True)
class Told:
    """How an agent wants to hear of it."""

    key: ClassVar = "notices"
    by_mail: bool = True  # of an answer that did not arrive
    bell: tuple[str, ...] = (NoticeKind.ASSIGNED.value, NoticeKind.MENTION.value, NoticeKind.NEWS.value)
    mail: tuple[str, ...] = (NoticeKind.MENTION.value,)  # of those


def tell(session: Session, agent: Agent, ticket: Ticket, kind: NoticeKind) -> Notice | None:
    """A notice for an agent; None where there is one of this kind about this ticket that they have not seen."""
    same = select(Notice.id).where(
        Notice.agent_id == agent.id,
        Notice.ticket_id == ticket.id,
        Notice.kind == kind,
        Notice.seen_at.is_(None),
    )
    if agent.is_disabled or session.scalar(same.limit(1)) is not None:
        return None
    notice = Notice(agent_id=agent.id, ticket_id=ticket.id, kind=kind)
    session.add(notice)
    session.flush()
    return notice


def inform(session: Session, agent: Agent, ticket: Ticket, kind: NoticeKind) -> None:
    """Tell an agent as they chose to hear of it, by mail too; nothing to somebody who may not read the ticket."""
    wanted = settings.of_agent(session, agent, Told)
    if kind.value not in wanted.bell or agent.is_disabled:
        return
    session.flush()
    if access.readable_ids(session, [ticket.id], by=agent):
        _tell(session, agent, ticket, kind, by_mail=kind.value in wanted.mail)


def call(session: Session, agent: Agent, ticket: Ticket) -> None:
    """Tell somebody who may not read the ticket that a note on it mentions them, as they hear of mentions.

    That there is a ticket of this number is all they learn by it, from whoever may read it; and how they can ask.
    """
    wanted = settings.of_agent(session, agent, Told)
    if NoticeKind.MENTION.value in wanted.bell:
        _tell(session, agent, ticket, NoticeKind.CALLED, by_mail=NoticeKind.MENTION.value in wanted.mail)


def mail(session: Session, notice: Notice, agent: Agent, *, mailbox_id: int, purpose: Purpose) -> None:
    """A number and a link; whether it may still be told is looked at once more when it leaves (desk/compose)."""
    mailbox = session.get_one(Mailbox, mailbox_id)
    message_id = thread.new_message_id(0, mailbox.address.rpartition("@")[2])
    to = [Address(agent.name, agent.email)]
    outbox.queue(session, mailbox, purpose, to=to, rfc_message_id=message_id, notice=notice)


def of_agent(session: Session, notice_id: int, *, by: Agent) -> Notice | None:
    """One of an agent's own that they may know of."""
    return session.scalar(select(Notice).where(Notice.id == notice_id, Notice.id.in_(_of(by))))


def numbers(session: Session, notices: Sequence[Notice]) -> dict[int, int]:
    """The ticket of each, by the notice's id. A call went along when its ticket was merged, as its note did."""
    calls = {one.id: one.ticket_id for one in notices if one.kind is NoticeKind.CALLED}
    called = session.scalars(select(Ticket).where(Ticket.id.in_(calls.values()))).all() if calls else []
    on = {ticket.id: merged.end(session, ticket).id for ticket in called}
    return {one.id: on.get(one.ticket_id, one.ticket_id) if one.id in calls else one.ticket_id for one in notices}


def number(session: Session, notice: Notice) -> int:
    return numbers(session, [notice])[notice.id]


def path(notice: Notice, number: int, *, may_read: bool) -> str:
    """Where a notice leads to: its ticket, or where somebody who may not read that asks for permission."""
    is_shut = notice.kind is NoticeKind.CALLED and not may_read
    return f"/notices/{notice.id}" if is_shut else f"/tickets/{number}"


def words(notice: Notice, *, may_read: bool) -> str:
    """What it says, of a ticket's number; of one who was called and may read by now, what a mention says."""
    return WORDS[NoticeKind.MENTION if notice.kind is NoticeKind.CALLED and may_read else notice.kind]


def see(session: Session, notice_id: int, *, by: Agent) -> Notice | None:
    """One of an agent's own was seen; None where it is not theirs."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.agent_id != by.id:
        return None
    notice.seen_at = notice.seen_at or clock.now()
    return notice


def wants_mail(session: Session, agent: Agent) -> bool:
    return settings.of_agent(session, agent, Told).by_mail


def unseen(session: Session, agent: Agent) -> int:
    """How many, up to a hundred; what is about a ticket no longer visible counts as nothing."""
    return session.scalar(select(func.count()).select_from(counted(by=agent).subquery())) or 0


def counted(*, by: Agent) -> Select[int]:
    """What their number is made of."""
    return _of(by).where(Notice.seen_at.is_(None)).limit(plain(COUNTED_UP_TO + 1))


def latest(session: Session, agent: Agent) -> Sequence[Notice]:
    """Those of tickets that the agent may still know of, the newest first."""
    chosen = _of(agent).order_by(Notice.id.desc()).limit(MOST_SHOWN)
    return session.scalars(select(Notice).where(Notice.id.in_(chosen)).order_by(Notice.id.desc())).all()


def see_all(session: Session, agent: Agent) -> None:
    session.execute(
        update(Notice).where(Notice.agent_id == agent.id, Notice.seen_at.is_(None)).values(seen_at=clock.now())
    )


def _of(agent: Agent) -> Select[int]:
    about = select(Notice.id).join(Ticket, Ticket.id == Notice.ticket_id)
    is_called = false() if agent.is_disabled else Notice.kind == NoticeKind.CALLED
    return about.where(Notice.agent_id == agent.id, or_(inbox.is_visible(agent), is_called))


def _tell(session: Session, agent: Agent, ticket: Ticket, kind: NoticeKind, *, by_mail: bool) -> None:
    notice = tell(session, agent, ticket, kind)
    if notice is not None and by_mail:
        mail(session, notice, agent, mailbox_id=ticket.mailbox_id, purpose=Purpose.TICKET_NOTICE)
