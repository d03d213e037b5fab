"""One ticket as it is shown: what its reader may read, or why it can't be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from flask import request
from sqlalchemy.orm import Session

from helpdesk.desk import (
    beside,
    customers,
    merges,
    news,
    people,
    places,
    tag_list,
    tags,
    taking_back,
    thread,
    ticket_page,
)
from helpdesk.desk.beside import Beside
from helpdesk.desk.news import Seen
from helpdesk.models.access_grant import Purpose
from helpdesk.models.agent import Agent
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.role import Permission
from helpdesk.models.tag import Tag
from helpdesk.models.ticket import Participant, Place, Ticket
from helpdesk.privacy import access, audit, customer_notes, merged, policy, protection
from helpdesk.privacy.access import TicketText
from helpdesk.privacy.basis import ORDINARY, basis_to_read
from helpdesk.privacy.customer_notes import About
from helpdesk.privacy.policy import Mode
from helpdesk.web import bars, composer, meanwhile, more, ticket_fields, words
from helpdesk.web import thread as conversation
from helpdesk.web.bars import Bar
from helpdesk.web.composer import Composer, Typed
from helpdesk.web.language import _
from helpdesk.web.more import More
from helpdesk.web.numbers import whole
from helpdesk.web.paging import Listed
from helpdesk.web.thread import Entry
from helpdesk.web.ticket_fields import FieldShown

_ASKED: Final = 8  # of a team's people; more names help nobody


@dataclass(frozen=True, slots=True)
class Other:
    number: int
    url: str
    subject: str | None = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """The customer beside the ticket."""

    name: str
    addresses: Sequence[CustomerAddress]
    since: datetime
    language: str | None
    ticket_count: int
    is_protected: bool
    others: Sequence[Other]


@dataclass(frozen=True, slots=True)
class TicketShown:
    """A ticket that its reader may read."""

    ticket: Ticket
    title: str = field(repr=False)
    subject: str = field(repr=False)
    back_url: str
    folded: Sequence[Entry]
    entries: Sequence[Entry]
    seen: Seen
    state: str  # how it stands, for a look at what others do with it meanwhile
    tags: Sequence[Tag]
    all_tags: Sequence[str]
    agents: Sequence[Agent]
    customer: Person
    people: Sequence[Participant]  # on the conversation, besides the customer
    basis: str
    may_handle: bool
    more: More
    about: About | None = None  # what is noted of the customer, for who may know of that
    fields: Sequence[FieldShown] = ()
    bars: Sequence[Bar] = ()
    composer: Composer | None = None
    may_move_back: int = 0  # for how many seconds its reader can take back that they moved it
    from_list: str = ""  # names the list it was opened from, as a query
    is_readable: bool = True

    @property
    def bars_at(self) -> int:
        """Before which entry bars stand: above the first message that is open, which a page begins with."""
        opened = (at for at, one in enumerate(self.entries) if one.is_open and one.kind != "event")
        return next(opened, len(self.entries))


@dataclass(frozen=True, slots=True)
class TicketWithheld:
    """A ticket that its reader may know of, and not read."""

    ticket: Ticket
    title: str
    back_url: str
    customer_name: str
    why: str
    whom_to_ask: str
    purposes: Mapping[Purpose, str]
    is_readable: bool = False


@dataclass(frozen=True, slots=True)
class TicketProtected:
    """A ticket that its reader may read once they have said what for."""

    ticket: Ticket
    title: str
    back_url: str
    purposes: Sequence[tuple[Purpose, str]]
    is_readable: bool = False


@dataclass(frozen=True, slots=True)
class TicketGone:
    """A ticket that lay in the trash and was taken away for good: its number is all there is."""

    ticket: Ticket
    title: str
    back_url: str
    is_readable: bool = False


AnyTicket = TicketShown | TicketProtected | TicketWithheld | TicketGone


def show(
    session: Session, ticket: Ticket, here: Listed, *, by: Agent, draft: Typed | None = None, wrong: str = ""
) -> AnyTicket:
    """The ticket with everything on it, read through the gate; or the page that says why not."""
    if ticket.place is Place.PURGED:
        return TicketGone(ticket, _("Ticket #%(number)s", number=ticket.number), here.back_url)
    ticket_page.learn(session, ticket, by=by)
    try:
        text = access.read(session, ticket, by=by)
    except access.PurposeNeeded:
        return _protected(ticket, here)
    except access.AccessDenied:
        return _withheld(session, ticket, here, by=by)
    along = merged.permitted(session, ticket, by=by)
    rows = thread.of_merged(session, along) if along else thread.of_ticket(session, ticket)
    ticket_page.learn_thread(session, ticket, rows)
    as_text, as_html = request.args.get("text", type=whole), request.args.get("html", type=whole)
    waits = taking_back.waiting_on(session, ticket)
    origins = merges.known_origins(session, ticket, [*rows.messages, *rows.notes], by=by)
    made = conversation.entries(rows, text, as_text=as_text, as_html=as_html, waiting=waits, origins=origins)
    if along:
        made = [replace(one, split_url="", undo_url="", forward_url="", redact_url="") for one in made]
    may_handle = along is None and by.may(Permission.HANDLE)
    folded, entries = conversation.folded(conversation.bundled(_opened(made)))
    subject = text.subject or _("(no subject)")
    tagged, all_tags = tags.on_ticket(session, ticket)
    return TicketShown(
        ticket=ticket,
        title=f"#{ticket.number} {subject}",
        subject=subject,
        back_url=here.back_url,
        folded=folded,
        entries=entries,
        seen=news.latest(session, ticket),
        state=meanwhile.state_of(ticket),
        tags=tagged,
        all_tags=tag_list.offered(session, all_tags),
        agents=rows.team,
        customer=_person(session, ticket, here, by=by),
        people=_people(session, ticket),
        about=_about(session, ticket, by=by),
        basis=_basis(access.require(session, ticket, by=by), ticket),
        may_handle=may_handle,
        bars=[
            *([Bar("circle-alert", wrong, is_trouble=True)] if wrong else []),
            *(
                [Bar("git-merge", _("It was merged into a ticket that you may not read: this is what came from it."))]
                if along
                else []
            ),
            *bars.on(session, ticket, here, last_words=_last_words(made), by=by),
        ],
        fields=ticket_fields.of_ticket(session, ticket, by=by),
        more=more.of(session, ticket, here, by=by),
        may_move_back=places.seconds_to_move_back(rows.happenings, by=by),
        from_list="?" + here.ticket_url(ticket.number).partition("?")[2],
        composer=_composer(session, ticket, text, by=by, typed=draft) if may_handle else None,
    )


def _about(session: Session, ticket: Ticket, *, by: Agent) -> About | None:
    if not customer_notes.may_note(session, ticket, by=by):
        return None
    is_there = Beside.ABOUT in beside.of_ticket(session, ticket)
    return customer_notes.read(session, ticket, by=by) if is_there else About()


def _people(session: Session, ticket: Ticket) -> list[Participant]:
    """Who else is on the conversation: an answer to all goes to them too."""
    ours = people.own_addresses(session)
    found = people.participants(session, ticket)
    return [one for one in found if one.customer_id != ticket.customer_id and one.email not in ours]


def _composer(session: Session, ticket: Ticket, text: TicketText, *, by: Agent, typed: Typed | None) -> Composer:
    return composer.of(session, ticket, text.attachment_names, by=by, typed=typed)


def _last_words(entries: Sequence[Entry]) -> str:
    """What the customer wrote, if that is the last thing that was written, and nothing but words."""
    written = [entry for entry in entries if entry.kind != "event"]
    if not written or written[-1].kind != "from-customer" or written[-1].files:
        return ""
    return "\n".join(part.text for part in written[-1].parts if not part.is_quote)


def _opened(entries: list[Entry]) -> list[Entry]:
    """The last message from outside and all that came after it stand open; so does a conversation of two."""
    last = max((at for at, entry in enumerate(entries) if entry.kind == "from-customer"), default=0)
    written = [at for at, entry in enumerate(entries) if entry.kind != "event"]
    opened = set(written[-1:]) | {at for at in written if at >= last} | (set(written) if len(written) <= 3 else set())
    return [replace(entry, is_open=at in opened) for at, entry in enumerate(entries)]


def _person(session: Session, ticket: Ticket, here: Listed, *, by: Agent) -> Person:
    record = customers.record(session, ticket, by=by)
    seen = access.glimpse(session, record.others, by=by, view=f"customer of {ticket.id}")
    name = record.customer.name or (record.addresses[0].email if record.addresses else _("Unknown"))
    others = [
        Other(
            other.number,
            here.ticket_url(other.number),
            seen[other.id].subject if other.id in seen else None,
            other.active_at,
        )
        for other in record.others
    ]
    customer = record.customer
    return Person(
        name,
        record.addresses,
        customer.created_at,
        customer.language,
        record.ticket_count,
        customer.is_protected,
        others,
    )


def _protected(ticket: Ticket, here: Listed) -> TicketProtected:
    named = words.purposes()
    return TicketProtected(
        ticket=ticket,
        title=_("Ticket #%(number)s", number=ticket.number),
        back_url=here.back_url,
        purposes=[(purpose, named[purpose]) for purpose in protection.ASKED],
    )


def _withheld(session: Session, ticket: Ticket, here: Listed, *, by: Agent) -> TicketWithheld:
    audit.record(session, "ticket.refused", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id)
    team = thread.team_agents(session, ticket)
    return TicketWithheld(
        ticket=ticket,
        title=_("Ticket #%(number)s", number=ticket.number),
        back_url=here.back_url,
        customer_name=customers.labels(session, [ticket.customer])[ticket.customer_id] or _("Unknown"),
        why=_why_not(session, is_of_the_team=any(agent.id == by.id for agent in team)),
        whom_to_ask=_who_reads(session, ticket, [one for one in team if one.id != by.id]),
        purposes=words.purposes(),
    )


def _who_reads(session: Session, ticket: Ticket, team: Sequence[Agent]) -> str:
    """Some of the team who may read it themselves: nobody is sent to those who would have to ask too."""
    return ", ".join(one.name for one in team[:_ASKED] if basis_to_read(session, ticket, one) is not None)


def _basis(basis: str, ticket: Ticket) -> str:
    if basis == ORDINARY:
        return _("Ordinary handling: the ticket is with your team %(team)s.", team=ticket.team.name)
    return _("A permission was given to you: %(basis)s.", basis=basis)


def _why_not(session: Session, *, is_of_the_team: bool) -> str:
    rules = policy.current(session)
    if rules.access.mode is Mode.STRICT:
        return _("On this desk every reading needs a permission.")
    if is_of_the_team:
        days = rules.after_closing.days
        return _("It was closed more than %(days)s days ago. Reading it needs a permission now.", days=days)
    return _("It is with a team that you are not in. Reading it needs a permission.")
