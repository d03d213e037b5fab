"""The ground all tests stand on: real servers, started when first asked for."""

import gc
import os
import sys

import pytest

from tests.turns import dealt

# compiled once, and not in each of the hundreds of processes that tests start
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

gc.set_threshold(1_000_000)  # while all tests are found, which makes much and leaves no garbage

pytest.register_assert_rewrite("tests.servers")

pytest_plugins = [
    "tests.servers.certificate",
    "tests.servers.chromium",
    "tests.servers.compiled",
    "tests.servers.database",
    "tests.servers.dovecot",
    "tests.servers.identity_provider",
    "tests.servers.installation",
    "tests.servers.postgres",
    "tests.servers.redis_server",
    "tests.servers.relay",
    "tests.servers.smtp_sink",
    "tests.servers.token_server",
    "tests.servers.vendor",
    "tests.web.desk",
]


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: nobody needs to look through it for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With several workers the long ones come first, so that at the end no worker waits for another."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers > 1:
        items[:] = dealt(items, workers)
