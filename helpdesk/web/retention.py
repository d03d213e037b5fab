"""Retention of trash and drafts: after how many days they go, chosen in the settings, with what goes tonight."""

from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.models.role import Permission
from helpdesk.privacy import retention
from helpdesk.privacy.retention import MOST_DAYS, NotDays, Retention, SoonerPromised
from helpdesk.web import as_seen, settings
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside

bp = Blueprint("retention", __name__)


@bp.get("/settings/retention")
def index() -> ResponseReturnValue:
    """As it is; with days in the address, what would go tonight by those: nothing is changed by looking."""
    settings.must(Permission.SETUP)
    if "trash_days" not in request.args:
        return _page(retention.of(db()))
    tried = _typed(request.args.to_dict())
    try:
        retention.check(tried)
    except NotDays:
        return _page(retention.of(db()), _not_days(tried))
    as_seen.tried(lambda: _page(retention.of(db())))
    return _page(tried)


@bp.post("/settings/retention")
def choose() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    fresh()
    if wrong := as_seen.changed(lambda: _page(retention.of(db()))):
        return _page(retention.of(db()), wrong)
    wanted = _typed(request.form.to_dict())
    try:
        retention.choose(db(), wanted, by=agent())
    except NotDays:
        return _page(retention.of(db()), _not_days(wanted))
    except SoonerPromised as promised:
        words = _("The policy in force promises that the trash is emptied within %(days)s days.", days=promised.days)
        return _page(retention.of(db()), beside("trash_days", words))
    return settings.saved(".index")


def _typed(given: dict[str, str]) -> Retention:
    """An unticked box is 0: it stays."""
    return Retention(trash_days=_days(given, "trash"), draft_days=_days(given, "draft"))


def _days(given: dict[str, str], name: str) -> int:
    try:
        return whole(given.get(f"{name}_days", "")) or -1 if f"{name}_goes" in given else 0
    except ValueError:
        return -1


def _not_days(wanted: Retention) -> str:
    field = "draft_days" if 0 <= wanted.trash_days <= MOST_DAYS else "trash_days"
    return beside(field, _("Days are a whole number from 1 to %(most)s.", most=MOST_DAYS))


def _page(shown: Retention, wrong: str = "") -> ResponseReturnValue:
    night = clock.next_night(clock.now(), ZoneInfo(current_app.extensions["runtime"].config.desk.time_zone))
    return settings.page(
        "retention/index.html",
        "retention.index",
        422 if wrong else 200,
        wrong=wrong,
        shown=shown,
        usual=Retention(),
        is_tried=shown != retention.of(db()),
        promised=retention.promised_days(db()),
        expected=retention.expected(db(), shown, night),
        night=night,
        most=MOST_DAYS,
    )
