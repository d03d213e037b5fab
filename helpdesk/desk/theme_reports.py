"""Reports of themes: asked for by people or the clock, made by one worker at a time, kept, compared, let go of.

The reports of the last twelve weeks are the series of a scope: its themes go on from one to the next. A report of
days of its own is a branch of it, which tells the themes by the same numbers, and from which nothing goes on.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk.theme_material import Material
from helpdesk.desk.theme_scope import Scope
from helpdesk.models.agent import Agent
from helpdesk.models.theme_report import (
    BEYOND,
    LEFT_OUT,
    ReportState,
    ReportTheme,
    ThemeMessage,
    ThemeReport,
    ThemeShare,
)
from helpdesk.privacy import audit, theme_shares, theme_telling
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.privacy.theme_telling import Shares
from helpdesk.storage import jobs
from helpdesk.storage.db import hold
from helpdesk.storage.jobs import Job
from helpdesk.themes.values import NO_THEME

WEEKS: Final = 12
EARLIEST: Final = date(2000, 1, 1)
STUCK: Final = timedelta(seconds=60)  # not moved for so long, nobody works on it
AGAIN: Final = timedelta(days=1)  # then the clock asks once more for what failed or was stopped
ATTEMPTS: Final = 3
AT_WORK: Final = (ReportState.WAITING, ReportState.RUNNING)


@dataclass(frozen=True, slots=True)
class Themes:
    """Whether a report is made every week, of all feedback, and on which day (0: Monday)."""

    key: ClassVar[str] = "themes"
    is_weekly: bool = True
    weekday: int = 0


class NothingToAnalyse(Exception):
    """The period ends before it begins."""


class DaysOutOfReach(NothingToAnalyse):
    """Nobody wrote before EARLIEST, and nobody has written after today."""


def ask(
    session: Session,
    scope: Scope,
    *,
    by: Reader,
    zone: ZoneInfo,
    since: date | None = None,
    until: date | None = None,
) -> ThemeReport:
    """Have a report made; one of the same scope and period that is not done yet is given instead of a second.

    Without `until` it ends today, without `since` it takes in twelve weeks. Raises NothingToAnalyse, DaysOutOfReach.
    """
    first, last = _period(since, until, today=clock.now().astimezone(zone).date())
    hold(session, "themes")
    same = select(ThemeReport).where(
        ThemeReport.state.in_(AT_WORK), ThemeReport.scope == scope.text, ThemeReport.since == first,
        ThemeReport.until == last, ThemeReport.is_to_stop.is_(False),
    )  # fmt: skip
    if by is Machine.CLOCK:  # what somebody asked for is not the weekly one
        same = same.where(ThemeReport.is_weekly)
    if (running := session.scalars(same).first()) is not None:
        return running
    report = ThemeReport(
        scope=scope.text, since=first, until=last, asked_by_id=by.id if isinstance(by, Agent) else None,
        is_weekly=by is Machine.CLOCK,
    )  # fmt: skip
    session.add(report)
    session.flush()
    audit.record(session, "theme_report.ask", by=by, on=("theme_report", report.id), facts={"scope": scope.text})
    jobs.ring(session, Job.FIND_THEMES, report.id)
    return report


def begin(session: Session, report_id: int) -> ThemeReport | None:
    """Take a report to work on; None where it is done, or another one is being made: that one's end rings for it."""
    hold(session, "themes")
    report = session.get(ThemeReport, report_id, with_for_update=True)
    if report is None or report.state not in AT_WORK:
        return None
    alive = clock.now() - STUCK
    busy = select(ThemeReport.id).where(ThemeReport.state == ReportState.RUNNING, ThemeReport.moved_at > alive)
    if session.scalars(busy.limit(1)).first() is not None:
        return None
    if report.is_to_stop:
        _end(report, ReportState.CANCELLED)
        return None
    if report.attempts >= ATTEMPTS:
        _end(report, ReportState.FAILED, f"it was begun {ATTEMPTS} times, and its worker died each time")
        return None
    report.state, report.attempts, report.moved_at = ReportState.RUNNING, report.attempts + 1, clock.now()
    report.step, report.share = "reading", 0.0
    return report


