"""A report as people read it: its themes under the names and choices of the desk, and what changed since the last."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.desk import theme_bands, theme_reports
from helpdesk.desk.theme_bands import Counted
from helpdesk.models.theme_report import ReportTheme, ThemeChoice, ThemeReport, ThemeShare
from helpdesk.privacy import theme_telling
from helpdesk.privacy.theme_telling import CUSTOMERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One theme of the page: a group of the report, with those that people merged into it; its numbers as told."""

    number: int
    name: str
    terms: Sequence[str]
    customers: int
    messages: int
    weekly: Sequence[float | None]
    trend: str
    ratio: float | None
    language: str
    is_suppressed: bool
    is_hidden: bool = False
    is_renamed: bool = False
    members: Sequence[int] = ()
    merged: Sequence[int] = ()
    difference: int | None = None
    """Customers more than in the report compared with; None where it is too small to be told, or nothing compares."""
    band: tuple[float, float] | None = None
    """Messages a week that chance allows the last four, on average; None where nothing was tested."""

    @property
    def has_moved(self) -> bool:
        """Whether the test says so; of what people merged it says nothing."""
        return self.trend not in ("steady", "")


@dataclass(frozen=True, slots=True)
class Move:
    """What became of a theme since the last report: `new` came out of `old`, or `old` went into `new`."""

    old: str
    new: str
    is_split: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    report: ThemeReport
    rows: Sequence[Row]
    hidden: Sequence[Row] = ()
    weeks: Sequence[date] = ()
    languages: Mapping[str, int] = field(default_factory=dict)
    not_themed: Mapping[str, int] = field(default_factory=dict)
    previous: ThemeReport | None = None
    gone: Sequence[str] = ()
    """Names of themes that only the report compared with shows."""
    moves: Sequence[Move] = ()

    themed: int = 0
    is_branch: bool = False
    """Whether the series of its scope does not go on from it."""

    @property
    def is_told(self) -> bool:
        """Whether enough wrote at all for a number to be told of them."""
        return self.report.customers >= CUSTOMERS

    @property
    def messages(self) -> int:
        return told(self.report, self.report.messages)

    @property
    def shown(self) -> int:
        """Messages of the themes that may be shown, also of those the desk hid."""
        return told(self.report, self.themed)

    @property
    def other(self) -> int:
        return told(self.report, self._other)

    @property
    def too_small(self) -> int:
        return told(self.report, self._too_small)

    @property
    def outside(self) -> int:
        """In no theme, and in too small ones."""
        return told(self.report, self._other + self._too_small)

    @property
    def left_out(self) -> int:
        return told(self.report, self.report.left_out)

    @property
    def beyond(self) -> int:
        return told(self.report, self.report.beyond)

    @property
    def is_parted(self) -> bool:
        """Whether what is in no theme and what is in too small ones may be told apart: one tells the other."""
        return not any(map(theme_telling.is_few, (self._other, self._too_small)))

    @property
    def is_in_fives(self) -> bool:
        return not self.report.is_weekly

    @property
    def _other(self) -> int:
        return self.report.messages - self.report.themed

    @property
    def _too_small(self) -> int:
        return max(0, self.report.themed - self.themed)


def told(report: ThemeReport, count: int) -> int:
    """A count as this report shows it."""
    return theme_telling.told(count, in_fives=not report.is_weekly)


