"""Killed at every point, deferred every seventh time, its Redis emptied: no reply is lost, none goes astray."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGKILL

import pytest
from redis import Redis
from sqlalchemy import func, select

from helpdesk import config
from helpdesk import runtime as parts
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.runtime import Runtime
from tests.servers.smtp_sink import Accepted, SmtpSink
from tests.workers.outbox import Outbox, an_outbox
from tests.workers.processes import start, stop, working
from workers.delivery import MARKED_TOGETHER

REPLIES = 200
FEWER = 80  # where more would prove nothing more
EVA = "eva@customer.example"
SEVENTH_DEFERRED = ["250 OK"] * 6 + ["451 busy, come back later"]
# the same code with less patience, so that a test sees in seconds what a desk sees in a minute
HURRIED = (
    "helpdesk.desk.outbox.LEASE=timedelta(seconds=2)",
    "workers.delivery.RENEWED_EVERY=timedelta(seconds=0.5)",
    "helpdesk.desk.delivery.WAITS=(timedelta(seconds=0.5),) * 13",
    "workers.sweeper.UNHEARD=timedelta(seconds=8)",
    "workers.schedule.CLOCKWORK=tuple(Entry(one.name, timedelta(seconds=1), one.what) for one in CLOCKWORK[:1])",
)


@pytest.fixture
def outbox(runtime: Runtime, smtp_sink: SmtpSink) -> Outbox:
    return an_outbox(runtime, smtp_sink)


def queue(outbox: Outbox, replies: int = FEWER) -> None:
    """Replies, every fifth to two people."""
    for number in range(replies):
        outbox.reply(f"These words are for ticket {number}.", also=[EVA] if number % 5 == 0 else [])


def check_wire(outbox: Outbox, accepted: list[Accepted]) -> int:
    """Nothing lost, nothing to anybody it was not written to, copies alike; returns how many copies there were."""
    meant: dict[str, set[str]] = {}
    with outbox.runtime.db.reading() as session:
        on_it = select(OutboundEmail.rfc_message_id, Delivery.email).join(Delivery)
        for message_id, email in session.execute(on_it):
            meant.setdefault(f"<{message_id}>", set()).add(email)
    sent: dict[str, list[Accepted]] = {}
    for one in accepted:
        sent.setdefault(str(one.message["Message-ID"]), []).append(one)
    assert {
        message_id: {email for copy in copies for email in copy.recipients} for message_id, copies in sent.items()
    } == meant
    assert all(len({copy.raw for copy in copies}) == 1 for copies in sent.values()), "a copy must be recognisable"
    return sum(len(copies) - 1 for copies in sent.values())


def all_accepted(outbox: Outbox) -> bool:
    with outbox.runtime.db.reading() as session:
        left = select(func.count()).where(Delivery.state != DeliveryState.ACCEPTED)
        return session.scalar(left) == 0


def until_all_left(outbox: Outbox, meanwhile: Callable[[], None] = lambda: None, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not all_accepted(outbox):
        assert time.monotonic() < deadline, f"after {seconds} s: {outbox.states()}"
        meanwhile()
        time.sleep(0.2)


@pytest.mark.parametrize("point", ["after-claim", "after-smtp", "after-mark"])
def test_a_worker_killed_at_any_point_loses_nothing(
    installation: Path, outbox: Outbox, smtp_sink: SmtpSink, point: str
):
    smtp_sink.answer_contents(*SEVENTH_DEFERRED * 30, "250 OK")
    queue(outbox)

    with (
        working(installation, "workers.schedule", *HURRIED),
        working(installation, "workers.queue", *HURRIED, HELPDESK_FAILPOINT=f"{point}:5"),
    ):
        until_all_left(outbox)

    copies = check_wire(outbox, smtp_sink.accepted)
    killed = (installation / "worker.log").read_text().count(f"signal {SIGKILL.value}")
    assert killed, "the point was never passed"
    assert copies <= (0 if point == "after-mark" else killed * MARKED_TOGETHER)


def test_a_worker_killed_again_and_again_loses_nothing(installation: Path, outbox: Outbox, smtp_sink: SmtpSink):
    smtp_sink.answer_contents(*SEVENTH_DEFERRED * 30, "250 OK")
    smtp_sink.think_for(0.05)
    queue(outbox, REPLIES)
    worker = start(installation, "workers.queue", *HURRIED)
    kills = 0

    def kill_and_start_again() -> None:
        nonlocal worker, kills
        if len(smtp_sink.accepted) > 8 * (kills + 1) and kills < 5:
            kill_with_children(worker.pid)
            worker.wait()
            worker = start(installation, "workers.queue", *HURRIED)
            kills += 1

    try:
        with working(installation, "workers.schedule", *HURRIED):
            until_all_left(outbox, kill_and_start_again)
    finally:
        stop(worker)

    assert kills >= 3
    assert check_wire(outbox, smtp_sink.accepted) <= kills * MARKED_TOGETHER


def test_redis_emptied_in_the_middle_loses_nothing(
    installation: Path, outbox: Outbox, smtp_sink: SmtpSink, redis_url: str
):
    smtp_sink.answer_contents(*SEVENTH_DEFERRED * 10, "250 OK")
    smtp_sink.think_for(0.02)
    queue(outbox)

    def empty() -> None:
        connection.flushall()

    with (
        Redis.from_url(redis_url) as connection,
        working(installation, "workers.schedule", *HURRIED),
        working(installation, "workers.queue", *HURRIED),
    ):
        until_all_left(outbox, empty)

    assert check_wire(outbox, smtp_sink.accepted) == 0


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """The installation's runtime, on each kind of database."""
    if request.param == "postgres":
        monkeypatch.setenv("HELPDESK_DATABASE_URL", request.getfixturevalue("migrated_postgres_url"))
    here = parts.assemble(config.load(installation / config.FILE_NAME))
    yield here
    here.close()
    here.doorbell.close()


def test_two_workers_at_once_send_nothing_twice(installation: Path, either: Runtime, smtp_sink: SmtpSink):
    outbox = an_outbox(either, smtp_sink)
    smtp_sink.think_for(0.02)

    with (
        working(installation, "workers.queue") as first,
        working(installation, "workers.queue") as second,
        working(installation, "workers.schedule"),
    ):
        queue(outbox)
        until_all_left(outbox)
        assert first.poll() is second.poll() is None

    assert check_wire(outbox, smtp_sink.accepted) == 0
    assert len(smtp_sink.accepted) == FEWER


def kill_with_children(pid: int) -> None:
    """What a power cut does to a worker and the child that is just sending."""
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for one in (pid, *children):
        os.kill(one, SIGKILL)