def moved(session: Session, report_id: int, step: str, share: float) -> bool:
    """Tell how far it is; says whether it is to stop."""
    report = session.get(ThemeReport, report_id)
    if report is None:
        return True
    report.step, report.share, report.moved_at = step, share, clock.now()
    return report.is_to_stop


def stop(session: Session, report: ThemeReport, *, by: Agent) -> None:
    """Let it not be made: at once where nobody works on it yet."""
    if report.state not in AT_WORK:
        return
    report.is_to_stop = True
    if report.state is ReportState.WAITING:
        _end(report, ReportState.CANCELLED)
    audit.record(session, "theme_report.stop", by=by, on=("theme_report", report.id))


def end(session: Session, report_id: int, state: ReportState, trouble: str = "") -> None:
    """It was stopped, or it failed: say why."""
    report = session.get(ThemeReport, report_id)
    if report is not None and report.state in AT_WORK:
        _end(report, state, trouble)


def waiting(session: Session) -> Sequence[int]:
    """Reports nobody works on: never begun, or left by a worker that died. The oldest first."""
    alive = clock.now() - STUCK
    chosen = select(ThemeReport.id).where(ThemeReport.state.in_(AT_WORK), ThemeReport.moved_at <= alive)
    return session.scalars(chosen.order_by(ThemeReport.id)).all()


def next_waiting(session: Session) -> int | None:
    """The oldest one that was not begun."""
    chosen = select(ThemeReport.id).where(ThemeReport.state == ReportState.WAITING).order_by(ThemeReport.id)
    return session.scalars(chosen.limit(1)).first()


def before(session: Session, report: ThemeReport) -> ThemeReport | None:
    """The report of the series that was asked for before this one, and is done."""
    return _last(session, report.scope, ThemeReport.id < report.id)


def newest_of_series(session: Session, scope: Scope) -> ThemeReport | None:
    """The one that themes go on from: of those of twelve weeks the one that ends last."""
    return _last(session, scope.text)


def previous_state(session: Session, report: ThemeReport) -> Mapping[str, object]:
    """What the analysis needs to know the themes of the series again: numbers of messages and themes.

    No number is given twice in a scope, not even one that only a branch gave: what people chose hangs on it.
    """
    numbers = select(func.max(ThemeReport.next_number)).where(
        ThemeReport.scope == report.scope, ThemeReport.state == ReportState.DONE
    )
    labels: dict[str, int] = {}
    if (last := _last(session, report.scope)) is not None:
        rows = select(ThemeMessage.message_id, ThemeMessage.number).where(ThemeMessage.report_id == last.id)
        labels = {str(message): number for message, number in session.execute(rows)}
    return {"labels": labels, "next": session.scalar(numbers) or 0}


def keep(session: Session, report_id: int, found: Mapping[str, Any], material: Material) -> bool:
    """Keep what was found, in one transaction; of other reports of the scope only the numbers stay.

    But a branch leaves the newest of the series its messages: the next one goes on from them.

    Says whether it was kept: a report that was stopped meanwhile, or kept by another worker, is not.
    """
    report = session.get(ThemeReport, report_id, with_for_update=True)
    if report is None or report.state is not ReportState.RUNNING or report.is_to_stop:
        return False
    coverage = found["coverage"]
    report.method, report.weeks = found["method"], json.dumps(found["weeks"])
    report.next_number, report.merged = found["state"]["next"], json.dumps(found["merged"])
    report.messages, report.customers = coverage["messages"], len(set(material.whose.values()))
    report.themed, report.suppressed = coverage["themed"], coverage["suppressed"]
    report.left_out, report.beyond = sum(material.left_out.values()), sum(material.beyond.values())
    report.languages, report.not_themed = json.dumps(coverage["languages"]), json.dumps(coverage["not_themed"])
    _keep_themes(session, report, found, material)
    others = select(ThemeReport.id).where(ThemeReport.scope == report.scope, ThemeReport.id != report.id)
    last = _last(session, report.scope)
    if last is not None and not (is_rolling(report) and _place(report) > _place(last)):
        others = others.where(ThemeReport.id != last.id)
    session.execute(delete(ThemeMessage).where(ThemeMessage.report_id.in_(others)))
    labels = [
        {"report_id": report.id, "message_id": int(message), "number": number}
        for message, number in found["labels"].items()
    ]
    if labels:
        session.execute(insert(ThemeMessage), labels)
    _end(report, ReportState.DONE)
    facts: dict[str, object] = {"themes": len(found["groups"])}
    if not theme_telling.is_few(report.customers):
        facts["messages"] = theme_telling.told(report.messages, in_fives=not report.is_weekly)
    audit.record(session, "theme_report.keep", by=Machine.THEMES, on=("theme_report", report.id), facts=facts)
    return True


