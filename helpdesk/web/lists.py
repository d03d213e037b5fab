"""A list of tickets as it is shown: rows with what their reader may see of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import Final

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from helpdesk.desk import agents, counters, customers, inbox, mailboxes, marks, search, snooze
from helpdesk.desk.inbox import ALL, View
from helpdesk.desk.marks import UnderWay
from helpdesk.desk.search_days import Days
from helpdesk.models.agent import Agent
from helpdesk.models.role import Permission, Scope
from helpdesk.models.saved_view import SavedView
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import access, drafts
from helpdesk.privacy.access import Glimpse
from helpdesk.web import filters, frame
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _, locale, zone
from helpdesk.web.paging import Listed

_REASON: Final = 80
_SEARCHED: Final = {
    View.MINE: "is:open is:mine",
    View.UNASSIGNED: "is:open is:unassigned",
    View.OPEN: "is:open",
    View.PENDING: "is:pending",
    View.SNOOZED: "is:snoozed",
    View.CLOSED: "is:closed",
    View.SPAM: "is:spam",
    View.TRASH: "is:trash",
}
_BY_WAITING: Final = frozenset({View.MINE, View.UNASSIGNED, View.OPEN})


@dataclass(frozen=True, slots=True)
class Empty:
    """What a list without tickets says."""

    icon: str
    title: str
    text: str
    url: str = ""  # where there may be more
    link: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter of a search, and the search without it."""

    words: str
    url: str
    is_wrong: bool = False
    means: str = ""  # the day, where it was not written as one


@dataclass(frozen=True, slots=True)
class Row:
    ticket: Ticket
    url: str
    customer_name: str | Markup
    at: datetime
    tags: Sequence[str]
    is_readable: bool
    shows_status: bool
    subject: str | Markup = ""
    preview: str | Markup = ""
    has_draft: bool = False
    draft: str = field(default="", repr=False)  # how what its reader began to write begins
    asleep_until: datetime | None = None
    asleep_because: str = field(default="", repr=False)
    under_way: UnderWay | None = None
    mailbox: str = ""  # it came to, where there are several and the list is not of one

    @property
    def waits(self) -> bool:
        """Whether the customer is waiting for us."""
        return self.ticket.awaits_us and not self.ticket.is_closed and self.ticket.place is Place.DESK


@dataclass(frozen=True, slots=True)
class Turned:
    """The same list the other way around."""

    icon: str
    words: str
    url: str
    is_turned: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    title: str
    slug: str
    url: str
    rows: Sequence[Row]
    empty: Empty | None  # what is said in place of rows
    more_url: str | None = None
    top_url: str | None = None
    words: str = ""
    count: str | None = None
    end: str = ""
    chips: Sequence[Chip] = ()
    narrower: Sequence[tuple[str, str]] = ()
    saved: SavedView | None = None  # the view this search is kept as, where its reader may change it
    refused: str = ""
    told: str = ""  # what is to be known of all of it
    file_url: str = ""  # for who may take it away
    turned: Turned | None = None


def of(session: Session, agent: Agent, here: Listed, around: frame.Frame | None = None) -> ListPage:
    """One page of a view or of a team's open tickets."""
    page = inbox.page(session, agent, here.view, here.part, after=here.after, is_turned=here.is_turned)
    made = ListPage(
        title=_title(here, around),
        slug=here.slug,
        url=here.url,
        rows=rows(session, agent, page.tickets, here),
        empty=None if page.tickets else _with_what_comes(_empty(here), here),
        more_url=here.page_url(page.after) if page.after else None,
        top_url=here.url if here.after else None,
        file_url=file_url(here),
        turned=_turned(here),
        narrower=narrower(_as_search(here, around)),
    )
    return replace(made, count=around.count(here.slug)) if around else made


def narrower(typed: str) -> list[tuple[str, str]]:
    """Filters that are often wanted, each as the search with it."""
    states = () if any(f"is:{state.value}" in typed for state in Status) else ("is:open", "is:closed")
    offered = (*states, "is:mine", "is:unassigned", "is:waiting", "is:undelivered", "has:attachment")
    return [(one, url_for("search.show", q=f"{typed} {one}".strip())) for one in offered if one not in typed]


def _as_search(here: Listed, around: frame.Frame | None) -> str:
    """The view as a search, to be narrowed."""
    if here.part == ALL:
        return _SEARCHED[here.view]
    return f'{_SEARCHED[here.view]} {"team" if here.part.team_id else "mailbox"}:"{_title(here, around)}"'


def _turned(here: Listed) -> Turned:
    """What the list goes by now, and the way to the other order."""
    is_newest_first = inbox.is_newest_first(here.view, is_turned=here.is_turned)
    oldest = _("Longest waiting first") if here.view in _BY_WAITING else _("Oldest first")
    icon, words = ("arrow-up", oldest) if is_newest_first else ("arrow-down", _("Newest first"))
    return Turned(icon, words, url_for("inbox.keep_order", **here.asked), not here.is_turned)


def days() -> Days:
    """How the reader writes days, and where they begin."""
    return Days(zone(), is_month_first=locale().date_formats["short"].pattern.lstrip().startswith("M"))


def file_url(here: Listed) -> str:
    if not agent().may(Permission.EXPORT):
        return ""
    return url_for("list_export.download", **here.asked)


