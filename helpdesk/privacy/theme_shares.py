"""What a person added to reports of themes, taken away again: numbers shrink, and words of too few go."""

import json
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from helpdesk.models.message import Message
from helpdesk.models.theme_report import BEYOND, LEFT_OUT, ReportTheme, ThemeMessage, ThemeReport, ThemeShare
from helpdesk.privacy import theme_telling
from helpdesk.privacy.theme_telling import CUSTOMERS, MESSAGES, Shares


def take_away(session: Session, share_ids: Sequence[int]) -> None:
    """Take these shares out of their themes, as if these customers had never written.

    Which words of the theme were theirs is not kept: each is taken for theirs. How it moved was reckoned with them:
    it is told no more, and neither is in which languages the others of the report wrote that are in no theme.
    """
    touched: set[tuple[int, int]] = set()
    themes: set[int] = set()
    for share, theme in session.execute(
        select(ThemeShare, ReportTheme)
        .join(ReportTheme, ReportTheme.id == ThemeShare.report_theme_id)
        .where(ThemeShare.id.in_(share_ids))
        .order_by(ThemeShare.id)
    ).all():
        theme.messages -= share.messages
        theme.customers -= 1
        weekly = zip(json.loads(theme.weekly), json.loads(share.weekly), strict=True)
        theme.weekly = json.dumps([all_ - theirs for all_, theirs in weekly])
        theme.trend, theme.ratio = "", None
        _lose_words(theme)
        themes.add(theme.id)
        report = session.get_one(ThemeReport, theme.report_id)
        if theme.number == LEFT_OUT:
            report.left_out -= share.messages
        elif theme.number == BEYOND:
            report.beyond -= share.messages
        else:
            touched.add((theme.report_id, share.customer_id))
            report.messages -= 0 if theme.is_group else share.messages
            report.themed -= 0 if theme.is_group or theme.number < 0 else share.messages
    session.execute(delete(ThemeShare).where(ThemeShare.id.in_(share_ids)))
    for report_id, customer_id in touched:
        if not _is_in(session, report_id, customer_id):
            session.get_one(ThemeReport, report_id).customers -= 1
    for report_id in {report_id for report_id, _ in touched}:
        _recount(session, report_id)
    _retell(session, themes)


def take_all(session: Session, customer_id: int) -> None:
    """Take what was counted of one customer out of every report."""
    take_away(session, session.scalars(select(ThemeShare.id).where(ThemeShare.customer_id == customer_id)).all())


def let_go_of(session: Session, customer_id: int) -> None:
    """Take all of one customer out of every report: they objected, and are in no later one either."""
    take_all(session, customer_id)
    theirs = select(Message.id).where(Message.customer_id == customer_id)
    session.execute(delete(ThemeMessage).where(ThemeMessage.message_id.in_(theirs)))


def give(session: Session, customer_id: int, to: int) -> None:
    """These two are one person: what was counted of both is counted as one customer's from now on."""
    rows = session.execute(
        select(ThemeShare, ReportTheme)
        .join(ReportTheme, ReportTheme.id == ThemeShare.report_theme_id)
        .where(ThemeShare.customer_id == customer_id)
        .order_by(ThemeShare.id)
    ).all()
    reports = {theme.report_id for _, theme in rows if theme.number not in (LEFT_OUT, BEYOND)}
    for report_id in reports:
        if _is_in(session, report_id, to):
            session.get_one(ThemeReport, report_id).customers -= 1
    for share, theme in rows:
        known = session.scalar(
            select(ThemeShare).where(ThemeShare.report_theme_id == theme.id, ThemeShare.customer_id == to)
        )
        if known is None:
            share.customer_id = to
            continue
        known.messages += share.messages
        both = zip(json.loads(known.weekly), json.loads(share.weekly), strict=True)
        known.weekly = json.dumps([one + other for one, other in both])
        theme.customers -= 1
        _lose_words(theme)  # who said each of them was counted twice
        session.delete(share)
    session.flush()
    for report_id in reports:
        _recount(session, report_id)
    _retell(session, {theme.id for _, theme in rows})


def weeks(report: ThemeReport, shares: Shares) -> str:
    """The weeks of a theme of this report as they may be told, from what is whose."""
    first_days = [date.fromisoformat(day) for day in json.loads(report.weeks)]
    before = max(0, (first_days[0] - report.since).days) / 7 if first_days and report.since else 0.0
    return json.dumps(theme_telling.weeks(shares, len(first_days), before, in_fives=not report.is_weekly))


def _retell(session: Session, theme_ids: Collection[int]) -> None:
    session.flush()
    for theme in session.scalars(select(ReportTheme).where(ReportTheme.id.in_(theme_ids), ReportTheme.is_group)):
        report = session.get_one(ThemeReport, theme.report_id)
        whose = select(ThemeShare.messages, ThemeShare.weekly).where(ThemeShare.report_theme_id == theme.id)
        theme.told_weekly = weeks(report, [(count, json.loads(text)) for count, text in session.execute(whose)])


def _is_in(session: Session, report_id: int, customer_id: int) -> bool:
    of_report = select(ReportTheme.id).where(
        ReportTheme.report_id == report_id, ReportTheme.number.not_in((LEFT_OUT, BEYOND))
    )
    theirs = select(ThemeShare.id).where(
        ThemeShare.customer_id == customer_id, ThemeShare.report_theme_id.in_(of_report)
    )
    return session.scalar(theirs.limit(1)) is not None


def _recount(session: Session, report_id: int) -> None:
    """What the report says of all its messages, from what is left of its themes."""
    session.flush()
    report = session.get_one(ThemeReport, report_id)
    of_themes = [ReportTheme.report_id == report_id, ReportTheme.is_group.is_(False), ReportTheme.number >= 0]
    hidden = select(func.sum(ReportTheme.messages)).where(*of_themes, ReportTheme.is_suppressed)
    report.suppressed = session.scalar(hidden) or 0
    spoken = session.execute(
        select(ReportTheme.language, func.sum(ReportTheme.messages))
        .where(*of_themes, ReportTheme.messages > 0)
        .group_by(ReportTheme.language)
        .order_by(ReportTheme.language)
    )
    report.languages, report.not_themed = json.dumps({code: int(count) for code, count in spoken}), "{}"


def _lose_words(theme: ReportTheme) -> None:
    left = [[term, said_by - 1] for term, said_by in json.loads(theme.terms) if said_by > CUSTOMERS]
    theme.name_said_by = max(0, theme.name_said_by - 1)
    if theme.customers < CUSTOMERS or theme.messages < MESSAGES:
        theme.is_suppressed, left = True, []
    if theme.is_suppressed or theme.name_said_by < CUSTOMERS:  # a plainer name, if enough said one
        term, theme.name_said_by = left[0] if left else ("", 0)
        theme.name = term[:1].upper() + term[1:]
    theme.terms = json.dumps(left, ensure_ascii=False)
