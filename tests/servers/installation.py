"""A whole installation in a folder of the test: configuration, key file, migrated SQLite, an empty Redis."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk import config
from helpdesk import runtime as parts
from helpdesk.runtime import Runtime
from helpdesk.storage.vault import create_key_file


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one that is copied for each test."""
    made = tmp_path_factory.mktemp("key") / "candour.key"
    create_key_file(made)
    return made


@pytest.fixture
def installation(tmp_path: Path, migrated_sqlite_url: str, redis_url: str, key_file: Path) -> Path:
    """Its folder; a process started with HELPDESK_CONFIG=<folder>/config.toml works on it."""
    written = tmp_path / config.FILE_NAME
    written.write_text(f'[database]\nurl = "{migrated_sqlite_url}"\n\n[redis]\nurl = "{redis_url}"\n')
    shutil.copy(key_file, tmp_path / "candour.key")  # open to its owner alone, as its original
    return tmp_path


@pytest.fixture
def runtime(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """The runtime of that installation, as jobs of this process find it too."""
    assembled = parts.assemble(config.load(installation / config.FILE_NAME, environ={}))
    monkeypatch.setattr(parts, "_current", assembled)
    yield assembled
    assembled.close()
    assembled.doorbell.redis.close()
