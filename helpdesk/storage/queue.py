"""RQ's queue: JSON only, and only jobs of the list are ever run."""

import redis
from rq import Queue
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer

from helpdesk import clock
from helpdesk.storage.jobs import Job, Ring

QUEUE = "candour"


class JobRefused(Exception):
    """Something in Redis asked for a function that is no job of ours."""


class DeskJob(RqJob):
    """A job whose function is one of `Job`, with one row id, and no callbacks."""

    @property
    def func(self):  # type: ignore[no-untyped-def]  # noqa: ANN201  RQ gives none
        if self.func_name not in set(Job):
            raise JobRefused("a job that is not on the list was not run")
        return super().func


def queue(connection: redis.Redis) -> Queue:
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, job_class=DeskJob)


def enqueue(connection: redis.Redis, ring: Ring) -> None:
    target = queue(connection)
    if ring.at is not None and ring.at > clock.now():
        target.enqueue_at(ring.at, ring.job.value, ring.row_id, result_ttl=0, failure_ttl=3600)
    else:
        target.enqueue(ring.job.value, ring.row_id, result_ttl=0, failure_ttl=3600)
