"""The worker process on a real Redis: quick, deaf to all but the jobs of the list, hard to stop by accident."""

import json
import os
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL, SIGSTOP
from zoneinfo import ZoneInfo

import pytest
from redis import Redis

from helpdesk.desk import theme_reports
from helpdesk.desk.theme_scope import Scope
from helpdesk.models.outbound_email import DeliveryState
from helpdesk.models.theme_report import ReportState, ThemeReport
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage.doorbell import Doorbell
from helpdesk.storage.jobs import Job, Leaving, Ring
from helpdesk.storage.queue import QUEUE, SLOW_QUEUE
from helpdesk.supervisor.orphans import is_alive
from tests.servers.programs import Server
from tests.servers.redis_server import running_redis, url_of
from tests.servers.smtp_sink import SmtpSink
from tests.workers.outbox import Outbox
from tests.workers.processes import stop, until, working

QUEUE_KEY = f"rq:queue:{QUEUE}"


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def worker(installation: Path, connection: Redis) -> Iterator[None]:
    with working(installation, "workers.queue"):
        until(lambda: connection.scard("rq:workers") == 1)
        yield


def craft(connection: Redis, name: str, data: bytes, **fields: str) -> None:
    """What somebody with access to Redis would put there."""
    given: dict[str, str | bytes] = {"data": data, "status": "queued", "origin": QUEUE, **fields}
    for key, value in given.items():
        connection.hset(f"rq:job:{name}", key, value)
    connection.rpush(QUEUE_KEY, name)


def test_a_reply_leaves_in_a_moment(worker: None, outbox: Outbox, smtp_sink: SmtpSink):
    outbox.reply("The first one warms up.")
    smtp_sink.wait_for(1)
    taken = []
    for number in range(2, 8):
        began = time.monotonic()
        outbox.reply()
        smtp_sink.wait_for(number)
        taken.append(time.monotonic() - began)

    assert sorted(taken)[2] < 1, "the machine may be busy, but not for every email"
    until(lambda: outbox.states() == [DeliveryState.ACCEPTED] * 7)


def test_only_jobs_of_the_list_are_run(
    worker: None, installation: Path, connection: Redis, outbox: Outbox, smtp_sink: SmtpSink
):
    traces = [installation / f"ran-{number}" for number in range(6)]
    touch = ["touch", *map(str, traces)]
    pickled = b"cos\nsystem\n(S'touch %s'\ntR." % str(traces[0]).encode()
    craft(connection, "pickle", zlib.compress(pickled))
    craft(connection, "pickle-plain", pickled)
    craft(connection, "json", as_json(["os.system", None, [f"touch {traces[1]}"], {}]))
    craft(connection, "subprocess", as_json(["subprocess.run", None, [touch], {}]))
    craft(connection, "keyword", as_json(["workers.delivery.deliver", None, [], {"outbound_email_id": 1}]))
    callbacks = {f"{kind}_callback_name": "tests.workers.trap.spring" for kind in ("success", "failure", "stopped")}
    hooks = json.dumps([{"url": f"http://127.0.0.1:{smtp_sink.port}/", "job_status": "finished"}])
    craft(connection, "callbacks", as_json([Job.DELIVER.value, None, [404], {}]), webhooks=hooks, **callbacks)
    craft(connection, "callbacks-failing", as_json(["os.abort", None, [], {}]), webhooks=hooks, **callbacks)
    craft(connection, "retries", as_json(["os.abort", None, [], {}]), retries_left="99", number_of_retries="1")
    craft(connection, "junk", b"junk", timeout="soon", enqueued_at="never", result_ttl="x", dependency_ids="{")

    outbox.reply()
    smtp_sink.wait_for(1)
    until(lambda: connection.llen(QUEUE_KEY) == 0)
    time.sleep(0.3)

    assert not [path for path in traces if path.exists()]
    said = (installation / "worker.log").read_text()
    assert "JobRefused" in said
    assert "TRAP" not in said
    assert "os.system" not in said
    assert smtp_sink.connections == 1


def test_the_log_is_json_without_addresses_or_content(
    worker: None, installation: Path, outbox: Outbox, smtp_sink: SmtpSink
):
    smtp_sink.answer_contents("550 we do not like the lamp of nils@customer.example")
    row = outbox.reply("A secret about the lamp")
    until(lambda: outbox.states(row) == [DeliveryState.FAILED])

    lines = (installation / "worker.log").read_text().splitlines()
    assert all({"at", "level", "says"} <= json.loads(line).keys() for line in lines)
    assert not [line for line in lines if "lamp" in line or "customer.example" in line]


def test_redis_keeps_nothing_of_a_job_that_is_done(
    worker: None, connection: Redis, outbox: Outbox, smtp_sink: SmtpSink
):
    outbox.reply("A secret about the lamp")
    smtp_sink.wait_for(1)

    until(lambda: not connection.keys("rq:job:*"))


