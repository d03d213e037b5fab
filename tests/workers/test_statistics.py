"""Finished periods are closed at night: once, in order, in the operator's time, whoever does it and whatever dies."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk import runtime as parts
from helpdesk.models.statistic import Metric, StatisticBudget, StatisticRelease, StatisticTag, StatisticTally
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import document, ledger
from helpdesk.privacy.statistics.plan import MILLION, Usage
from helpdesk.runtime import Runtime
from helpdesk.storage.db import Database
from tests.privacy.statistics.small import Small, day
from tests.world import trail
from workers import statistics

NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)
POINTS = ["statistics-counted", "statistics-drawn", "statistics-kept", "statistics-committed"]


@pytest.fixture
def here(db: Database, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A desk in Berlin that publishes since October, and had twenty customers then; on either database."""
    desk = replace(runtime.config.desk, time_zone="Europe/Berlin")
    settled = replace(runtime, db=db, config=replace(runtime.config, desk=desk))
    monkeypatch.setattr(parts, "_current", settled)
    with db.transaction() as session:
        settle(session)
    return settled


def settle(session: Session) -> None:
    settings.change(session, Usage(since="2026-10"), by=Machine.COMMAND)
    session.add(StatisticTag(name="lamp"))
    small = Small(session)
    for number in range(1, 21):
        small.ticket(small.customer(), day(number), tag="lamp", minutes=number * 20)


def published(db: Database) -> list[str]:
    with db.reading() as session:
        assert ledger.faults(session) == []
        rows = select(StatisticRelease.period).where(StatisticRelease.metric == Metric.TICKETS)
        return list(session.scalars(rows.order_by(StatisticRelease.begins_on)))


def spent(db: Database) -> dict[str, int]:
    with db.reading() as session:
        return {row.month: row.spent for row in session.scalars(select(StatisticBudget))}


def close(at: datetime) -> None:
    with clock.stopped_at(at):
        statistics.close_periods()


def test_a_month_is_published_in_the_night_after_it_by_the_operators_clock(here: Runtime):
    close(datetime(2026, 11, 1, 1, 59, tzinfo=UTC))  # 2:59 in Berlin
    assert published(here.db) == []

    close(datetime(2026, 11, 1, 2, 1, tzinfo=UTC))
    assert published(here.db) == ["2026-10"]
    assert spent(here.db) == {"2026-10": 2 * MILLION}


def test_done_again_it_changes_nothing(here: Runtime):
    close(NOVEMBER)
    with here.db.reading() as session:
        before = document.whole(session)

    close(NOVEMBER)
    close(NOVEMBER + timedelta(days=20))

    with here.db.reading() as session:
        assert document.whole(session) == before
        assert len(trail(session, "statistics.release")) == 1


def test_after_a_long_time_away_every_period_is_published_in_order(here: Runtime):
    close(datetime(2027, 8, 2, 12, tzinfo=UTC))

    found = published(here.db)
    assert found[:3] == ["2026-10", "2026-11", "2026-12"]
    assert "2027-Q2" in found or found[-1] == "2027-07"  # the noise decides whether it is a small desk
    assert set(spent(here.db).values()) == {2 * MILLION}


@pytest.mark.parametrize("moved", [timedelta(days=-1), timedelta(days=1), timedelta(hours=-1), timedelta(hours=1)])
def test_a_clock_that_is_moved_publishes_no_period_twice(here: Runtime, moved: timedelta):
    for at in (NOVEMBER, NOVEMBER + moved, NOVEMBER):
        close(at)

    assert published(here.db) == ["2026-10"]
    assert spent(here.db) == {"2026-10": 2 * MILLION}


def test_the_month_of_the_clock_change_has_one_hour_more_and_no_ticket_twice(here: Runtime):
    with here.db.transaction() as session:
        small = Small(session)
        small.ticket(small.customer(), datetime(2026, 10, 31, 22, 59, tzinfo=UTC))  # still October in Berlin
        small.ticket(small.customer(), datetime(2026, 10, 31, 23, 1, tzinfo=UTC))
    close(datetime(2026, 12, 2, tzinfo=UTC))

    with here.db.reading() as session:
        first, second = session.scalars(
            select(StatisticRelease).where(StatisticRelease.metric == Metric.TICKETS).order_by(StatisticRelease.id)
        )
        assert first.ends_at == second.begins_at == datetime(2026, 10, 31, 23, tzinfo=UTC)
        assert second.ends_at - second.begins_at == timedelta(days=30)
        assert first.ends_at - first.begins_at == timedelta(days=31, hours=1)


