"""The ground all tests stand on: real servers, started when first asked for."""

from pathlib import Path

import pytest

pytest_plugins = [
    "tests.servers.certificate",
    "tests.servers.chromium",
    "tests.servers.dovecot",
    "tests.servers.postgres",
    "tests.servers.redis_server",
    "tests.servers.smtp_sink",
]


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind: what the storage floor promises, it promises for both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'helpdesk.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: playwright keeps the thread's event loop, which asyncio.run() would want."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))
