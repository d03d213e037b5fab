"""The promise of themes: kept by what reports hold, broken by a name or a number that too few stand behind."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.promise import Standing
from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeReport, ThemeShare
from tests import world
from tests.promises.conftest import Look

pytestmark = pytest.mark.promise("themes")


@pytest.fixture
def theme(session: Session) -> ReportTheme:
    report = ThemeReport(scope="{}", state=ReportState.DONE, since=date(2026, 9, 1), until=date(2026, 11, 22))
    session.add(report)
    session.flush()
    theme = ReportTheme(
        report_id=report.id, number=1, is_group=True, within=1, language="en", name="lamp", name_said_by=5,
        terms='[["lamp", 5]]', messages=9, customers=5, weekly="[]", is_suppressed=False, trend="steady", ratio=None,
    )  # fmt: skip
    session.add(theme)
    session.flush()
    for _number in range(5):
        who = world.a_customer(session)
        session.add(ThemeShare(report_theme_id=theme.id, customer_id=who.id, messages=1, weekly="[]"))
    session.flush()
    return theme


def test_without_a_report_nothing_is_offered(look: Look):
    assert look("themes").standing is Standing.NOT_OFFERED


@pytest.mark.usefixtures("theme")
def test_what_five_wrote_is_kept(look: Look):
    assert look("themes").standing is Standing.KEPT


@pytest.mark.parametrize(
    ("column", "value"),
    [("customers", 4), ("name_said_by", 4), ("terms", '[["lamp", 4]]'), ("messages", 7), ("is_suppressed", True)],
)
def test_one_too_few_breaks_it(theme: ReportTheme, look: Look, column: str, value: object):
    setattr(theme, column, value)

    assert look("themes").standing is Standing.BROKEN
