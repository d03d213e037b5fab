"""The queue: whoever can write to Redis can ask for anything, and gets only the jobs of the list."""

import json
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq.job import JobStatus

from helpdesk import clock
from helpdesk.storage.doorbell import CHANGES, Doorbell
from helpdesk.storage.jobs import Job, Leaving, Ring
from helpdesk.storage.queue import LATER, DeskJob, JobRefused, enqueue, queue, ring_due
from tests.servers.programs import free_port


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


def waiting(connection: Redis) -> list[tuple[str | None, object]]:
    jobs = [queue(connection).fetch_job(job_id) for job_id in queue(connection).job_ids]
    return [(job.func_name, job.args) for job in jobs if job]


def crafted(data: object, **fields: str | bytes) -> DeskJob:
    """A job as it is read from a hash that somebody else wrote."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    job = DeskJob("crafted", connection=Redis())
    job.serializer = queue(Redis()).serializer
    given = {"data": zlib.compress(raw), "status": "queued", "origin": "candour", **fields}
    job.restore({name.encode(): value.encode() if isinstance(value, str) else value for name, value in given.items()})
    return job


def test_a_job_carries_a_name_and_the_id_of_a_row_and_nothing_else(connection: Redis):
    enqueue(connection, Ring(Job.DELIVER, 7))

    assert waiting(connection) == [("workers.delivery.deliver", [7])]
    (job_id,) = queue(connection).job_ids
    kept = connection.hget(f"rq:job:{job_id}", "data")
    assert isinstance(kept, bytes)
    assert json.loads(zlib.decompress(kept)) == ["workers.delivery.deliver", None, [7], {}]


def test_a_job_of_the_list_is_run(connection: Redis):
    from workers.delivery import deliver  # noqa: PLC0415  what the name stands for

    assert crafted(["workers.delivery.deliver", None, [7], {}]).func is deliver


@pytest.mark.parametrize(
    "data",
    [
        ["os.system", None, ["touch /somewhere"], {}],
        ["workers.delivery.deliver", None, ["7"], {}],
        ["workers.delivery.deliver", None, [True], {}],
        ["workers.delivery.deliver", None, [7, 8], {}],
        ["workers.delivery.deliver", None, [7], {"by": 1}],
        ["workers.delivery.deliver", "a string", [7], {}],
        ["workers.delivery.deliver", {"an": "object"}, [7], {}],
        ["workers.delivery.log.info", None, [7], {}],
        [["os.system"], None, [7], {}],
        [None, None, [7], {}],
    ],
    ids=json.dumps,
)
def test_anything_else_is_refused(data: object):
    with pytest.raises(JobRefused):
        crafted(data).func


@pytest.mark.parametrize("data", [b"\x80\x04N.", b"null", b"[]", b"{}", b"", b'["a","b"', b"[" * 1200])
def test_what_is_no_job_at_all_is_never_run(data: bytes):
    job = crafted(data)

    with pytest.raises(Exception, match=r".*"):
        job.perform()


def test_callbacks_webhooks_retries_and_dependencies_are_not_even_read():
    job = crafted(
        ["workers.delivery.deliver", None, [7], {}],
        success_callback_name="os.abort",
        failure_callback_name="os.abort",
        stopped_callback_name="os.abort",
        webhooks='[{"url": "http://127.0.0.1/", "job_status": "finished"}]',
        retries_left="9999",
        repeats_left="9999",
        dependency_ids='["another"]',
        timeout="-1",
        result_ttl="-1",
        meta=b"\x80\x04N.",
        result=b"\x80\x04N.",
        status="\u2603",
        created_at="yesterday",
        origin=b"\xff\xfe",
    )

    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)
    assert (job.webhooks, job.retries_left, job.repeats_left, job._dependency_ids) == ([], None, None, [])
    assert (job.timeout, job.result_ttl, job.origin) == (900, 0, "candour")
    assert job._status == JobStatus.CREATED


def test_what_is_asked_for_later_is_rung_when_it_is_due(connection: Redis):
    with clock.stopped_at(clock.now()):
        enqueue(connection, Ring(Job.DELIVER, 7, clock.now() + timedelta(seconds=15)))
        enqueue(connection, Ring(Job.DELIVER, 8, clock.now() - timedelta(seconds=1)))
        ring_due(connection)
        assert waiting(connection) == [("workers.delivery.deliver", [8])]

    with clock.stopped_at(clock.now() + timedelta(seconds=16)):
        ring_due(connection)
        ring_due(connection)

    assert waiting(connection) == [("workers.delivery.deliver", [8]), ("workers.delivery.deliver", [7])]
    assert connection.zcard(LATER) == 0


def test_one_row_can_be_rung_for_at_several_moments(connection: Redis):
    for seconds in (10, 20):
        enqueue(connection, Ring(Job.DELIVER, 7, clock.now() + timedelta(seconds=seconds)))

    assert connection.zcard(LATER) == 2


@pytest.mark.parametrize(
    "entry", [b"os.system 7 0", b"workers.delivery.deliver x 0", b"workers.delivery.deliver", b"\xff\xfe", b""]
)
def test_what_somebody_else_put_off_is_forgotten(connection: Redis, entry: bytes):
    connection.zadd(LATER, {entry: 0})

    ring_due(connection)

    assert (waiting(connection), connection.zcard(LATER)) == ([], 0)


def test_the_doorbell_tells_which_tickets_changed(redis_url: str, connection: Redis):
    with connection.pubsub() as heard:
        heard.subscribe(CHANGES)
        assert heard.get_message(timeout=2)

        Doorbell(redis_url).let_go(Leaving([Ring(Job.DELIVER, 7)], {3, 1}))

        said = heard.get_message(timeout=2)
    assert said
    assert json.loads(said["data"]) == [1, 3]
    assert len(waiting(connection)) == 1


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{port}/0", "unix://{folder}/none.sock"])
def test_a_click_does_not_wait_for_a_redis_that_is_away(tmp_path: Path, url: str):
    doorbell = Doorbell(url.format(port=free_port(), folder=tmp_path))
    began = time.monotonic()

    for _ in range(20):
        doorbell.let_go(Leaving([Ring(Job.DELIVER, 7)], {1}))
        doorbell.ring_due()

    assert time.monotonic() - began < 2
