"""One theme of a report: its words, weeks and figures, the tickets behind it, and what people decide of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.desk import (
    bulk,
    customers,
    lengths,
    outreach,
    theme_choices,
    theme_contact,
    theme_page,
    theme_tickets,
)
from helpdesk.desk.bulk import NothingChosen, NotUnderstood
from helpdesk.desk.lengths import TooLong
from helpdesk.desk.outreach import NotTheirMailbox
from helpdesk.desk.replies import NobodyToWriteTo
from helpdesk.desk.theme_choices import NoSuchTheme, SameTheme
from helpdesk.desk.theme_contact import NobodyAgreed
from helpdesk.desk.theme_page import ReportPage, Row
from helpdesk.desk.tickets import LONGEST_TAG, Empty
from helpdesk.desk.variables import VariableUnknown
from helpdesk.mail.address import AddressRefused
from helpdesk.models.bulk import Verb
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.theme_report import ThemeReport
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, theme_telling
from helpdesk.web import charts, filters, frame, theme_words, themes
from helpdesk.web.auth import agent, db
from helpdesk.web.charts import Chart, Datum, Words
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.replies import why_not
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("theme", __name__)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket of the theme that its reader may read."""

    number: int
    customer: str | Markup
    at: datetime
    is_closed: bool
    subject: str


@bp.get("/themes/<int:report_id>/<int:number>")
def show(report_id: int, number: int) -> ResponseReturnValue:
    themes.may_look()
    return _page(themes.find(report_id), number)


@bp.post("/themes/<int:report_id>/<int:number>")
def choose(report_id: int, number: int) -> ResponseReturnValue:
    """Rename, hide, show again, merge or part; later reports remember it."""
    themes.may_look()
    report = themes.find(report_id)
    what, form = request.form.get("do", ""), request.form
    try:
        if what == "rename":
            theme_choices.rename(db(), report, number, form.get("name", ""), by=agent())
        elif what in ("hide", "show"):
            theme_choices.hide(db(), report, number, by=agent(), is_hidden=what == "hide")
        elif what == "merge":
            into = form.get("into", type=whole)
            theme_choices.merge(db(), report, number, -1 if into is None else into, by=agent())
            number = number if into is None else into
        elif what == "part":
            theme_choices.part(db(), report, number, by=agent())
        else:
            return _page(report, number, wrong=_("Please choose one of what is offered."))
    except SameTheme:
        return _page(report, number, wrong=beside("into", _("These two are one theme already.")))
    except NoSuchTheme:
        raise NotVisible("theme_report", report_id) from None
    if what == "hide":
        return redirect(url_for("themes.show", report_id=report_id), 303)
    return redirect(url_for(".show", report_id=report_id, number=number), 303)


@bp.post("/themes/<int:report_id>/<int:number>/tag")
def tag(report_id: int, number: int) -> ResponseReturnValue:
    """Put a tag on all its tickets that this agent may read: an action on many, which can be taken back."""
    themes.may_look()
    report = themes.find(report_id)
    row, form = _row(theme_page.of_report(db(), report), number), request.form
    ids = theme_tickets.ids(db(), report, list(row.members), by=agent())
    key = form.get("key", "")[:64] or secrets.token_hex(8)
    try:
        word = lengths.name(form.get("tag", ""), LONGEST_TAG, field="tag")
        made = bulk.ask(db(), Verb.TAG, word, ids, by=agent(), key=key)
    except TooLong as error:
        return _page(report, number, wrong=too_long(error))
    except (NotUnderstood, NothingChosen):
        wrong = _("Please write a tag; and there must be tickets that you may read.")
        return _page(report, number, wrong=beside("tag", wrong))
    return redirect(url_for(".show", report_id=report_id, number=number, bulk=made.id), 303)