def series(session: Session, report: ThemeReport, *, most: int) -> Sequence[ThemeReport]:
    """The other reports of its scope that are done, the newest first: what it can be compared with."""
    chosen = select(ThemeReport).where(
        ThemeReport.scope == report.scope, ThemeReport.state == ReportState.DONE, ThemeReport.id != report.id
    )
    return session.scalars(chosen.order_by(ThemeReport.id.desc()).limit(most)).all()


def is_made(session: Session, scope: Scope, *, until: date) -> bool:
    """Whether the clock's of the twelve weeks up to this day is there, or being made.

    One that failed or was stopped counts for a day: the clock asks again, and not every ten minutes.
    """
    chosen = select(ThemeReport.id).where(
        ThemeReport.scope == scope.text, ThemeReport.since == _first_day(until), ThemeReport.until == until,
        ThemeReport.is_weekly,
        or_(ThemeReport.state.in_((*AT_WORK, ReportState.DONE)), ThemeReport.asked_at > clock.now() - AGAIN),
    )  # fmt: skip
    return session.scalar(chosen.limit(1)) is not None


def find(session: Session, report_id: int) -> ThemeReport | None:
    return session.get(ThemeReport, report_id)


def newest(session: Session, scope_text: str | None = None) -> ThemeReport | None:
    """The last one that is done: of a scope, or of any."""
    chosen = select(ThemeReport).where(ThemeReport.state == ReportState.DONE)
    if scope_text is not None:
        chosen = chosen.where(ThemeReport.scope == scope_text)
    return session.scalars(chosen.order_by(ThemeReport.id.desc()).limit(1)).first()


def listed(session: Session, *, most: int) -> Sequence[ThemeReport]:
    """The newest reports, whatever became of them."""
    return session.scalars(select(ThemeReport).order_by(ThemeReport.id.desc()).limit(most)).all()


def under_way(session: Session) -> Sequence[ThemeReport]:
    """What is being made or waits to be."""
    chosen = select(ThemeReport).where(ThemeReport.state.in_(AT_WORK))
    return session.scalars(chosen.order_by(ThemeReport.id)).all()


def _period(since: date | None, until: date | None, *, today: date) -> tuple[date, date]:
    last = until or today
    if not EARLIEST <= last <= today or (since is not None and not EARLIEST <= since <= today):
        raise DaysOutOfReach(f"the days of a report lie between {EARLIEST} and today, {today}")
    first = since or _first_day(last)
    if first > last:
        raise NothingToAnalyse("the period ends before it begins")
    return first, last


def _first_day(until: date) -> date:
    """Of the twelve weeks that end with this day."""
    return until - timedelta(weeks=WEEKS) + timedelta(days=1)


def is_rolling(report: ThemeReport) -> bool:
    """Whether it is of twelve weeks, as those of the series are."""
    if report.since is None or report.until is None:
        return False
    return report.until - report.since == timedelta(weeks=WEEKS) - timedelta(days=1)


def is_branch(session: Session, report: ThemeReport) -> bool:
    """Whether the series did not go on from it: of days of its own, or of weeks before those that were there."""
    if not is_rolling(report):
        return True
    before = [ThemeReport.id < report.id, ThemeReport.until > report.until]
    return _last(session, report.scope, *before) is not None


def _place(report: ThemeReport) -> tuple[date, int]:
    """Where it is in the series: twelve weeks of long ago come before those of now, whenever they were asked for."""
    return report.until or date.min, report.id


def _last(session: Session, scope_text: str, *narrower: ColumnElement[bool]) -> ThemeReport | None:
    chosen = select(ThemeReport).where(
        ThemeReport.scope == scope_text, ThemeReport.state == ReportState.DONE, *narrower
    )
    found = session.scalars(chosen.order_by(ThemeReport.until.desc(), ThemeReport.id.desc())).all()
    return next((report for report in found if is_rolling(report)), None)


