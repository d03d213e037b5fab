"""Redis as a doorbell: jobs and changes are announced there; losing it loses nothing but a few seconds."""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk.storage.jobs import Job, Leaving
from helpdesk.storage.queue import begun, enqueue, ring_due

CHANGES: Final = "candour:changes"
_QUIET_SECONDS: Final = 5.0  # after a failure Redis is left alone for so long: no click waits for it twice

log = logging.getLogger(__name__)


class Doorbell:
    """Rings after commits. Never raises: what it could not announce, the sweeper and polling screens find."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self._redis: redis.Redis | None = None

    @property
    def redis(self) -> redis.Redis:
        """The connection pool, made at first use (after a fork)."""
        with self._lock:
            if self._redis is None:
                # one more attempt at once, for a connection that went stale; redis-py's own would wait for seconds
                patience = Retry(NoBackoff(), 1)
                self._redis = redis.Redis.from_url(
                    self.url, socket_timeout=2, socket_connect_timeout=1, retry=patience
                )
            return self._redis

    def let_go(self, leaving: Leaving) -> None:
        """What leaves after a commit."""
        self._try(lambda: self._let_go(leaving))

    def ring_due(self) -> None:
        """Ring for what was put off until now."""
        self._try(lambda: ring_due(self.redis))

    def begun(self, job: Job, group: int) -> None:
        """A job of this group begins; call it before looking for rows, so that no later ring is taken for heard."""
        self._try(lambda: begun(self.redis, job, group))

    def close(self) -> None:
        with self._lock:
            if self._redis is not None:
                self._redis.close()
                self._redis = None

    def _let_go(self, leaving: Leaving) -> None:
        for ring in leaving.rings:
            enqueue(self.redis, ring)
        if leaving.changed_tickets or leaving.wakes_screens:
            self.redis.publish(CHANGES, json.dumps(sorted(leaving.changed_tickets)))

    def _try(self, announce: Callable[[], None]) -> None:
        if time.monotonic() < self._quiet_until:
            return
        try:
            announce()
        except redis.RedisError as error:
            self._quiet_until = time.monotonic() + _QUIET_SECONDS
            log.warning("the doorbell is silent: %s", type(error).__name__)
