"""Worker and scheduler as processes of their own, on a test's installation."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM

# what the commands do, without the commands: logging, a runtime, and one of the loops; constants may be changed first
PROGRAM = """
import datetime, importlib, sys
from helpdesk import config, log, runtime
for setting in sys.argv[2:]:
    place, _, value = setting.partition("=")
    module, _, name = place.rpartition(".")
    found = importlib.import_module(module)
    setattr(found, name, eval(value, {**vars(datetime), **vars(found)}))
log.set_up("info")
here = runtime.assemble(config.load())
runtime.use(here)
importlib.import_module(sys.argv[1]).run(here)
"""


@contextmanager
def working(installation: Path, module: str, *settings: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """`working(folder, "workers.queue")`; its log is in `worker.log` of that folder."""
    process = start(installation, module, *settings, **environ)
    try:
        yield process
    finally:
        stop(process)


def start(installation: Path, module: str, *settings: str, **environ: str) -> subprocess.Popen[str]:
    with (installation / "worker.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, module, *settings],
            env={**os.environ, "HELPDESK_CONFIG": str(installation / "config.toml"), **environ},
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def until(is_so: Callable[[], object], seconds: float = 30, *, every: float = 0.02) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(every)


def stop(process: subprocess.Popen[str], seconds: float = 15) -> int:
    """Ask it to stop; returns its exit code."""
    if process.poll() is None:
        process.send_signal(SIGTERM)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
