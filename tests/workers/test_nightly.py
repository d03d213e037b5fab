"""The nightly look at the promises: once a night, and again at once for a new policy."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk import clock
from helpdesk.models.promise import PromiseCheck
from helpdesk.privacy import publication
from helpdesk.runtime import Runtime
from workers import nightly

PROMISE = '[[promise]]\nid = "cookies"\nsentence = "No cookie for you."\n'


def checks(here: Runtime) -> int:
    with here.db.reading() as session:
        return session.query(PromiseCheck).count()


def test_promises_are_looked_at_once_a_night_and_at_once_for_a_new_policy(runtime: Runtime):
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with clock.stopped_at(noon):
        with runtime.db.transaction() as session:
            publication.publish(session, PROMISE)
        nightly.verify_promises()
        nightly.verify_promises()
        assert checks(runtime) == 1

        with runtime.db.transaction() as session:
            publication.publish(session, PROMISE.replace("No", "Never a"))
        nightly.verify_promises()
        assert checks(runtime) == 2

    with clock.stopped_at(noon + timedelta(days=1)):
        nightly.verify_promises()
        assert checks(runtime) == 3


def test_a_desk_without_a_policy_has_nothing_to_look_at(runtime: Runtime):
    nightly.verify_promises()

    assert checks(runtime) == 0


@pytest.mark.parametrize(("hour", "day"), [(1, 22), (2, 23), (12, 23)])
def test_the_night_begins_at_three_in_the_desks_own_time(hour: int, day: int):
    begins = clock.last_night(datetime(2026, 11, 23, hour, tzinfo=UTC), ZoneInfo("Europe/Berlin"))

    assert (begins.day, begins.hour) == (day, 3)
