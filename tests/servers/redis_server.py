"""A real Redis (or Valkey), emptied for every test."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis, RedisError

from tests.servers.programs import LOCALHOST, Server, find, running, short_folder


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    with running_redis() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: Server) -> str:
    """An empty Redis."""
    with Redis(port=redis_server.port) as client:
        client.flushall()
    return url_of(redis_server)


@contextmanager
def running_redis(*settings: str) -> Iterator[Server]:
    """One for a test that stops, kills or fills it; settings as on the command line: "--maxmemory", "1mb"."""
    program = find("redis-server", "valkey-server", package="redis-server")
    with short_folder("redis") as folder:

        def described(port: int) -> Server:
            command = [program, "--bind", LOCALHOST, "--port", str(port), "--dir", str(folder)]
            command += ["--save", "", "--appendonly", "no", "--set-proc-title", "no", *settings]
            return Server(command, folder, port, lambda pid: _is(pid, port))

        with running(described) as server:
            yield server


def url_of(server: Server) -> str:
    return f"redis://{LOCALHOST}:{server.port}/0"


def _is(pid: int, port: int) -> bool:
    try:
        with Redis(port=port, socket_timeout=2) as client:
            return bool(client.info("server")["process_id"] == pid)
    except RedisError:
        return False