def ids_of(session: Session, agent: Agent, here: Listed, *, most: int) -> Sequence[int]:
    """All tickets of a list; of a search by words none, for it shows the newest alone."""
    if here.words:
        return search.ids_of(session, here.words, by=agent, days=days(), most=most)
    return inbox.ids_of(session, agent, here.view, here.part, most=most)


def rows(session: Session, agent: Agent, tickets: Sequence[Ticket], here: Listed) -> list[Row]:
    """Rows of the given tickets, in their order; what is not readable shows no word of content."""
    seen = access.glimpse(session, tickets, by=agent, view=here.slug)
    names = customers.labels(session, [ticket.customer for ticket in tickets])
    marked = marks.on(session, tickets, by=agent)
    begun = drafts.beginnings(session, marked.drafts & seen.keys(), by=agent) if marked.drafts & seen.keys() else {}
    urls = here.ticket_urls(ticket.number for ticket in tickets)
    boxes = {} if here.part.mailbox_id else _called(session, agent)
    return [
        Row(
            ticket=ticket,
            url=urls[ticket.number],
            customer_name=names[ticket.customer_id] or _("Unknown"),
            at=_at(ticket, here),
            tags=marked.tags.get(ticket.id, []),
            is_readable=ticket.id in seen,
            shows_status=bool(here.words),
            subject=(seen[ticket.id].subject or _("(no subject)")) if ticket.id in seen else "",
            preview=seen[ticket.id].preview if ticket.id in seen else "",
            has_draft=ticket.id in marked.drafts,
            draft=" ".join(begun.get(ticket.id, "").split()),
            asleep_until=marked.asleep.get(ticket.id),
            asleep_because=_because(seen.get(ticket.id)) if ticket.status is Status.SNOOZED else "",
            under_way=marked.under_way.get(ticket.id),
            mailbox=boxes.get(ticket.mailbox_id, ticket.mailbox.name) if boxes else "",
        )
        for ticket in tickets
    ]


def _called(session: Session, agent: Agent) -> dict[int, str]:
    """What tells the mailboxes apart, where there are several: not the words with which all their names begin."""
    names = {mailbox.id: mailbox.name.split() for mailbox in counters.mailboxes(session, agent)}
    if len(names) < 2:
        return {}
    first_words = takewhile(lambda words: len(set(words)) == 1, zip(*names.values(), strict=False))
    shared = min(len(list(first_words)), *(len(name) - 1 for name in names.values()))
    return {mailbox_id: " ".join(name[shared:]) for mailbox_id, name in names.items()}


def _because(seen: Glimpse | None) -> str:
    """Why it sleeps, in one line."""
    return " ".join(seen.asleep_because.split())[:_REASON] if seen else ""


def _at(ticket: Ticket, here: Listed) -> datetime:
    if not here.words and here.view in _BY_WAITING:
        return max(ticket.waiting_since, ticket.woke_at or ticket.waiting_since)  # woken, it was put before them all
    return (ticket.closed_at or ticket.active_at) if here.view is View.CLOSED else ticket.active_at


def _title(here: Listed, around: frame.Frame | None) -> str:
    if here.part != ALL and around is not None:
        parts = (*around.teams, *around.mailboxes)
        return next((link.name for link in parts if link.slug == here.slug), _("Team"))
    return frame.names()[here.view]


def _with_what_comes(empty: Empty, here: Listed) -> Empty:
    """Who has nothing to do hears when there will be something."""
    due = snooze.next_due(db(), here.view, here.part, by=agent()) if here.view in _BY_WAITING else None
    if due is None:
        return empty
    comes = _("Next to come back: %(moment)s.", moment=filters.moment(due))
    return replace(empty, text=f"{empty.text} {comes}")


def _before_the_first_mail() -> Empty:
    """On a desk that nobody can write to yet: where to begin, or whom to ask."""
    title = _("No mailbox yet")
    if agent().may(Permission.SETUP):
        text = _("Email comes in once the desk knows a mailbox.")
        return Empty("mail", title, text, url_for("mailboxes.new"), _("Set one up"))
    names = agents.names_of(db(), Permission.SETUP, but=agent())
    return Empty("mail", title, _("%(names)s can set one up.", names=names) if names else "")


def _empty(here: Listed) -> Empty:
    done, waiting = "circle-check", "hourglass"
    if agent().scope is Scope.NONE:
        text = _("Your role sees no tickets. A permission shows what it is for.")
        return Empty("key-round", _("Nothing to see"), text, url_for("grants.index"), _("Ask for permission"))
    if not mailboxes.are_there(db()):
        return _before_the_first_mail()
    texts = {
        View.MINE: (done, _("Nothing waits for you"), _("New tickets are under Unassigned.")),
        View.UNASSIGNED: (done, _("Everything has somebody"), _("No open ticket is without an agent.")),
        View.OPEN: (done, _("All done"), _("No ticket is open. New mail appears here by itself.")),
        View.PENDING: (waiting, _("Nobody to wait for"), _("Tickets that wait for the customer are shown here.")),
        View.SNOOZED: ("alarm-clock", _("Nothing sleeps"), _("Snoozed tickets come back by themselves.")),
        View.CLOSED: (done, _("Nothing closed yet"), _("Closed tickets are shown here, the last one first.")),
        View.SPAM: ("ban", _("No spam"), _("What was marked as spam waits here, and can be brought back.")),
        View.TRASH: ("trash-2", _("The trash is empty"), _("What was thrown away can be brought back from here.")),
    }
    return Empty(*texts[here.view])
