"""Search: one box for words, people and numbers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from babel.dates import format_date
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.desk import saved_views, search
from helpdesk.desk.search import Query, Results
from helpdesk.desk.search_filters import KEYS, Filter
from helpdesk.models.saved_view import SavedView
from helpdesk.privacy import indexing
from helpdesk.web import frame, lists, paging
from helpdesk.web.auth import agent, db
from helpdesk.web.filters import highlighter
from helpdesk.web.inbox import is_partial
from helpdesk.web.language import _, locale, ngettext
from helpdesk.web.lists import Chip, Empty, ListPage, Row
from helpdesk.web.paging import Listed

bp = Blueprint("search", __name__)

_ABOUT_DAYS: Final = ("before", "after")
_A_DAY: Final = date(2026, 3, 31)
_NO_FILTERS: Final = ("subject", "priority")  # though elsewhere they are
_NAMED: Final = 12  # of what could stand in a filter


@bp.get("/search")
def show() -> ResponseReturnValue:
    here = Listed(words=request.args.get("q", "").strip()[:200], after=paging.after())
    if not here.words:
        return redirect(url_for("inbox.home"))
    if is_partial():
        return render_template("inbox/rows.html", page=found(here))
    around = frame.around(db(), agent(), here.slug)
    return render_template("inbox/show.html", desk=around, page=found(here))


def found(here: Listed) -> ListPage:
    """What a search finds, its words marked."""
    query = search.understand(here.words)
    results = search.search(db(), here.words, by=agent(), days=lists.days(), after=here.after)
    mark = highlighter(query.plain)
    rows = [_marked(row, mark) for row in lists.rows(db(), agent(), results.tickets, here)]
    return ListPage(
        title=_("Search"),
        slug=here.slug,
        url=here.url,
        rows=rows,
        empty=_empty(query, results, here.words),
        chips=[_chip(query, one, results) for one in query.filters],
        narrower=lists.narrower(here.words),
        saved=_saved(here.words),
        refused=_refused(),
        told=_told(query),
        words=here.words,
        count=None if here.after else _count(results),
        more_url=here.page_url(results.after) if results.after else None,
        top_url=here.url if here.after else None,
        file_url=lists.file_url(here),
        end=_("The best %(num)s are shown; add a word to find fewer.", num=len(rows)) if results.is_cut else "",
    )


def _chip(query: Query, wanted: Filter, results: Results) -> Chip:
    """A filter, and the search without it."""
    others = [one.typed for one in query.filters if one != wanted]
    rest = " ".join([query.plain, *others]).strip()
    url = url_for("search.show", q=rest) if rest else url_for("inbox.home")
    return Chip(wanted.typed, url, is_wrong=wanted in results.misunderstood, means=_meant(wanted))


def _meant(wanted: Filter) -> str:
    """The day that is meant by another way to say it."""
    day = lists.days().meant(wanted.value) if wanted.key in _ABOUT_DAYS else None
    return "" if day is None or wanted.value.startswith(f"{day.year}") else format_date(day, locale=locale())


def _saved(typed: str) -> SavedView | None:
    kept = [view for view in saved_views.of_agent(db(), agent()) if view.words == typed]
    changeable = (saved_views.find(db(), view.id, by=agent()) for view in kept)
    return next((view for view in changeable if view), None)


def _told(query: Query) -> str:
    """What is searched for as words though it looks like a filter; and that older messages may be missed."""
    for typed in query.plain.split():
        key, colon, value = typed.lstrip("-").lower().partition(":")
        if colon and not value and key in KEYS:
            return _("Nothing stands behind %(filter)s, so it is searched for as a word.", filter=f"{key}:")
        if colon and key in _NO_FILTERS:
            known = ", ".join(f"{one}:" for one in sorted(KEYS))
            return _("%(word)s is no filter, so it is searched for as a word. There is %(known)s.",
                     word=f"{key}:", known=known)  # fmt: skip
    if not (query.phrases and indexing.is_being_renewed(db())):
        return ""
    return _(
        "The search is being made anew after an upgrade. Until that is done it may miss words with unusual letters "
        "in older messages."
    )


def _refused() -> str:
    words = {
        "nameless": _("Give the view a name."),
        "empty": _("This searches for nothing: type words or a filter first."),
        "too_many": _("You keep as many views as there can be. Forget one first."),
    }
    return words.get(request.args.get("refused", ""), "")


def _empty(query: Query, results: Results, words: str) -> Empty:
    if results.misunderstood:
        wrong = " ".join(_why(one, known) for one, known in results.misunderstood.items())
        return Empty("search", _("A filter was not understood"), wrong)
    if words == "is:mentioned":
        return Empty("at-sign", _("Nobody mentioned you"), _("A colleague does with @ and your name, in a note."))
    nothing = Empty("search", _("Nothing found"), _("Try fewer or other words, a ticket's number, or an address."))
    if not (query.plain and query.filters):
        return nothing
    return replace(nothing, url=url_for("search.show", q=query.plain), link=_("Search without the filters"))


def _why(wanted: Filter, known: Sequence[str]) -> str:
    """What could stand there instead of what does."""
    if wanted.key in _ABOUT_DAYS:
        example = format_date(_A_DAY, "short", locale=locale())
        return _("%(filter)s is no day: write %(example)s, 2026-03-31, today, yesterday or 7d.",
                 filter=wanted.typed, example=example)  # fmt: skip
    if known:
        named = ", ".join([*known[:_NAMED], *(["…"] if len(known) > _NAMED else [])])
        return _("%(filter)s: there is %(known)s.", filter=wanted.typed, known=named)
    if wanted.key != "field":
        return _("%(filter)s: there is none that you may know of.", filter=wanted.typed)
    return _("%(filter)s: there is no such field.", filter=wanted.typed)


def _marked(row: Row, mark: Callable[[str], Markup]) -> Row:
    return replace(
        row,
        subject=mark(row.subject),
        preview=mark(row.preview),
        customer_name=mark(row.customer_name),
    )


def _count(results: Results) -> str:
    found = len(results.tickets)
    return f"{found}+" if results.is_cut else ngettext("%(num)s ticket", "%(num)s tickets", found)
