"""The demo's folder: ports that are free, a configuration, and how its mailboxes are reached."""

import json
import secrets
import shutil
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from helpdesk import config
from helpdesk.config import Config
from helpdesk.demo.company import company
from helpdesk.demo.letters import MX
from helpdesk.desk.mailboxes import Server
from helpdesk.models.mailbox import Security
from helpdesk.storage.vault import create_key_file

LOOPBACK = "127.0.0.1"
KEPT_OVER_A_FRESH_START = "run"
"""The supervisor's own folder: its lock is held while the rest is thrown away."""

_SETTINGS = """\
# Made by `helpdesk demo` at each start; changes do not last.
[desk]
name = "{name}"
base_url = "{base_url}"
time_zone = "{time_zone}"
demo = true

[web]
host = "127.0.0.1"
port = {web}
threads = 16
extra_hosts = "127.0.0.1"

[mail]
trusted_authserv_id = "{mx}"
"""


@dataclass(frozen=True, slots=True)
class Ports:
    web: int
    imap: int
    smtp: int


@dataclass(frozen=True, slots=True)
class Premises:
    """What a start of the demo stands on."""

    folder: Path
    ports: Ports
    password: str
    config: Config

    @property
    def config_path(self) -> Path:
        return self.folder / config.FILE_NAME

    def servers(self, address: str) -> tuple[Server, Server]:
        """IMAP and SMTP of the sandbox, as somebody with this address reaches them."""
        imap, smtp = (
            Server(host=LOOPBACK, port=port, security=Security.PLAIN, user=address, password=self.password)
            for port in (self.ports.imap, self.ports.smtp)
        )
        return imap, smtp


def days_told(folder: Path) -> int:
    """How many days of stories the desk in this folder has behind it; 0 when they were not told to their end."""
    try:
        return int((folder / "told").read_text())
    except (FileNotFoundError, ValueError):
        return 0


def mark_told(folder: Path, days: int) -> None:
    (folder / "told").write_text(str(days))


def clear(folder: Path) -> None:
    """Throw away everything but the lock and the logs."""
    for entry in folder.iterdir():
        if entry.name == KEPT_OVER_A_FRESH_START:
            shutil.rmtree(entry / "redis", ignore_errors=True)
        elif entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def move_in(folder: Path, wanted_port: int, say: Callable[[str], None]) -> Premises:
    """Choose ports, keep the password of an earlier start, and write the configuration."""
    earlier = _earlier(folder)
    web = free_port_from(wanted_port)
    if web != wanted_port:
        say(f"Port {wanted_port} is in use by something else; the demo takes {web}.")
    ports = Ports(web, *_mail_ports(earlier, web))
    password = earlier.get("password") or secrets.token_urlsafe(16)
    assert isinstance(password, str)  # noqa: S101  we wrote it
    _write_privately(folder / "sandbox.json", json.dumps({"password": password, **asdict(ports)}))
    base_url = f"http://localhost:{web}"  # a name: browsers offer passkeys to no number
    settings = _SETTINGS.format(name=company().name, base_url=base_url, time_zone=zone(), web=web, mx=MX)
    (folder / config.FILE_NAME).write_text(settings, encoding="utf-8")
    if not (folder / "candour.key").exists():
        create_key_file(folder / "candour.key")
    return Premises(folder, ports, password, config.load(folder / config.FILE_NAME, environ={}))


def zone() -> ZoneInfo:
    """Where the company's day begins and ends."""
    return ZoneInfo(company().time_zone)


def free_port_from(wanted: int) -> int:
    """The wanted port, or the next one that nobody listens on."""
    for port in range(wanted, min(wanted + 200, 65536)):
        if is_free(port):
            return port
    return _any_free_port()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _mail_ports(earlier: dict[str, object], web: int) -> tuple[int, int]:
    """Those of the last start while they are free."""
    ports: list[int] = []
    for name in ("imap", "smtp"):
        port = earlier.get(name)
        if not isinstance(port, int) or port in {web, *ports} or not is_free(port):
            port = _any_free_port()
        ports.append(port)
    return ports[0], ports[1]


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _earlier(folder: Path) -> dict[str, object]:
    try:
        read = json.loads((folder / "sandbox.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return read if isinstance(read, dict) else {}


def _write_privately(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
