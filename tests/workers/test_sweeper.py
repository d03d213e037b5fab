"""The sweeper: what was rung for and not heard leaves all the same."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import update

from helpdesk import clock
from helpdesk.desk.outbox import LEASE, claim
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import DeliveryState
from helpdesk.runtime import Runtime
from helpdesk.storage.queue import LATER, queue
from tests.servers.programs import free_port
from tests.servers.smtp_sink import SmtpSink
from tests.workers.outbox import Outbox
from tests.workers.processes import until, working
from workers.sweeper import UNHEARD, sweep


def rung(runtime: Runtime) -> list[object]:
    jobs = [queue(runtime.doorbell.redis).fetch_job(job_id) for job_id in queue(runtime.doorbell.redis).job_ids]
    return [job.args for job in jobs if job]


def test_a_flushed_redis_is_rung_again_once_for_each_mailbox(outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink):
    first, _second = outbox.reply("One"), outbox.reply("Two")
    runtime.doorbell.redis.flushall()

    sweep()

    assert rung(runtime) == [[first]]
    assert smtp_sink.accepted == []


def test_what_nobody_hears_is_sent_from_here(outbox: Outbox, smtp_sink: SmtpSink):
    outbox.reply("One")
    outbox.reply("Two")

    with clock.stopped_at(clock.now() + UNHEARD + timedelta(seconds=1)):
        sweep()

    assert outbox.states() == [DeliveryState.ACCEPTED] * 2


def test_what_a_dead_worker_held_leaves_when_its_lease_ended(outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink):
    row = outbox.reply()
    with runtime.db.transaction() as session:
        assert claim(session, row)

    sweep()
    assert outbox.states() == [DeliveryState.SENDING]
    with clock.stopped_at(clock.now() + LEASE + timedelta(seconds=1)):
        sweep()

    assert outbox.states() == [DeliveryState.ACCEPTED]


def test_a_mailbox_whose_server_is_away_does_not_keep_another_from_sending(
    outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink
):
    outbox.reply("Nowhere")
    with runtime.db.transaction() as session:
        session.execute(update(Mailbox).values(smtp_port=free_port()))
    other = outbox.another(smtp_sink)
    other.reply("Somewhere")

    with clock.stopped_at(clock.now() + UNHEARD + timedelta(seconds=1)):
        sweep()

    assert outbox.states() == [DeliveryState.DEFERRED, DeliveryState.ACCEPTED]


def test_nothing_due_is_nothing_to_do(outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink):
    outbox.reply(due_in=timedelta(minutes=5))

    sweep()

    assert (rung(runtime), smtp_sink.accepted) == ([], [])


@pytest.mark.parametrize("redis", ["away", "there, but without a worker"])
def test_mail_leaves_without_redis_or_a_worker(installation: Path, outbox: Outbox, smtp_sink: SmtpSink, redis: str):
    environ = {"HELPDESK_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"} if redis == "away" else {}
    quicker = ("workers.sweeper.UNHEARD=timedelta(seconds=1)",)
    outbox.reply("One")

    with working(installation, "workers.schedule", *quicker, **environ):
        smtp_sink.wait_for(1)
        until(lambda: outbox.states() == [DeliveryState.ACCEPTED])


def test_the_scheduler_rings_for_what_was_put_off(
    installation: Path, runtime: Runtime, outbox: Outbox, smtp_sink: SmtpSink
):
    with working(installation, "workers.schedule"), Redis.from_url(runtime.config.redis_url) as connection:
        began = time.monotonic()
        outbox.reply(due_in=timedelta(seconds=1))
        assert connection.zcard(LATER) == 1

        until(lambda: rung(runtime) == [[1]])

    assert time.monotonic() - began > 1
