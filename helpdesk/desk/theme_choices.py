"""What people decide of themes: another name, hidden, one with another. Later reports of the series remember."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.theme_report import ReportTheme, ThemeChoice, ThemeReport
from helpdesk.privacy import audit

LONGEST_NAME = 80


class NoSuchTheme(Exception):
    """The report has no theme of this number that is shown."""


class SameTheme(Exception):
    """A theme cannot become part of itself, nor of one that is part of it."""


def rename(session: Session, report: ThemeReport, number: int, name: str, *, by: Agent) -> None:
    """Call it by a name of the desk's own; an empty one gives the found name back. Raises NoSuchTheme."""
    choice = _choice(session, report, number, by)
    choice.name = " ".join(name.split())[:LONGEST_NAME]
    _leave_event(session, report, number, "rename", by)


def hide(session: Session, report: ThemeReport, number: int, *, by: Agent, is_hidden: bool = True) -> None:
    """Leave it out of the page, or show it again; it is counted all the same. Raises NoSuchTheme."""
    _choice(session, report, number, by).is_hidden = is_hidden
    _leave_event(session, report, number, "hide" if is_hidden else "show", by)


def merge(session: Session, report: ThemeReport, number: int, into: int, *, by: Agent) -> None:
    """Let the page show two themes as one, under the name of the other. Raises NoSuchTheme, SameTheme."""
    _find(session, report, into)
    choice = _choice(session, report, number, by)
    following: int | None = into
    while following is not None:
        if following == number:
            raise SameTheme("these two are one theme already")
        following = session.scalar(
            select(ThemeChoice.merged_into).where(ThemeChoice.scope == report.scope, ThemeChoice.number == following)
        )
    choice.merged_into = into
    _leave_event(session, report, number, "merge", by)


def part(session: Session, report: ThemeReport, into: int, *, by: Agent) -> None:
    """Let the themes that were merged into this one stand for themselves again."""
    merged = select(ThemeChoice).where(ThemeChoice.scope == report.scope, ThemeChoice.merged_into == into)
    for choice in session.scalars(merged):
        choice.merged_into, choice.chosen_by_id, choice.chosen_at = None, by.id, clock.now()
        _leave_event(session, report, choice.number, "part", by)


def _find(session: Session, report: ThemeReport, number: int) -> ReportTheme:
    found = session.scalar(
        select(ReportTheme).where(
            ReportTheme.report_id == report.id, ReportTheme.is_group, ReportTheme.number == number,
            ReportTheme.is_suppressed.is_(False),
        )
    )  # fmt: skip
    if found is None:
        raise NoSuchTheme("this report has no such theme")
    return found


def _choice(session: Session, report: ThemeReport, number: int, by: Agent) -> ThemeChoice:
    _find(session, report, number)
    choice = session.scalar(
        select(ThemeChoice).where(ThemeChoice.scope == report.scope, ThemeChoice.number == number)
    )
    if choice is None:
        choice = ThemeChoice(scope=report.scope, number=number)
        session.add(choice)
    choice.chosen_by_id, choice.chosen_at = by.id, clock.now()
    session.flush()
    return choice


def _leave_event(session: Session, report: ThemeReport, number: int, what: str, by: Agent) -> None:
    facts: dict[str, object] = {"theme": number, "scope": report.scope}
    audit.record(session, f"theme.{what}", by=by, on=("theme_report", report.id), facts=facts)
