"""Checks of this machine: the key file, who may read what, room on the disk, the clock."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from helpdesk import clock
from helpdesk.cli.doctor.finding import Findings, failed, ok, warning
from helpdesk.config import Config
from helpdesk.storage.vault import KeyFileUnusable, open_vault

_MB: Final = 1_000_000
LITTLE_MB: Final = 1_000
# no clock can be before the day this was written
_WRITTEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_APART: Final = timedelta(seconds=60)


def key_file(config: Config) -> Findings:
    try:
        open_vault(config.key_file)
    except KeyFileUnusable as error:
        words = str(error)
        causes = {"is missing": "missing", "open to others": "open_to_others", "damaged": "damaged"}
        cause = next((cause for part, cause in causes.items() if part in words), "unreadable")
        yield failed("key_file", cause, words)
    else:
        yield ok("key_file", f"{config.key_file} is there, for its owner alone")


def file_modes(config: Config, config_path: Path) -> Findings:
    """Who else on this machine could read secrets, or what customers wrote."""
    secret = [config_path] if _has_password(config.database.url) or _has_password(config.redis.url) else []
    open_secrets = list(_open_to_others(secret))
    for path in open_secrets:
        yield failed(
            "file_modes", "secret_open", f"{path} holds a password and others can read it", f"chmod 600 {path}"
        )
    content = [config.files_folder]
    if config.database_url.startswith("sqlite:///"):
        content.append(Path(config.database_url.removeprefix("sqlite:///")))
    open_content = list(_open_to_others(content))
    for path in open_content:
        yield warning(
            "file_modes",
            "content_open",
            f"others on this machine can read {path}, where customers' mail is kept",
            f"chmod {'700' if path.is_dir() else '600'} {path}",
        )
    if not open_secrets and not open_content:
        yield ok("file_modes", "secrets and mail are readable for this user alone")


def disk(config: Config, least_mb: int) -> Findings:
    folders = {config.folder, _there(config.files_folder)}
    if config.database_url.startswith("sqlite:///"):
        folders.add(_there(Path(config.database_url.removeprefix("sqlite:///")).parent))
    by_disk = {folder.stat().st_dev: folder for folder in sorted(folders)}
    for folder in by_disk.values():
        free = shutil.disk_usage(folder).free // _MB
        if free < least_mb:
            yield failed(
                "disk",
                "full",
                f"{free:,} MB are free where {folder} is, {least_mb:,} MB are needed",
                "make room: when the disk is full, no email is fetched until there is some",
            )
        elif free < LITTLE_MB:
            yield warning("disk", "little_room", f"only {free:,} MB are free where {folder} is", "make room soon")
        else:
            yield ok("disk", f"{free:,} MB are free where {folder} is")


def files_folder(config: Config) -> Findings:
    folder = _there(config.files_folder)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield failed(
            "files",
            "unwritable",
            f"nothing can be written to {folder}: {error.strerror}",
            "give the folder to the user that runs the desk; it holds large emails and attachments",
        )
    else:
        yield ok("files", f"{config.files_folder} can be written")


def clocks(config: Config, others: Iterable[tuple[str, datetime]]) -> Findings:
    """Compare with other clocks: mail, retention and links that expire all go by ours."""
    now, local = clock.now(), clock.now().astimezone(ZoneInfo(config.desk.time_zone))
    if now < _WRITTEN:
        yield failed("clock", "before_release", f"this machine believes it is {now:%Y-%m-%d}", _SET)
        return
    for whose, theirs in (("the file system's", _of_file_system(config.folder)), *others):
        apart = abs(now - theirs)
        if apart > _APART:
            yield failed(
                "clock", "apart", f"this machine's clock and {whose} are {int(apart.total_seconds()):,} s apart", _SET
            )
            return
    yield ok("clock", f"it is {local:%Y-%m-%d %H:%M} in {config.desk.time_zone}")


_SET: Final = "set it, and keep it set: timedatectl set-ntp true (or install chrony)"


def _of_file_system(folder: Path) -> datetime:
    """What the disk's own machine thinks: on a network drive, another clock."""
    if not os.access(folder, os.W_OK):
        return clock.now()
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".clock-") as file:
        file.write(b"0")
        file.flush()
        return datetime.fromtimestamp(Path(file.name).stat().st_mtime, UTC)


def _has_password(url: str) -> bool:
    return bool(urlsplit(url).password)


def _open_to_others(paths: Iterable[Path]) -> Iterable[Path]:
    return (path for path in paths if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077)


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists: in it, it would be made."""
    return next(one for one in (folder, *folder.parents) if one.exists())
