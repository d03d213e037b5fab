"""The permission audit on screen: who read what, when, by what right, with what purpose; as a page and as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.models.agent import Agent
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.role import Permission
from helpdesk.privacy import audit as trail
from helpdesk.privacy import inspection, unusual
from helpdesk.privacy.inspection import Entry, Question
from helpdesk.web import csv_file, frame, words
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.language import zone
from helpdesk.web.numbers import whole

bp = Blueprint("audit", __name__)
_MOST_LINES = 50_000
_FIELDS = ("kind", "agent", "customer", "ticket", "grant", "since", "until")
_KINDS = ("readings", "changes", "refusals", "all")


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was filled in."""

    kind: str
    agent: str
    customer: str
    ticket: str
    grant: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Somebody who read unusually much, until somebody else looked at it."""

    id: int
    name: str
    readings: int
    usual: int
    day: str
    url: str
    is_own: bool


@bp.get("/audit")
def index() -> ResponseReturnValue:
    _may_look()
    asked, before = _asked(), request.args.get("before", type=whole)
    found = inspection.answer(db(), _question(asked), before=before, limit=inspection.PAGE + 1)
    shown = found[: inspection.PAGE]
    given: dict[str, Any] = {key: value for key, value in request.args.items() if key in _FIELDS}
    return render_template(
        "audit/index.html",
        desk=frame.around(db(), agent(), "audit"),
        asked=asked,
        kinds={kind: words.audit_kinds()[kind] for kind in _KINDS},
        agents=db().scalars(select(Agent).order_by(Agent.name)).all(),
        entries=shown,
        flags=_flags(),
        older=url_for(".index", **given, before=shown[-1].id) if len(found) > inspection.PAGE else None,
        file=url_for(".download", **given),
    )


@bp.get("/audit.csv")
def download() -> Response:
    """All that answers the question, as a file; the export is an event too."""
    _may_look()
    fresh()
    question = _question(_asked())
    trail.record(db(), "audit.export", by=agent(), on=("trail", None), subject_id=question.customer_id)
    return csv_file.answer(_lines(question), name="audit.csv")


def _flags() -> list[Flag]:
    raised = unusual.unseen(db())
    chosen = select(Agent.id, Agent.name).where(Agent.id.in_({flag.agent_id for flag in raised}))
    names = {number: name for number, name in db().execute(chosen)}  # noqa: C416  rows are tuples to a human only
    return [
        Flag(
            id=flag.id,
            name=names[flag.agent_id],
            readings=flag.readings,
            usual=flag.usual,
            day=flag.day.isoformat(),
            url=url_for(".index", agent=flag.agent_id, since=flag.day.isoformat(), until=flag.day.isoformat()),
            is_own=flag.agent_id == agent().id,
        )
        for flag in raised
    ]


def _may_look() -> None:
    if not agent().may(Permission.AUDIT):
        abort(404)


def _asked() -> Asked:
    given = request.args
    kind = given.get("kind", "readings")
    return Asked(
        kind if kind in _KINDS else "readings",
        *(given.get(name, "").strip()[:200] for name in ("agent", "customer", "ticket", "grant", "since", "until")),
    )


def _question(asked: Asked) -> Question:
    until = _day(asked.until)
    return Question(
        kind=asked.kind,
        agent_id=_number(asked.agent),
        customer_id=_customer(asked.customer),
        ticket_id=_number(asked.ticket),
        grant_id=_number(asked.grant),
        since=_day(asked.since),
        until=until + timedelta(days=1) if until else None,
    )


def _number(text: str) -> int | None:
    digits = text.lstrip("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else None


def _customer(text: str) -> int | None:
    """A customer by address or number; one that is unknown has no events, which is what 0 finds."""
    if "@" not in text:
        return _number(text)
    found = db().scalar(select(CustomerAddress.customer_id).where(CustomerAddress.email == text.lower()))
    return found or 0


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(), tzinfo=zone()) if text else None
    except ValueError:
        return None


def _lines(question: Question) -> Iterator[str]:
    yield csv_file.line(["event", "at", "action", "who", "what", "number", "customer", "right", "purpose"])
    before: int | None = None
    for _page in range(_MOST_LINES // inspection.PAGE):
        entries = inspection.answer(db(), question, before=before)
        yield from (csv_file.line(_cells(entry)) for entry in entries)
        if len(entries) < inspection.PAGE:
            return
        before = entries[-1].id


def _cells(entry: Entry) -> list[object]:
    return [
        entry.id, entry.at.isoformat(), entry.action, entry.actor or entry.actor_kind, entry.object_kind,
        entry.object_id or "", entry.customer_id or "", entry.basis, entry.facts.get("purpose", ""),
    ]  # fmt: skip
