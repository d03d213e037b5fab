"""The ground all tests stand on: real servers, started when first asked for."""

import pytest

pytest.register_assert_rewrite("tests.servers")

pytest_plugins = [
    "tests.servers.certificate",
    "tests.servers.chromium",
    "tests.servers.database",
    "tests.servers.dovecot",
    "tests.servers.installation",
    "tests.servers.postgres",
    "tests.servers.redis_server",
    "tests.servers.smtp_sink",
    "tests.web.desk",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: playwright keeps the thread's event loop, which asyncio.run() would want."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))