def of_report(session: Session, report: ThemeReport, *, against: ThemeReport | None = None) -> ReportPage:
    """The page of a report: the most customers first; themes too small to be shown are counted, not listed.

    It is compared with the last one of its series, or `against` another.
    """
    choices = _choices(session, report.scope)
    last = theme_reports.before(session, report)
    other = against or last
    earlier = [row for row in _groups(session, other) if not row.is_suppressed] if other is not None else []
    before = {} if other is None else {row.number: told(other, row.customers) for row in earlier}
    members = _members(session, report)
    found = [one for one in _groups(session, report) if not one.is_suppressed]
    bands = _bands(report, found)
    shown = [
        replace(
            _row(report, one, choices.get(one.number), before.get(one.number), members.get(one.number, ())),
            band=bands.get(one.number),
        )
        for one in found
    ]
    by_number = {row.number: row for row in shown}
    for number, choice in sorted(choices.items()):
        into = _target(choices, number)
        if choice.merged_into is not None and number in by_number and into in by_number and into != number:
            by_number[into] = _merged(by_number[into], by_number.pop(number))
    by_number = {number: _counted_once(session, report, row) for number, row in by_number.items()}
    numbers = {number for row in by_number.values() for number in row.merged}
    rows = sorted(by_number.values(), key=lambda row: (-row.customers, -row.messages, row.number))
    return ReportPage(
        report,
        [row for row in rows if not row.is_hidden],
        [row for row in rows if row.is_hidden],
        [date.fromisoformat(day) for day in json.loads(report.weeks)],
        _spoken(report, found),
        {code: told(report, count) for code, count in json.loads(report.not_themed).items()},
        other,
        [_called(row, choices) for row in earlier if row.number not in numbers and not _is_hidden(row, choices)],
        _moves(session, report, last, choices) if last is not None else (),
        sum(one.messages for one in found),
        theme_reports.is_branch(session, report),
    )


def sub_themes(session: Session, report: ThemeReport, numbers: Sequence[int]) -> Sequence[Row]:
    """The themes within these groups that may be shown, where there is more than one."""
    found = session.scalars(
        select(ReportTheme)
        .where(ReportTheme.report_id == report.id, ReportTheme.is_group.is_(False), ReportTheme.within.in_(numbers))
        .order_by(ReportTheme.customers.desc(), ReportTheme.number)
    ).all()
    return [_row(report, one, None, None, ()) for one in found if not one.is_suppressed] if len(found) > 1 else []


def _spoken(report: ThemeReport, found: Sequence[ReportTheme]) -> dict[str, int]:
    """The languages of the themes that may be shown, and how many messages these have: nothing they don't say."""
    spoken: Counter[str] = Counter()
    for one in found:
        spoken[one.language] += one.messages
    return {code: told(report, count) for code, count in sorted(spoken.items())}


def _groups(session: Session, report: ThemeReport) -> Sequence[ReportTheme]:
    chosen = select(ReportTheme).where(ReportTheme.report_id == report.id, ReportTheme.is_group)
    return session.scalars(chosen.order_by(ReportTheme.customers.desc(), ReportTheme.number)).all()


def _members(session: Session, report: ThemeReport) -> dict[int, list[int]]:
    """The numbers of the themes within each group."""
    rows = session.execute(
        select(ReportTheme.within, ReportTheme.number)
        .where(ReportTheme.report_id == report.id, ReportTheme.is_group.is_(False))
        .order_by(ReportTheme.number)
    )
    found: dict[int, list[int]] = {}
    for within, number in rows:
        found.setdefault(within, []).append(number)
    return found


def _choices(session: Session, scope: str) -> dict[int, ThemeChoice]:
    rows = session.scalars(select(ThemeChoice).where(ThemeChoice.scope == scope))
    return {row.number: row for row in rows}


def _target(choices: Mapping[int, ThemeChoice], number: int) -> int:
    """Where a theme ends up, however often it was merged."""
    seen = {number}
    while (choice := choices.get(number)) is not None and choice.merged_into is not None:
        number = choice.merged_into
        if number in seen:
            return number
        seen.add(number)
    return number


def _row(
    report: ThemeReport, found: ReportTheme, choice: ThemeChoice | None, before: int | None, members: Sequence[int]
) -> Row:
    own = choice.name if choice is not None else ""
    customers = told(report, found.customers)
    difference = None if before is None else customers - before
    weekly = json.loads(found.told_weekly)
    return Row(
        number=found.number, name=own or found.name, terms=[term for term, _ in json.loads(found.terms)],
        customers=customers, messages=told(report, found.messages), weekly=weekly or _untold(report),
        trend=found.trend, ratio=found.ratio, language=found.language, is_suppressed=found.is_suppressed,
        is_renamed=bool(own), is_hidden=choice is not None and choice.is_hidden, members=members,
        merged=(found.number,),
        difference=difference if difference is not None and abs(difference) >= CUSTOMERS else None,
    )  # fmt: skip


