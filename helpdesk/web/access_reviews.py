"""What an auditor goes through: the quarterly access review, flags of unusual reading, a report to print."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import access_reviews, agents
from helpdesk.desk.access_reviews import ReviewRefused
from helpdesk.models.access_grant import AccessGrant
from helpdesk.models.agent import Agent
from helpdesk.models.inspection import AccessReview, ReadingFlag, ReviewedAccess
from helpdesk.models.role import Permission
from helpdesk.privacy import inspection, unusual
from helpdesk.privacy.grants import GrantRefused
from helpdesk.web import frame
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _, refusal, zone

bp = Blueprint("access_reviews", __name__)


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    who: str
    role: str
    grant: AccessGrant | None
    verdict: str
    by: str
    at: datetime | None
    is_decidable: bool


@bp.get("/audit/review")
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/audit/review/<int:item_id>")
def decide(item_id: int) -> ResponseReturnValue:
    _may_look()
    fresh()
    item = db().get(ReviewedAccess, item_id)
    if item is None:
        raise NotVisible("review", item_id)
    is_confirmed = request.form.get("verdict") == "confirm"
    return _done(lambda: access_reviews.decide(db(), item, by=agent(), is_confirmed=is_confirmed))


@bp.post("/audit/review/signature")
def sign() -> ResponseReturnValue:
    _may_look()
    fresh()
    review = access_reviews.newest(db())
    if review is None:
        raise NotVisible("review", 0)
    return _done(lambda: access_reviews.sign(db(), review, by=agent()))


@bp.post("/audit/flags/<int:flag_id>/look")
def look_at_flag(flag_id: int) -> ResponseReturnValue:
    _may_look()
    flag = db().get(ReadingFlag, flag_id)
    if flag is None:
        raise NotVisible("flag", flag_id)
    unusual.note_looked(db(), flag, by=agent())
    return redirect(url_for("audit.index"), code=303)


@bp.get("/audit/report")
def report() -> ResponseReturnValue:
    """A period on paper: who read how much, by what right, what was refused, which permissions were used."""
    _may_look()
    until = _day("until") or datetime.combine(clock.now().astimezone(zone()).date(), time(), zone())
    since = _day("since") or until - timedelta(days=90)
    until += timedelta(days=1)
    review = access_reviews.newest(db())
    return render_template(
        "audit/report.html",
        desk=frame.around(db(), agent(), "audit"),
        since=since,
        until=until - timedelta(days=1),
        made_at=clock.now(),
        summary=inspection.summary(db(), since=since, until=until),
        names=_names(),
        review=review,
        signer=_names().get(review.signed_by_id or 0, "") if review else "",
    )


def _done(step: Callable[[], None]) -> ResponseReturnValue:
    try:
        step()
    except (ReviewRefused, GrantRefused) as refused:
        return _page(wrong=refusal(refused))
    except agents.LastAdmin:
        return _page(wrong=_("This is the only admin: make another colleague an admin first."))
    return redirect(url_for(".index"), code=303)


def _page(wrong: str = "") -> ResponseReturnValue:
    _may_look()
    review = access_reviews.newest(db())
    listed = access_reviews.items(db(), review) if review else []
    names = _names()
    page = render_template(
        "audit/review.html",
        desk=frame.around(db(), agent(), "audit"),
        review=review,
        items=[_item(one, names) for one in listed],
        left=access_reviews.open_items(db(), review) if review else 0,
        is_late=_is_late(review),
        signs=access_reviews.may_sign(agent()),
        signer=names.get(review.signed_by_id or 0, "") if review else "",
        wrong=wrong,
    )
    return page, 422 if wrong else 200


def _item(one: ReviewedAccess, names: dict[int, str]) -> Item:
    grant = db().get(AccessGrant, one.grant_id) if one.grant_id else None
    return Item(
        id=one.id,
        who=names.get(one.agent_id, _("Somebody")),
        role=one.role,
        grant=grant,
        verdict=one.verdict.value,
        by=names.get(one.decided_by_id or 0, ""),
        at=one.decided_at,
        is_decidable=access_reviews.may_decide(one, agent()),
    )


def _is_late(review: AccessReview | None) -> bool:
    return review is not None and review.signed_at is None and review.due_at < clock.now()


def _names() -> dict[int, str]:
    return {number: name for number, name in db().execute(select(Agent.id, Agent.name))}  # noqa: C416  rows


def _may_look() -> None:
    if not agent().may(Permission.AUDIT):
        abort(404)


def _day(name: str) -> datetime | None:
    try:
        text = request.args.get(name, "")
        return datetime.combine(datetime.fromisoformat(text).date(), time(), tzinfo=zone()) if text else None
    except ValueError:
        return None
