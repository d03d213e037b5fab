"""The public page of the usage statistics, the file, its schema, and a feed. No login, no cookie, no script."""

from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

from babel.dates import format_date
from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.privacy import settings
from helpdesk.privacy.statistics import document, ledger
from helpdesk.privacy.statistics.document import Json
from helpdesk.privacy.statistics.plan import METHOD, MILLION, Usage
from helpdesk.web import published
from helpdesk.web.auth import db, public, runtime
from helpdesk.web.language import _, locale, number

bp = Blueprint("statistics", __name__)
bp.add_app_template_filter(number, "whole")
bp.add_app_template_filter(published.say_epsilon, "epsilon")
bp.add_app_template_filter(published.metric_word, "metric_word")
bp.add_app_template_filter(published.cadence_word, "cadence_word")

_ATOM: Final = "http://www.w3.org/2005/Atom"
_MOST_ENTRIES: Final = 50
_MOST_LISTED: Final = 60  # releases; the file has all


@bp.get("/statistics")
@public
def show() -> ResponseReturnValue:
    """The last release, or the one that is asked for; what comes next, and how noisy all of it is."""
    releases = document.releases(db(), _MOST_LISTED)
    chosen = _chosen(releases)
    return render_template(
        "statistics/show.html",
        release=chosen,
        name=published.name(chosen) if chosen else "",
        released=_long(chosen["released"]) if chosen else "",
        tiles=published.tiles(chosen) if chosen else [],
        charts=published.breakdowns(chosen) if chosen else [],
        line=published.through_time(releases, cadence=chosen["cadence"]) if chosen else None,
        is_hidden=bool(chosen) and published.is_below_the_noise(chosen or {}),
        hidden=published.hidden(chosen) if chosen else [],
        lines=published.lines(releases),
        is_cut=len(releases) == _MOST_LISTED,
        most=published.most_tickets(chosen) if chosen else None,
        epsilon=_epsilon(chosen) if chosen else 0,
        version=METHOD,
        usage=settings.of(db(), Usage),
    )


@bp.get("/statistics.json")
@public
def file() -> ResponseReturnValue:
    made = Response(document.text(db()), content_type="application/json; charset=utf-8")
    made.headers["Cache-Control"] = "public, no-cache"
    made.add_etag()
    return made.make_conditional(request)


@bp.get("/statistics.schema.json")
@public
def schema() -> ResponseReturnValue:
    return Response(document.SCHEMA.read_bytes(), content_type="application/schema+json; charset=utf-8")


@bp.get("/statistics.atom")
@public
def feed() -> ResponseReturnValue:
    """New releases for a feed reader; the words are in the desk's language, the numbers in the page."""
    made = ET.tostring(_feed(document.releases(db(), _MOST_ENTRIES)), encoding="unicode", xml_declaration=False)
    return Response(f'<?xml version="1.0" encoding="utf-8"?>\n{made}\n', content_type="application/atom+xml")


def _chosen(releases: list[Json]) -> Json | None:
    """The newest with tickets in it (a month in parts has its customers in one of its own), or the one asked for."""
    wanted = request.args.get("period")
    if wanted:
        return document.release_named(db(), wanted) or abort(404)
    return next((one for one in releases if "tickets" in published.numbers(one)), None)


def _epsilon(release: Json) -> int:
    """What all of the month may tell, however much of it this release spent."""
    plan = ledger.plan_of(db(), release["begins"][:7])
    return plan.allowed // MILLION if plan else 0


def _long(day: str) -> str:
    return str(format_date(date.fromisoformat(day), "long", locale=locale()))


def _feed(releases: list[Json]) -> ET.Element:
    base = runtime().config.desk.base_url.rstrip("/")
    here = base + url_for("statistics.feed")
    root = ET.Element("feed", xmlns=_ATOM)
    _add(root, "title", _("Usage statistics of %(desk)s", desk=runtime().config.desk.name))
    _add(root, "id", here)
    _add(root, "updated", _moment(releases[0]["released"]) if releases else "1970-01-01T00:00:00Z")
    ET.SubElement(root, "link", rel="self", href=here)
    ET.SubElement(root, "link", rel="alternate", href=base + url_for("statistics.show"))
    _add(ET.SubElement(root, "author"), "name", runtime().config.desk.name)
    for one in releases:
        entry = ET.SubElement(root, "entry")
        address = base + url_for("statistics.show", period=one["period"])
        _add(entry, "title", published.name(one))
        _add(entry, "id", address)
        _add(entry, "updated", _moment(one["released"]))
        ET.SubElement(entry, "link", rel="alternate", href=address)
        _add(entry, "content", published.in_a_line(one), type="text")
    return root


def _add(parent: ET.Element, tag: str, text: str, **more: str) -> None:
    ET.SubElement(parent, tag, more).text = text


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
