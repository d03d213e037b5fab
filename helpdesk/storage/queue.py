"""RQ's queue: JSON only, and nothing is ever run but a job of the list with the id of a row."""

from datetime import datetime
from typing import Any, Final

import redis
from rq import Queue
from rq.job import Job as RqJob
from rq.job import JobStatus
from rq.serializers import JSONSerializer

from helpdesk import clock
from helpdesk.storage.jobs import Job, Ring

QUEUE: Final = "candour"
SLOW_QUEUE: Final = "candour-slow"  # jobs that take minutes, with a worker of their own: no answer waits behind them
SLOW_JOBS: Final = frozenset({Job.FIND_THEMES})
LATER: Final = "candour:later"  # a sorted set: what to ring, by the moment it is due
JOB_SECONDS: Final = 900
SLOW_JOB_SECONDS: Final = 2400
_RUNG_SECONDS: Final = 10  # a job that was lost before it began keeps others away for no longer
_KEPT_SECONDS: Final = 3600  # a job that failed, to be looked at
_LARGEST: Final = 1000  # bytes; a name and a number need a tenth of it


class JobRefused(Exception):
    """Something in Redis asked for what is no job of ours."""


class DeskJob(RqJob):
    """A job as RQ finds it in Redis, believed only as far as its name and its row's id.

    Whoever can write to Redis can put anything there: function names, callbacks, webhooks, pickles. Callbacks,
    webhooks, retries and dependencies are therefore not even read, and a function that is not on the list is not run.
    """

    def restore(self, raw_data: dict[bytes | str, Any]) -> None:
        kept = {name: raw_data[name] for name in (b"data", b"status") if name in raw_data}
        if len(kept.get(b"data", b"")) > _LARGEST:
            kept[b"data"] = b""
        if kept.get(b"status", b"").decode(errors="replace") not in set(JobStatus):
            kept.pop(b"status", None)
        is_slow = raw_data.get(b"origin") == SLOW_QUEUE.encode()
        super().restore({**kept, b"origin": (SLOW_QUEUE if is_slow else QUEUE).encode()})
        self.timeout, self.result_ttl, self.failure_ttl = _seconds(is_slow=is_slow), 0, _KEPT_SECONDS

    @property
    def func(self) -> Any:  # noqa: ANN401  RQ calls whatever it is
        """The function to run. Raises JobRefused."""
        if self.instance is not None or self.kwargs or not _is_wanted(self.func_name, self.args):
            raise JobRefused("what is no job of ours was not run")
        return super().func


def _is_wanted(name: object, arguments: object) -> bool:
    is_job = isinstance(name, str) and name in set(Job)
    return is_job and isinstance(arguments, list | tuple) and [type(one) for one in arguments] == [int]


def _seconds(*, is_slow: bool) -> int:
    return SLOW_JOB_SECONDS if is_slow else JOB_SECONDS


def queue(connection: redis.Redis, name: str = QUEUE) -> Queue:
    return Queue(name, connection=connection, serializer=JSONSerializer, job_class=DeskJob)


def enqueue(connection: redis.Redis, ring: Ring) -> None:
    """Ring for a job now, or put it among those to be rung for later."""
    if ring.at is not None and ring.at > clock.now():
        entry = f"{ring.job.value} {ring.row_id} {ring.at.timestamp()} {ring.group}"
        connection.zadd(LATER, {entry: ring.at.timestamp()})
        return
    if ring.group and not connection.set(_rung(ring.job, ring.group), 1, nx=True, ex=_RUNG_SECONDS):
        return
    is_slow = ring.job in SLOW_JOBS
    queue(connection, SLOW_QUEUE if is_slow else QUEUE).enqueue(
        ring.job.value, ring.row_id, result_ttl=0, failure_ttl=_KEPT_SECONDS,
        job_timeout=_seconds(is_slow=is_slow),
    )  # fmt: skip


def ring_due(connection: redis.Redis, *, now: datetime | None = None) -> None:
    """Ring for what has become due. Any number may do so at once: whoever takes an entry out rings for it.

    Ours instead of RQ's scheduler: that one counts in whole seconds, ends when Redis goes away and is started
    again after ten minutes, and after a kill holds its lock for another one.
    """
    moment = (now or clock.now()).timestamp()
    for entry in connection.zrangebyscore(LATER, 0, moment, start=0, num=200):
        if isinstance(entry, bytes) and connection.zrem(LATER, entry):
            name, number, _moment, group, *_rest = [*entry.decode(errors="replace").split(" "), "", "", ""]
            if name in set(Job) and number.isdecimal():
                enqueue(connection, Ring(Job(name), int(number), group=int(group) if group.isdecimal() else 0))


def begun(connection: redis.Redis, job: Job, group: int) -> None:
    """A job of this group looks for its rows now: what is rung for from here on needs another one."""
    connection.delete(_rung(job, group))


def _rung(job: Job, group: int) -> str:
    return f"candour:rung:{job.name.lower()}:{group}"