def test_a_worker_that_is_asked_to_stop_finishes_the_email_at_hand(
    installation: Path, connection: Redis, outbox: Outbox, smtp_sink: SmtpSink
):
    smtp_sink.think_for(1.5)
    for number in range(3):
        outbox.reply(f"Reply {number}")
    with working(installation, "workers.queue") as process:
        until(lambda: smtp_sink.connections == 1)
        began = time.monotonic()
        assert stop(process) == 0

    assert time.monotonic() - began < 10
    assert outbox.count(DeliveryState.ACCEPTED) == len(smtp_sink.accepted) == 1
    assert outbox.count(DeliveryState.SENDING) == 0


def test_a_worker_that_waits_stops_at_once(installation: Path, connection: Redis, runtime: Runtime):
    with working(installation, "workers.queue") as process:
        until(lambda: connection.scard("rq:workers") == 1)
        began = time.monotonic()
        assert stop(process) == 0

    assert time.monotonic() - began < 5


def test_a_mail_server_that_never_answers_does_not_keep_a_worker_from_stopping(
    installation: Path, connection: Redis, outbox: Outbox, smtp_sink: SmtpSink
):
    smtp_sink.think_for(30)
    outbox.reply()
    with working(installation, "workers.queue") as process:
        until(lambda: smtp_sink.connections == 1)
        began = time.monotonic()
        assert stop(process) == 0

    assert time.monotonic() - began < 10
    assert outbox.states() == [DeliveryState.SENDING]


def test_a_worker_lives_through_a_flushed_redis(worker: None, connection: Redis, outbox: Outbox, smtp_sink: SmtpSink):
    outbox.reply("Before")
    smtp_sink.wait_for(1)

    connection.flushall()
    outbox.reply("After")

    smtp_sink.wait_for(2)


def test_a_worker_outlives_its_redis(installation: Path, outbox: Outbox, smtp_sink: SmtpSink):
    with running_redis() as server, working_with(installation, server):
        ring(server, outbox.reply("Before"))
        smtp_sink.wait_for(1)

        server.kill()
        time.sleep(1)
        server.start()

        ring(server, outbox.reply("After"))
        smtp_sink.wait_for(2)


def test_a_worker_waits_for_a_redis_that_is_not_there_yet(installation: Path, outbox: Outbox, smtp_sink: SmtpSink):
    with running_redis() as server:
        server.stop()
        with working_with(installation, server) as process:
            until(lambda: "can't be reached" in (installation / "worker.log").read_text())
            assert process.poll() is None
            server.start()
            ring(server, outbox.reply())
            smtp_sink.wait_for(1)


def test_a_worker_stops_while_redis_is_away(installation: Path, runtime: Runtime):
    with running_redis() as server:
        server.stop()
        with working_with(installation, server) as process:
            until(lambda: "can't be reached" in (installation / "worker.log").read_text())
            began = time.monotonic()
            assert stop(process) == 0
    assert time.monotonic() - began < 5


def test_a_killed_child_does_not_take_the_worker_along(
    installation: Path, connection: Redis, outbox: Outbox, smtp_sink: SmtpSink
):
    rows = [outbox.reply(f"Reply {number}") for number in range(3)]
    with working(installation, "workers.queue", HELPDESK_FAILPOINT="after-claim:2") as process:
        until(lambda: f"signal {SIGKILL.value}" in (installation / "worker.log").read_text())
        for _later in range(2):
            rows.append(outbox.reply("After the kill"))
            Doorbell(str(connection_url(installation))).let_go(Leaving([Ring(Job.DELIVER, rows[-1])]))
        assert process.poll() is None
        until(lambda: any(b"After the kill" in email.raw for email in smtp_sink.accepted))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel can")
def test_what_makes_a_report_ends_with_its_worker_that_was_killed(installation: Path, runtime: Runtime):
    with runtime.db.transaction() as session:
        report = theme_reports.ask(session, Scope(), by=Machine.COMMAND, zone=ZoneInfo("UTC")).id

    def is_begun() -> bool:
        with runtime.db.reading() as session:
            return session.get_one(ThemeReport, report).state is ReportState.RUNNING

    slow = f"workers.queue.run=lambda here, run=run: run(here, {SLOW_QUEUE!r})"
    with working(installation, "workers.queue", slow) as process:
        until(is_begun)
        [child] = map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())
        os.kill(child, SIGSTOP)
        os.kill(process.pid, SIGKILL)
        until(lambda: not is_alive(child), 20)


def as_json(data: object) -> bytes:
    return zlib.compress(json.dumps(data).encode())


def working_with(installation: Path, server: Server):
    return working(installation, "workers.queue", HELPDESK_REDIS_URL=url_of(server))


def ring(server: Server, row: int) -> None:
    Doorbell(url_of(server)).let_go(Leaving([Ring(Job.DELIVER, row)]))


def connection_url(installation: Path) -> str:
    text = (installation / "config.toml").read_text()
    return text.partition("[redis]")[2].split('"')[1]
