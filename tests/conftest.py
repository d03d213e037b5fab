"""The ground all tests stand on: real servers, started when first asked for."""

import subprocess
import sys
from pathlib import Path

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


def pytest_configure(config: pytest.Config) -> None:
    """Compile translations that are out of date, as ./run does: for who calls pytest without it."""
    translations = Path(__file__).parents[1] / "helpdesk" / "translations"
    stale = [po for po in translations.rglob("*.po") if not _is_newer(po.with_suffix(".mo"), po)]
    if stale and not hasattr(config, "workerinput"):
        babel = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "compile"]
        subprocess.run([*babel, "-d", str(translations)], check=True)


def _is_newer(one: Path, other: Path) -> bool:
    return one.exists() and one.stat().st_mtime > other.stat().st_mtime


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: playwright keeps the thread's event loop, which asyncio.run() would want."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))
