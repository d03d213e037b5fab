"""The clockwork: one of many works, a slow or broken entry holds up no other, and mail leaves without Redis."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.runtime import Runtime
from helpdesk.storage import leases
from tests.workers.processes import until
from workers import schedule
from workers.clockwork import LEASE, Clockwork, Entry
from workers.schedule import CLOCKWORK


@pytest.fixture
def clockwork(runtime: Runtime) -> Iterator[Callable[..., Clockwork]]:
    """Builds one from functions that run as often as the clock ticks."""
    made: list[Clockwork] = []

    def make(*functions: Callable[[], None], every: timedelta = timedelta(0)) -> Clockwork:
        entries = tuple(Entry(f"entry {number}", every, what) for number, what in enumerate(functions))
        made.append(Clockwork(runtime, entries))
        return made[-1]

    yield make
    for one in made:
        one.end()


def tick(clockwork: Clockwork, times: int = 20) -> None:
    for _ in range(times):
        clockwork.tick()
        time.sleep(0.005)


def test_what_is_due_is_done_again_and_again(clockwork: Callable[..., Clockwork]):
    done: list[int] = []

    tick(clockwork(lambda: done.append(1)))

    assert len(done) > 2


def test_what_was_done_lately_is_not_done_again(clockwork: Callable[..., Clockwork]):
    done: list[int] = []

    tick(clockwork(lambda: done.append(1), every=timedelta(minutes=1)))

    assert done == [1]


def test_only_one_of_two_schedulers_works(clockwork: Callable[..., Clockwork]):
    done: list[str] = []
    first, second = clockwork(lambda: done.append("first")), clockwork(lambda: done.append("second"))

    for _ in range(10):
        tick(first, 1)
        tick(second, 1)

    assert set(done) == {"first"}


def test_another_takes_over_when_the_first_ends(clockwork: Callable[..., Clockwork]):
    done: list[str] = []
    first = clockwork(lambda: done.append("first"))
    tick(first)

    first.end()
    tick(clockwork(lambda: done.append("second")))

    assert set(done) == {"first", "second"}


def test_another_takes_over_when_the_first_fell_silent(clockwork: Callable[..., Clockwork], runtime: Runtime):
    done: list[str] = []
    with runtime.db.transaction() as session:
        assert leases.take(session, "schedule", holder="killed", lasting=LEASE)
    second = clockwork(lambda: done.append("second"))
    tick(second)
    assert done == []

    with clock.stopped_at(clock.now() + LEASE + timedelta(seconds=1)):
        tick(clockwork(lambda: done.append("third")))

    assert "third" in done


def test_a_slow_entry_holds_up_no_other_and_is_never_beside_itself(clockwork: Callable[..., Clockwork]):
    at_work, most, quick = threading.Semaphore(1), [0], []
    is_over = threading.Event()

    def slow() -> None:
        most[0] = max(most[0], 1 if at_work.acquire(blocking=False) else 2)
        is_over.wait(5)
        at_work.release()

    tick(clockwork(slow, lambda: quick.append(1)))
    is_over.set()

    assert most == [1]
    assert len(quick) > 2


def test_an_entry_that_fails_is_said_and_tried_again(
    clockwork: Callable[..., Clockwork], caplog: pytest.LogCaptureFixture
):
    tried: list[int] = []

    def broken() -> None:
        tried.append(1)
        raise ValueError("words")

    tick(clockwork(broken))

    assert len(tried) > 1
    assert "entry 0: failed, and will be tried again" in caplog.text


def test_it_runs_until_it_is_told_to_stop(runtime: Runtime):
    done: list[int] = []
    entries = (Entry("entry", timedelta(0), lambda: done.append(1)),)
    stop = threading.Event()
    running = threading.Thread(target=schedule.run, args=(runtime, stop), kwargs={"entries": entries})

    running.start()
    until(lambda: len(done) > 1)
    stop.set()
    running.join(5)

    assert not running.is_alive()


def test_mail_is_looked_after_at_least_every_half_minute():
    assert min(entry.every for entry in CLOCKWORK) <= timedelta(seconds=30)
    assert len({entry.name for entry in CLOCKWORK}) == len(CLOCKWORK)
