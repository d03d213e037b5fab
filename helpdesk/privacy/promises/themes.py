"""The check of the themes: whatever a report still shows has as many customers behind it as was promised."""

import json

from sqlalchemy import func, select

from helpdesk.languages import N_
from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeReport, ThemeShare
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, not_offered, proves
from helpdesk.privacy.theme_telling import CUSTOMERS, MESSAGES


@proves(
    "themes",
    kept_by=(
        "helpdesk.themes.naming.names",
        "helpdesk.themes.analysis.is_too_small",
        "helpdesk.privacy.theme_shares.take_away",
    ),
    customers=CUSTOMERS,
)
def themes_name_nobody(asked: Asked) -> Evidence:
    """No theme and no word that fewer customers stand behind, counted anew from whose share is whose."""
    session, promised = asked.session, asked.number("customers")
    reports = session.scalar(select(func.count()).where(ThemeReport.state == ReportState.DONE)) or 0
    if not reports:
        return not_offered(N_("No report of themes was made yet."))
    counted = select(ThemeShare.report_theme_id, func.count()).group_by(ThemeShare.report_theme_id)
    behind = {theme_id: customers for theme_id, customers in session.execute(counted)}  # noqa: C416  rows
    shown = session.scalars(select(ReportTheme).where((ReportTheme.name != "") | (ReportTheme.terms != "[]"))).all()
    faults = sum(not _is_kept(theme, behind.get(theme.id, 0), promised) for theme in shown)
    if faults:
        return broken(N_("Themes shown that too few stand behind: %(faults)s."), faults=faults)
    return kept(
        N_("Reports: %(reports)s. Themes with a name: %(shown)s, each written by %(customers)s customers at least."),
        reports=reports,
        shown=len(shown),
        customers=promised,
    )


def _is_kept(theme: ReportTheme, customers: int, promised: int) -> bool:
    said_by = [count for _term, count in json.loads(theme.terms)] + ([theme.name_said_by] if theme.name else [])
    is_large = not theme.is_suppressed and theme.messages >= MESSAGES
    return is_large and min([theme.customers, customers, *said_by]) >= promised
