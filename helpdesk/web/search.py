"""Search: one box for words, people and numbers."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import search
from helpdesk.desk.search import Results
from helpdesk.web import frame, lists
from helpdesk.web.auth import agent, db
from helpdesk.web.filters import highlighted
from helpdesk.web.language import _, ngettext
from helpdesk.web.lists import Empty, ListPage, Row
from helpdesk.web.paging import Listed

bp = Blueprint("search", __name__)


@bp.get("/search")
def show() -> ResponseReturnValue:
    here = Listed(words=request.args.get("q", "").strip()[:200])
    if not here.words:
        return redirect(url_for("inbox.home"))
    around = frame.around(db(), agent(), here.slug)
    return render_template("inbox/show.html", desk=around, page=found(here))


def found(here: Listed) -> ListPage:
    """What a search finds, its words marked."""
    results = search.search(db(), here.words, by=agent())
    rows = [_marked(row, here.words) for row in lists.rows(db(), agent(), results.tickets, here)]
    return ListPage(
        title=_("Search"),
        slug=here.slug,
        url=here.url,
        rows=rows,
        empty=Empty("search", _("Nothing found"), _("Try fewer or other words, a ticket's number, or an address.")),
        words=here.words,
        count=_count(results),
        end=_("The best %(num)s are shown; add a word to find fewer.", num=len(rows)) if results.is_cut else "",
    )


def _marked(row: Row, words: str) -> Row:
    return replace(
        row,
        subject=highlighted(row.subject, words),
        preview=highlighted(row.preview, words),
        customer_name=highlighted(row.customer_name, words),
    )


def _count(results: Results) -> str:
    found = len(results.tickets)
    return f"{found}+" if results.is_cut else ngettext("%(num)s ticket", "%(num)s tickets", found)
