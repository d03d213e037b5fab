"""Redis as a doorbell: jobs and changes are announced there; losing it loses nothing but a few seconds."""

import json
import logging
import threading
import time
from typing import Final

import redis

from helpdesk.storage.jobs import Leaving
from helpdesk.storage.queue import enqueue

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
                self._redis = redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=1)
            return self._redis

    def let_go(self, leaving: Leaving) -> None:
        if time.monotonic() < self._quiet_until:
            return
        try:
            for ring in leaving.rings:
                enqueue(self.redis, ring)
            if leaving.changed_tickets:
                self.redis.publish(CHANGES, json.dumps(sorted(leaving.changed_tickets)))
        except redis.RedisError as error:
            self._quiet_until = time.monotonic() + _QUIET_SECONDS
            log.warning("the doorbell is silent: %s", type(error).__name__)
