"""What is done once a night, in the desk's own time; after a night that was missed, at once."""

import logging
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from helpdesk import clock, runtime
from helpdesk.desk import access_reviews, evidence, records
from helpdesk.models.agent import Agent
from helpdesk.models.promise import PromiseCheck
from helpdesk.privacy import checkpoints, policy, promises
from helpdesk.privacy.readers import Machine
from workers import erasure

log = logging.getLogger(__name__)

_UNTIL: Final = 6  # o'clock


def verify_promises() -> None:
    """Look at every promise of the policy, unless that was done since this night began or since a new version."""
    here = runtime.current()
    begins = clock.last_night(clock.now(), ZoneInfo(here.config.desk.time_zone))
    with here.db.reading() as session:
        done = select(func.max(PromiseCheck.at)).where(PromiseCheck.policy_version == policy.current(session).version)
        last = session.scalar(done)
        if last is not None and last >= begins:
            return
        found = promises.examine(session)
    with here.db.transaction() as session:
        promises.keep(session, found, by=Machine.COMMAND)


def send_checkpoint() -> None:
    """Sign the trail and send what was signed outside: by email to who keeps it, and into the folder that is set."""
    here = runtime.current()
    begins = clock.last_night(clock.now(), ZoneInfo(here.config.desk.time_zone))
    with here.db.reading() as session:
        last = evidence.last_mailed(session)
        if last is not None and last.mailed_at is not None and last.mailed_at >= begins:
            return
        if last is None and evidence.began_after(session, begins):  # a new desk owes nothing for a night before it
            return
    with here.db.transaction() as session:
        checkpoints.make(session, checkpoints.signer(here.vault, here.config.host))
        session.flush()
        evidence.mail_checkpoint(session)
        latest = checkpoints.latest(session)
    folder = here.config.checkpoints_folder
    if folder is not None and latest is not None:
        try:
            checkpoints.keep_in(folder, latest)
        except OSError as error:
            log.warning("the checkpoint can't be written into its folder: %s", error.strerror)


def send_digests() -> None:
    """The monthly sums of their record, to customers who asked for them."""
    here = runtime.current()
    looked_at = 1
    while looked_at:
        with here.db.transaction() as session:
            looked_at = records.send_digests(session)


def look_at_readings() -> None:
    """Whether somebody reads far more today than they usually do; and each quarter, begin the review of access."""
    here = runtime.current()
    with here.db.transaction() as session:
        evidence.raise_flags(session)
        if session.scalar(select(Agent.id).limit(1)) is not None:
            access_reviews.begin(session)


def scrub() -> None:
    """Write over what was erased since: between three and six, when few wait for it."""
    here = runtime.current()
    now = clock.now().astimezone(ZoneInfo(here.config.desk.time_zone))
    if clock.NIGHT <= now.hour < _UNTIL:
        erasure.scrub_free_pages()
