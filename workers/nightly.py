"""What is done once a night, in the desk's own time; after a night that was missed, at once."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from helpdesk import clock, runtime
from helpdesk.models.promise import PromiseCheck
from helpdesk.privacy import policy, promises
from helpdesk.privacy.readers import Machine
from workers import erasure

HOUR: Final = 3
_UNTIL: Final = 6


def verify_promises() -> None:
    """Look at every promise of the policy, unless that was done since this night began or since a new version."""
    here = runtime.current()
    begins = last_night(clock.now(), ZoneInfo(here.config.desk.time_zone))
    with here.db.reading() as session:
        done = select(func.max(PromiseCheck.at)).where(PromiseCheck.policy_version == policy.current(session).version)
        last = session.scalar(done)
        if last is not None and last >= begins:
            return
        found = promises.examine(session)
    with here.db.transaction() as session:
        promises.keep(session, found, by=Machine.COMMAND)


def scrub() -> None:
    """Write over what was erased since: between three and six, when few wait for it."""
    here = runtime.current()
    now = clock.now().astimezone(ZoneInfo(here.config.desk.time_zone))
    if HOUR <= now.hour < _UNTIL:
        erasure.scrub_free_pages()


def last_night(now: datetime, zone: ZoneInfo) -> datetime:
    """When the nightly work was last due: at three, of today or of yesterday."""
    here = now.astimezone(zone)
    today = here.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return today if here >= today else today - timedelta(days=1)