def test_a_move_to_another_time_zone_counts_no_hour_twice(here: Runtime):
    close(NOVEMBER)
    here.config = replace(here.config, desk=replace(here.config.desk, time_zone="Asia/Tokyo"))
    close(datetime(2026, 12, 2, tzinfo=UTC))

    with here.db.reading() as session:
        first, second = session.scalars(
            select(StatisticRelease).where(StatisticRelease.metric == Metric.TICKETS).order_by(StatisticRelease.id)
        )
        assert first.ends_at == second.begins_at


def test_publishing_begins_with_the_month_in_which_the_job_first_runs(runtime: Runtime):
    close(NOVEMBER)
    assert published(runtime.db) == []
    with runtime.db.reading() as session:
        assert settings.of(session, Usage).since == "2026-11"

    close(datetime(2026, 12, 1, 4, tzinfo=UTC))
    assert published(runtime.db) == ["2026-11"]


def test_what_is_switched_off_publishes_nothing(here: Runtime):
    with here.db.transaction() as session:
        settings.change(session, Usage(is_on=False, since="2026-10"), by=Machine.COMMAND)

    close(NOVEMBER)

    assert published(here.db) == []


def test_switched_off_the_tallies_of_months_that_are_over_are_forgotten(here: Runtime):
    with here.db.transaction() as session:
        settings.change(session, Usage(is_on=False, since="2026-10"), by=Machine.COMMAND)
        for month in ("2026-10", "2026-11"):
            session.add(StatisticTally(month=month, mark=b"m", periods=1, tickets=1))

    close(NOVEMBER)

    with here.db.reading() as session:
        assert session.scalars(select(StatisticTally.month)).all() == ["2026-11"]


def test_several_schedulers_at_once_publish_once(here: Runtime):
    start, errors = Barrier(4), []

    def run() -> None:
        start.wait()
        try:
            statistics.close_periods()
        except Exception as error:  # noqa: BLE001  seen below
            errors.append(error)

    with clock.stopped_at(NOVEMBER):
        threads = [Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    assert not errors
    assert published(here.db) == ["2026-10"]
    assert spent(here.db) == {"2026-10": 2 * MILLION}


RUNS = """
import os, sys
from datetime import datetime
import opendp.prelude
from helpdesk import clock, config, runtime
from workers import statistics
for line in sys.stdin:
    moment, point = line.split(",")
    child = os.fork()
    if not child:
        os.environ["HELPDESK_FAILPOINT"] = point.strip()
        runtime.use(runtime.assemble(config.load()))
        with clock.stopped_at(datetime.fromisoformat(moment)):
            statistics.close_periods()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Runs:
    """Runs of the job in processes of their own, each killed at a point, or at none."""

    def __init__(self, here: Runtime, folder: Path, **more: str) -> None:
        environment = {
            **os.environ, "HELPDESK_CONFIG": str(folder / "config.toml"), "HELPDESK_DATABASE_URL": here.db.url,
            "HELPDESK_DESK_TIME_ZONE": "Europe/Berlin", **more,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNS], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def at(self, moment: datetime, *, killed: str = "") -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{moment.isoformat()},{killed}\n")
        self.process.stdin.flush()
        assert int(self.process.stdout.readline()) == (-SIGKILL if killed else 0)

    def end(self) -> None:
        self.process.communicate(timeout=30)


def test_killed_at_any_step_it_neither_publishes_nor_spends_twice(here: Runtime, installation: Path):
    runs = Runs(here, installation)
    nights = [NOVEMBER, datetime(2026, 12, 1, 12, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)]
    nights.append(datetime(2027, 4, 1, 12, tzinfo=UTC))
    for count, (point, night) in enumerate(zip(POINTS, nights, strict=True)):
        before = published(here.db), spent(here.db)
        runs.at(night, killed=point)
        was_committed = point == "statistics-committed"
        assert len(published(here.db)) == count + was_committed
        if not was_committed:
            assert (published(here.db), spent(here.db)) == before

        runs.at(night)
        runs.at(night)
        assert len(published(here.db)) == count + 1
        assert set(spent(here.db).values()) == {2 * MILLION}
    runs.end()

    assert published(here.db)[:3] == ["2026-10", "2026-11", "2026-12"]


def test_erasing_everybody_changes_no_published_number(here: Runtime):
    close(NOVEMBER)
    with here.db.reading() as session:
        before = document.whole(session)

    with here.db.transaction() as session:
        for table in ("ticket_tag", "participant", "ticket"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608  our own tables
    close(NOVEMBER + timedelta(days=1))

    with here.db.reading() as session:
        assert document.whole(session) == before
