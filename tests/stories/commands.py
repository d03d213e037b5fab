"""The `helpdesk` command as an operator runs it: processes of their own, ended with the test."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from helpdesk.cli import main


@dataclass(frozen=True)
class Started:
    """One command that runs for long."""

    process: subprocess.Popen[bytes]
    said: Path

    def words(self) -> str:
        return self.said.read_text(errors="replace")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def run(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "helpdesk.cli", *words],
        cwd=folder,
        env=_environment(environment),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def set_up(folder: Path, migrated: Path, *words: str, environment: Mapping[str, str]) -> None:
    """`helpdesk init` where it is only the beginning: in this process, its tables there already."""
    database = shutil.copyfile(migrated, folder / "candour.db")
    database.chmod(0o600)
    kept: dict[str, str | None] = {name: None for name in os.environ if name.startswith("HELPDESK_")}
    command = ["--config", str(folder / "config.toml"), "init", "--no-input", "--admin-email", "ada@desk.example"]
    done = CliRunner().invoke(main, [*command, *words], env=kept | dict(environment))
    assert done.exit_code == 0, done.output


@contextmanager
def started(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> Iterator[Started]:
    said = folder / f"said-{words[0]}"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.cli", *words],
            cwd=folder,
            env=_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Started(process, said)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def wait_until(holds: Callable[[], object], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to pass in time"
        time.sleep(0.05)


def status_of(url: str) -> int:
    """What a page answers; 0 when nobody is there."""
    try:
        with urllib.request.build_opener(_NoRedirect).open(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in {"Z", "X"}
    return False


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    return kept | dict(more or {})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Answer with the redirect itself."""
