"""The check of the usage statistics: every release is paid for, fits its closed schema, and refers to nobody."""

from typing import Final

from sqlalchemy import func, select

from helpdesk.languages import N_
from helpdesk.models.base import Base
from helpdesk.models.statistic import StatisticBudget
from helpdesk.privacy import settings
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, not_offered, proves
from helpdesk.privacy.statistics import document, ledger
from helpdesk.privacy.statistics.document import DocumentUnfit
from helpdesk.privacy.statistics.plan import MILLION, Usage

_TABLES: Final = "statistic_"


@proves(
    "anonymised-statistics",
    kept_by=(
        "helpdesk.privacy.statistics.counting.count",
        "helpdesk.privacy.statistics.noise.draw",
        "helpdesk.privacy.statistics.ledger.charge",
    ),
    epsilon=2,
)
def statistics_hide_everybody(asked: Asked) -> Evidence:
    """No month tells more than was promised, nothing is published twice, and no column leads to a person."""
    session, promised = asked.session, asked.number("epsilon")
    published = document.whole(session)
    releases = len(published["releases"])
    if not settings.of(session, Usage).is_on and not releases:
        return not_offered(N_("This desk publishes no statistics."))
    faults = len(ledger.faults(session))
    most = (session.scalar(select(func.max(StatisticBudget.spent))) or 0) / MILLION
    try:
        document.check(published)
    except DocumentUnfit:
        return broken(N_("The published file holds something that its schema does not name."))
    leading = [
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        if table.name.startswith(_TABLES)
        for key in table.foreign_keys
    ]
    if faults or leading or most > promised:
        return broken(
            N_(
                "What does not add up in the ledger: %(faults)s; columns that lead to somebody: %(leading)s; "
                "most that a month tells: %(most)s."
            ),
            faults=faults,
            leading=len(leading),
            most=f"{most:g}",
        )
    return kept(
        N_(
            "Releases: %(releases)s, each paid for once. Most that a month tells of anybody, as epsilon: %(most)s "
            "of %(promised)s."
        ),
        releases=releases,
        most=f"{most:g}",
        promised=promised,
    )
