"""What a person added to reports of themes, taken away again: numbers shrink, and words of too few go."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpdesk.models.message import Message
from helpdesk.models.theme_report import ReportTheme, ThemeMessage, ThemeReport, ThemeShare

CUSTOMERS: Final = 5
"""As many different customers stand behind each theme and each word that is shown."""
MESSAGES: Final = 8


def take_away(session: Session, share_ids: Sequence[int]) -> None:
    """Take these shares out of their themes, as if these customers had never written.

    Which words of the theme were theirs is not kept: each is taken for theirs.
    """
    touched: set[tuple[int, int]] = set()
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
        _lose_words(theme)
        touched.add((theme.report_id, share.customer_id))
        if not theme.is_group:
            report = session.get_one(ThemeReport, theme.report_id)
            report.messages -= share.messages
            report.themed -= share.messages if theme.number >= 0 else 0
    session.execute(delete(ThemeShare).where(ThemeShare.id.in_(share_ids)))
    for report_id, customer_id in touched:
        of_report = select(ReportTheme.id).where(ReportTheme.report_id == report_id)
        left = select(ThemeShare.id).where(
            ThemeShare.customer_id == customer_id, ThemeShare.report_theme_id.in_(of_report)
        )
        if session.scalar(left.limit(1)) is None:
            session.get_one(ThemeReport, report_id).customers -= 1


def let_go_of(session: Session, customer_id: int) -> None:
    """Take all of one customer out of every report: they objected, and are in no later one either."""
    shares = session.scalars(select(ThemeShare.id).where(ThemeShare.customer_id == customer_id)).all()
    take_away(session, shares)
    theirs = select(Message.id).where(Message.customer_id == customer_id)
    session.execute(delete(ThemeMessage).where(ThemeMessage.message_id.in_(theirs)))


def _lose_words(theme: ReportTheme) -> None:
    left = [[term, said_by - 1] for term, said_by in json.loads(theme.terms) if said_by > CUSTOMERS]
    theme.name_said_by = max(0, theme.name_said_by - 1)
    if theme.customers < CUSTOMERS or theme.messages < MESSAGES:
        theme.is_suppressed, left = True, []
    if theme.is_suppressed or theme.name_said_by < CUSTOMERS:  # a plainer name, if enough said one
        term, theme.name_said_by = left[0] if left else ("", 0)
        theme.name = term[:1].upper() + term[1:]
    theme.terms = json.dumps(left, ensure_ascii=False)
