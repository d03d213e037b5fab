"""What the demo desk published of the months behind it, as it would have: night by night, with real noise."""

from datetime import datetime
from typing import Final

from helpdesk import clock, runtime
from helpdesk.config import Config
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import categories, periods
from helpdesk.privacy.statistics.plan import Usage
from workers import statistics

TAGS: Final = ("advice", "brakes", "invoice", "lights", "missing parts", "payment", "refund", "return", "shipping")


def publish(config: Config, begins: datetime, now: datetime) -> None:
    """Put the desk's tags on the list, begin with the first whole month, and close every month that is over."""
    here = runtime.assemble(config)
    first = periods.following(periods.month_of(begins.date()))
    try:
        with clock.stopped_at(begins), here.db.transaction() as session:
            for name in TAGS:
                categories.add_tag(session, name, by=Machine.DEMO)
            settings.change(session, Usage(since=periods.name_of(first)), by=Machine.DEMO)
        with clock.stopped_at(now):
            while statistics.close_next(here) is not None:
                pass
    finally:
        here.close()
