"""The worker process: takes jobs from RQ's queue and runs each in a child that was forked for it."""

import logging
import os
import signal
import threading
from contextlib import suppress
from types import FrameType
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job as RqJob
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from helpdesk import lifeline, runtime
from helpdesk.config import Config
from helpdesk.runtime import Runtime
from helpdesk.storage.queue import QUEUE, SLOW_QUEUE, DeskJob
from workers import again, bulk, delivery, erasure, mailbox_tokens, sweeper, themes  # noqa: F401  imported here, so that a child has them when it is forked

_AGAIN_SECONDS: Final = 1.0  # before RQ's loop is begun anew, when Redis went away under it
_GRACE_SECONDS: Final = 6.0  # to finish the email at hand when asked to stop

log = logging.getLogger(__name__)


def run(here: Runtime, queue: str = QUEUE) -> None:
    """Work on one queue until asked to stop (SIGTERM, SIGINT); Redis may come and go meanwhile."""
    here.db.dispose()  # no connection of this process is to be found in a child
    stop = threading.Event()
    while not stop.is_set():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        try:
            _work(here, stop, queue)
        except redis.RedisError as error:
            log.warning("the queue can't be reached: %s", type(error).__name__)
        stop.wait(_AGAIN_SECONDS)


def _work(here: Runtime, stop: threading.Event, queue: str) -> None:
    at_once = Retry(NoBackoff(), 1)  # redis-py's own would sleep for seconds, deaf to being asked to stop
    with redis.Redis.from_url(here.config.redis_url, socket_connect_timeout=2, retry=at_once) as connection:
        worker = DeskWorker(here.config, connection, stop, queue)
        log.info("the worker is ready")
        try:
            worker.work(logging_level="WARNING")
        except StopRequested:
            log.info("the worker was asked to stop while it started")
        finally:
            if worker.was_asked_to_stop:
                stop.set()


class DeskWorker(Worker):
    """RQ's worker, which takes only jobs of the list, gives each child a runtime of its own, and keeps silent."""

    max_connection_wait_time = 2.0  # Redis is back sooner than RQ's minute
    log_result_lifespan = False

    def __init__(self, config: Config, connection: redis.Redis, stop: threading.Event, queue: str = QUEUE) -> None:
        self.config = config
        self.stop = stop
        self.was_asked_to_stop = False
        super().__init__(
            [queue],
            connection=connection,
            job_class=DeskJob,
            serializer=JSONSerializer,
            log_job_description=False,
            default_result_ttl=0,
        )

    def subscribe(self) -> None:
        """Take no commands from Redis: what a worker does is decided on its machine."""

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]  # RQ's own
        if self.stop.is_set():  # asked while RQ was getting ready, when only run() was listening
            self.was_asked_to_stop = self._stop_requested = True

    def main_work_horse(self, job: RqJob, queue: Queue) -> None:
        if self.queue_names() == [SLOW_QUEUE]:  # it can be begun again, and is large; an answer on its way goes on
            lifeline.end_with(os.getppid(), signal.SIGKILL)
        # the database is reached with connections made after the fork, never with the parent's
        runtime.use(runtime.assemble(self.config))
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda _number, _frame: delivery.stop_after_this_one())

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.was_asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's own

    def handle_warm_shutdown_request(self) -> None:
        """Let the child finish the email at hand; if its mail server does not answer, the lease will end."""
        if self.horse_pid:
            self.kill_horse(sig=signal.SIGTERM)
            given_up = threading.Timer(_GRACE_SECONDS, self.kill_horse)
            given_up.daemon = True
            given_up.start()

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        pid = self.horse_pid
        if pid:  # the child alone: its process group is ours until it has made its own
            with suppress(ProcessLookupError):
                os.kill(pid, sig)

    def handle_exception(self, job: RqJob, *exc_info: object) -> None:
        log.error("job %s failed", job.id, exc_info=exc_info)  # type: ignore[arg-type]  # as sys.exc_info() gives it

    def handle_job_failure(
        self,
        job: RqJob,
        queue: Queue,
        started_job_registry: StartedJobRegistry | None = None,
        exc_string: str = "",  # noqa: ARG002  the words of an exception may be content: they stay out of Redis
        execution: Execution | None = None,
    ) -> None:
        super().handle_job_failure(job, queue, started_job_registry, "see the log", execution)