@bp.post("/themes/<int:report_id>/<int:number>/contact")
def contact(report_id: int, number: int) -> ResponseReturnValue:
    """Write to those who agreed to be written to, each alone."""
    themes.may_look()
    report, form = themes.find(report_id), request.form
    row = _row(theme_page.of_report(db(), report), number)
    mailbox = db().get(Mailbox, form.get("mailbox", type=whole) or 0)
    try:
        with db().begin_nested():
            if mailbox is None:
                raise NotTheirMailbox  # noqa: TRY301  the same answer as for one of another team
            subject, text = form.get("subject", ""), form.get("text", "")
            theme_contact.write(db(), report, number, list(row.members), mailbox, subject, text, by=agent())
    except NobodyAgreed:
        return _page(report, number, wrong=_("Nobody is left to write to: it was done a moment ago, or taken back."))
    except VariableUnknown as error:
        return _page(report, number, wrong=beside("text", why_not(error)))
    except (NotTheirMailbox, NobodyToWriteTo, Empty, AddressRefused) as error:
        wrong = _("Please choose a mailbox of your teams, and write a subject and a text.")
        is_mailbox = isinstance(error, NotTheirMailbox)
        empty = next((name for name in ("subject", "text") if not form.get(name, "").strip()), "text")
        return _page(report, number, wrong=beside("mailbox" if is_mailbox else empty, wrong))
    return redirect(url_for("inbox.show", view="pending"), 303)


def _row(page: ReportPage, number: int) -> Row:
    row = next((one for one in [*page.rows, *page.hidden] if one.number == number), None)
    if row is None:
        raise NotVisible("theme_report", page.report.id)
    return row


def _page(report: ThemeReport, number: int, *, wrong: str = "") -> ResponseReturnValue:
    page = theme_page.of_report(db(), report)
    row = _row(page, number)
    audit.record(db(), "theme.look", by=agent(), on=("theme_report", report.id), facts={"theme": number})
    members, mailboxes = list(row.members), outreach.mailboxes(db(), by=agent())
    tickets = theme_tickets.listed(db(), report, members, by=agent(), before=request.args.get("before", type=whole))
    shown, more = tickets[: theme_tickets.PAGE], len(tickets) > theme_tickets.PAGE
    figures = theme_tickets.figures(db(), report, members)
    beyond = theme_page.told(report, theme_tickets.beyond(db(), report, members, by=agent()))
    made = render_template(
        "themes/theme.html",
        desk=frame.around(db(), agent(), "themes"),
        page=page,
        row=row,
        others=[one for one in page.rows if one.number != number],
        trend=theme_words.trend_word(row),
        chart=_weeks(row, page),
        inside=theme_page.sub_themes(db(), report, list(row.merged)),
        figures=figures,
        tags=[(tag, theme_page.told(report, count)) for tag, count in figures.tags],
        # beside those they can count, the number of all would tell how few the others are
        tickets="" if theme_telling.is_few(beyond) else theme_words.few(theme_page.told(report, figures.tickets)),
        is_known=theme_tickets.are_known(db(), report),
        rows=_rows(shown),
        beyond=theme_words.few(beyond) if beyond else "",
        before=shown[-1].id if more else None,
        may_handle=agent().may(Permission.HANDLE),
        key=secrets.token_hex(8),
        willing=len(theme_contact.willing(db(), report, members, by=agent())),
        most=theme_contact.MOST,
        mailboxes=mailboxes,
        usual=outreach.usual(mailboxes, tickets),
        typed=request.form,
        wrong=wrong,
    )
    return made, 422 if wrong else 200


def _rows(tickets: Sequence[Ticket]) -> list[TicketRow]:
    seen = access.glimpse(db(), tickets, by=agent(), view="theme")
    names = customers.labels(db(), [ticket.customer for ticket in tickets])
    return [
        TicketRow(
            ticket.number, names[ticket.customer_id], ticket.active_at, ticket.is_closed,
            seen[ticket.id].subject,
        )
        for ticket in tickets
        if ticket.id in seen
    ]  # fmt: skip


def _weeks(row: Row, page: ReportPage) -> Chart | None:
    """Messages a week, with the band that the last four were tested against."""
    if len(page.weeks) < 2 or all(count is None for count in row.weekly):
        return None
    data = []
    for place, (week, count) in enumerate(zip(page.weeks, row.weekly, strict=True)):
        is_recent = place >= len(page.weeks) - theme_telling.RECENT
        low, high = row.band if is_recent and row.band else (None, None)
        data.append(
            Datum(
                name=_week(week), value=count, low=low, high=high, note=_("not told"),
                is_sure=is_recent and row.has_moved,
            )
        )  # fmt: skip
    says = _(
        "The band is where the last four weeks would be on average, nineteen times in twenty, if nothing changed. "
        "They are filled where the test says that something did."
    )
    says = f"{says} {theme_words.joined()}"
    words = Words(title=_("Messages a week"), name=_("Week"), value=_("Messages"), says=says)
    return charts.timeline(words, data, say=theme_words.a_week)


def _week(first_day: date) -> str:
    return filters.in_order(first_day, "MMMd")