def _end(report: ThemeReport, state: ReportState, trouble: str = "") -> None:
    report.state, report.trouble, report.finished_at, report.moved_at = state, trouble, clock.now(), clock.now()
    report.share = 1.0 if state is ReportState.DONE else report.share


def _keep_themes(session: Session, report: ThemeReport, found: Mapping[str, Any], material: Material) -> None:
    group_of = {member: group["label"] for group in found["groups"] for member in group["members"]}
    language_of = {theme["label"]: theme["language"] for theme in found["themes"]}
    weeks = [date.fromisoformat(day) for day in found["weeks"]]
    shares = _shares(found["labels"], group_of, material, weeks)
    for is_group, themes in ((False, found["themes"]), (True, found["groups"])):
        for theme in themes:
            number = theme["label"]
            row = ReportTheme(
                report_id=report.id, number=number, is_group=is_group, language=language_of[number],
                within=number if is_group else group_of[number], name=theme["name"],
                name_said_by=theme["name_said_by"], messages=theme["messages"], customers=theme["customers"],
                terms=json.dumps([*zip(theme["terms"], theme["said_by"], strict=True)], ensure_ascii=False),
                weekly=json.dumps(theme["weekly"]), is_suppressed=theme["is_suppressed"],
                trend=theme["change"]["trend"], ratio=theme["change"]["ratio"],
                split_from=theme.get("split_from"),
            )  # fmt: skip
            whose = shares[is_group, number]
            if is_group:
                row.told_weekly = theme_shares.weeks(report, _counted(whose, len(weeks)))
            _keep_shares(session, row, whose, len(weeks))
    unseen = {LEFT_OUT: material.left_out, BEYOND: material.beyond}
    _keep_rest(session, report, NO_THEME, shares[False, NO_THEME], len(weeks))
    for number, of_each in unseen.items():
        if of_each:
            whose = {who: (Counter[int](), count) for who, count in of_each.items()}
            _keep_rest(session, report, number, whose, len(weeks))


def _keep_rest(
    session: Session, report: ThemeReport, number: int, shares: Mapping[int, tuple[Counter[int], int]], weeks: int
) -> None:
    """What is in no theme, or was not read."""
    row = ReportTheme(
        report_id=report.id, number=number, is_group=False, language="", within=number, name="", name_said_by=0,
        messages=sum(messages for messages, _ in _counted(shares, weeks)), customers=len(shares), terms="[]",
        weekly=json.dumps([sum(weekly[week] for weekly, _ in shares.values()) for week in range(weeks)]),
        is_suppressed=True, trend="", ratio=None,
    )  # fmt: skip
    _keep_shares(session, row, shares, weeks)


def _keep_shares(
    session: Session, row: ReportTheme, shares: Mapping[int, tuple[Counter[int], int]], weeks: int
) -> None:
    session.add(row)
    session.flush()
    rows = [
        {"report_theme_id": row.id, "customer_id": customer, "messages": messages, "weekly": json.dumps(weekly)}
        for customer, (messages, weekly) in zip(shares, _counted(shares, weeks), strict=True)
    ]
    if rows:
        session.execute(insert(ThemeShare), rows)


def _counted(shares: Mapping[int, tuple[Counter[int], int]], weeks: int) -> Shares:
    return [
        (sum(weekly.values()) + other, [weekly[week] for week in range(weeks)]) for weekly, other in shares.values()
    ]


def _shares(
    labels: Mapping[str, int], group_of: Mapping[int, int], material: Material, weeks: Sequence[date]
) -> dict[tuple[bool, int], dict[int, tuple[Counter[int], int]]]:
    """Of each theme and group, and of what is in none: how many messages of which week, or older, are whose."""
    days = {document.id: document.at for document in material.documents}
    found: defaultdict[tuple[bool, int], dict[int, tuple[Counter[int], int]]] = defaultdict(dict)
    for message, number in labels.items():
        day = days[message]
        week = (day - weeks[0]).days // 7 if day is not None and weeks else -1
        customer = material.whose[message]
        keys = ((False, number),) if number == NO_THEME else ((False, number), (True, group_of[number]))
        for key in keys:
            weekly, other = found[key].get(customer, (Counter(), 0))
            if 0 <= week < len(weeks):
                weekly[week] += 1
            else:
                other += 1
            found[key][customer] = weekly, other
    return found
