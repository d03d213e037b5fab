"""Published statistics tell no more of anybody than was promised, and lead to nobody."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.base import Base
from helpdesk.models.promise import Standing
from helpdesk.models.statistic import StatisticBudget, StatisticRelease
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics.plan import Usage
from tests.privacy.statistics.small import Small, day, due, month, released
from tests.promises.conftest import Look

pytestmark = pytest.mark.promise("anonymised-statistics")


@pytest.fixture
def published(session: Session) -> StatisticRelease:
    small = Small(session)
    for number in range(1, 20):
        small.ticket(small.customer(), day(number), minutes=30)
    released(session, due(month()))
    return session.query(StatisticRelease).filter_by(metric="tag").one()


def test_what_was_published_is_paid_for(published: StatisticRelease, look: Look):
    found = look("anonymised-statistics")

    assert found.standing is Standing.KEPT
    assert found.figures == {"releases": 1, "most": "2", "promised": 2}


def test_a_desk_that_publishes_none_says_so(session: Session, look: Look):
    settings.change(session, Usage(is_on=False), by=Machine.COMMAND)

    assert look("anonymised-statistics").standing is Standing.NOT_OFFERED


def test_more_than_was_promised_breaks_it(published: StatisticRelease, look: Look):
    assert look("anonymised-statistics", epsilon=1).is_broken


@pytest.mark.parametrize("spoilt", ["scale", "epsilon", "contributions"])
def test_a_number_with_too_little_noise_breaks_it(published: StatisticRelease, look: Look, spoilt: str):
    setattr(published, spoilt, getattr(published, spoilt) / 2 if spoilt == "scale" else 2)

    assert look("anonymised-statistics").is_broken


def test_a_free_text_in_the_file_breaks_it(published: StatisticRelease, look: Look):
    published.categories = f'["{"Nils Berg wrote that his lamp flickers, and more" * 2}"]'
    published.noisy = "[40]"

    assert look("anonymised-statistics").is_broken


def test_a_ledger_that_was_changed_breaks_it(session: Session, published: StatisticRelease, look: Look):
    budget = session.get(StatisticBudget, "2026-10")
    assert budget is not None
    budget.spent = 0

    assert look("anonymised-statistics").is_broken


def test_no_table_of_the_statistics_refers_to_anything():
    tables = [table for table in Base.metadata.sorted_tables if table.name.startswith("statistic_")]

    assert len(tables) == 7
    assert not [key for table in tables for key in table.foreign_keys]