def _untold(report: ThemeReport) -> list[float | None]:
    return [None] * len(json.loads(report.weeks))


def _merged(into: Row, other: Row) -> Row:
    """Two themes as one; whether they moved together was not tested."""
    return Row(
        number=into.number, name=into.name, terms=[*into.terms, *(t for t in other.terms if t not in into.terms)],
        customers=max(into.customers, other.customers), messages=into.messages + other.messages,
        weekly=theme_telling.together(into.weekly, other.weekly), trend="", ratio=None,
        language=into.language, is_suppressed=False, is_hidden=into.is_hidden, is_renamed=into.is_renamed,
        members=[*into.members, *other.members], merged=[*into.merged, *other.merged],
    )  # fmt: skip


def _counted_once(session: Session, report: ThemeReport, row: Row) -> Row:
    """Who wrote about several of what people merged is one customer."""
    if len(row.merged) == 1:
        return row
    theirs = (
        select(func.count(ThemeShare.customer_id.distinct()))
        .join(ReportTheme, ReportTheme.id == ThemeShare.report_theme_id)
        .where(ReportTheme.report_id == report.id, ReportTheme.is_group, ReportTheme.number.in_(row.merged))
    )
    count = session.scalar(theirs)
    return replace(row, customers=told(report, count) if count else row.customers)


def _bands(report: ThemeReport, found: Sequence[ReportTheme]) -> dict[int, tuple[float, float]]:
    counted = {one.number: Counted(one.language, json.loads(one.weekly), one.ratio) for one in found}
    usual = theme_bands.usual(list(counted.values()))
    bands = {
        number: theme_bands.band(one, usual[one.language])
        for number, one in counted.items()
        if one.language in usual and sum(one.weekly) > 0
    }
    if report.is_weekly:
        return bands
    return {number: (math.floor(low), math.ceil(high)) for number, (low, high) in bands.items()}


def _called(found: ReportTheme, choices: Mapping[int, ThemeChoice]) -> str:
    choice = choices.get(found.number)
    return (choice.name if choice is not None else "") or found.name or f"#{found.number}"


def _is_hidden(found: ReportTheme, choices: Mapping[int, ThemeChoice]) -> bool:
    choice = choices.get(found.number)
    return choice is not None and choice.is_hidden


def _moves(
    session: Session, report: ThemeReport, last: ThemeReport, choices: Mapping[int, ThemeChoice]
) -> list[Move]:
    """Only of themes that may be named in both reports, and that nobody hid."""
    now, then = _names(session, report, choices), _names(session, last, choices)
    split = session.execute(
        select(ReportTheme.split_from, ReportTheme.number)
        .where(
            ReportTheme.report_id == report.id, ReportTheme.is_group.is_(False), ReportTheme.split_from.is_not(None)
        )
        .order_by(ReportTheme.number)
    )
    merged = ((int(old), new) for old, new in json.loads(report.merged).items())
    return [
        Move(then[old], now[new], is_split)
        for pairs, is_split in ((split, True), (merged, False))
        for old, new in pairs
        if old in then and new in now
    ]


def _names(session: Session, report: ThemeReport, choices: Mapping[int, ThemeChoice]) -> dict[int, str]:
    """What the themes of a report that are not hidden are called; the desk's own name goes before the found one."""
    rows = session.scalars(
        select(ReportTheme).where(
            ReportTheme.report_id == report.id, ReportTheme.is_group.is_(False), ReportTheme.name != "",
            ReportTheme.is_suppressed.is_(False),
        )
    )  # fmt: skip
    hidden = {number for number, choice in choices.items() if choice.is_hidden}
    return {
        row.number: _called(row, choices)
        for row in rows
        if hidden.isdisjoint({row.number, row.within, _target(choices, row.within)})
    }
