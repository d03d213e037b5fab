"""The whole clockwork on one page: what is done, and how often."""

import signal
import threading
from datetime import timedelta
from typing import Final

from helpdesk import runtime
from helpdesk.runtime import Runtime
from workers import (
    again,
    bulk,
    delivery,
    desk,
    erasure,
    files,
    indexing,
    mailbox_tokens,
    nightly,
    retention,
    sent_copies,
    statistics,
    sweeper,
    themes,
    trail,
)
from workers.clockwork import Clockwork, Entry

CLOCKWORK: Final = (
    # what                                          how often                what does it
    Entry("replies that should have left",          timedelta(seconds=15),   sweeper.sweep),
    Entry("copies for the folder of sent mail",     timedelta(seconds=10),   sent_copies.keep_copies),
    Entry("audit events not yet in the chain",      timedelta(seconds=1),    trail.seal),
    Entry("a signed checkpoint of the trail",       timedelta(hours=1),      trail.checkpoint),
    Entry("access grants whose time is over",       timedelta(seconds=30),   trail.end_grants),
    Entry("whether each promise is kept, nightly",  timedelta(minutes=10),   nightly.verify_promises),
    Entry("the checkpoint that is kept elsewhere",  timedelta(minutes=10),   nightly.send_checkpoint),
    Entry("monthly sums of a customer's record",    timedelta(hours=1),      nightly.send_digests),
    Entry("unusual reading, the access review",     timedelta(minutes=15),   nightly.look_at_readings),
    Entry("erasures that were begun",               timedelta(minutes=1),    erasure.go_on),
    Entry("traces of erasures, nightly",            timedelta(minutes=10),   nightly.scrub),
    Entry("logins by token that end soon",           timedelta(minutes=1),    mailbox_tokens.renew),
    Entry("usage statistics of finished periods",   timedelta(minutes=10),   statistics.close_periods),
    Entry("snoozed tickets whose moment has come",  timedelta(seconds=15),   desk.wake_tickets),
    Entry("text and pages of files that came",      timedelta(seconds=20),   files.look_at_files),
    Entry("the search, after an upgrade",           timedelta(seconds=20),   indexing.renew),
    Entry("drafts nobody touched for long",         timedelta(minutes=10),   retention.let_go_of_drafts),
    Entry("drafts that were discarded",             timedelta(minutes=1),    retention.let_go_of_discarded),
    Entry("what lay in the trash long enough",      timedelta(minutes=10),   retention.empty_the_trash),
    Entry("files in the folder that nobody holds",  timedelta(hours=6),      desk.look_through_files),
    Entry("readings again that nobody is at",       timedelta(seconds=30),   again.go_on),
    Entry("themes of the week",                     timedelta(minutes=10),   themes.begin_weekly),
    Entry("reports of themes that nobody makes",    timedelta(seconds=30),   themes.go_on),
    Entry("bulk actions that nobody is at",         timedelta(seconds=10),   bulk.go_on),
    Entry("mailboxes whose sending is paused",      timedelta(minutes=10),   sweeper.try_paused_mailboxes),
)  # fmt: skip

TICK: Final = timedelta(seconds=0.2)  # how exactly a job that was put off is rung for
_PATIENCE: Final = timedelta(seconds=6)  # for what is being done, when asked to stop


def run(here: Runtime, stop: threading.Event | None = None, *, entries: tuple[Entry, ...] | None = None) -> None:
    """Keep the clockwork going until asked to stop (SIGTERM, SIGINT, or the event)."""
    runtime.use(here)
    stop = stop or _stopped_by_signal()
    clockwork = Clockwork(here, entries or CLOCKWORK)
    try:
        while not stop.wait(TICK.total_seconds()):
            here.doorbell.ring_due()
            clockwork.tick()
    finally:
        clockwork.end(patience=_PATIENCE)


def _stopped_by_signal() -> threading.Event:
    stop = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        delivery.stop_after_this_one()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop
