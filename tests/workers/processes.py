"""Worker and scheduler as processes of their own, on a test's installation."""

import datetime as dt
import gc
import importlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from helpdesk import config, runtime
from helpdesk import log as logs

# each is forked from one that has loaded the desk: the start of Python and all modules would take longer than a test
_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["workers.queue", "workers.schedule"])


@dataclass(frozen=True)
class Started:
    process: ForkServerProcess

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    def poll(self) -> int | None:
        """Its exit code, when it has ended."""
        return self.process.exitcode

    def wait(self, seconds: float = 30) -> int:
        self.process.join(seconds)
        if self.process.exitcode is None:
            raise TimeoutError(f"it did not end within {seconds} s")
        return self.process.exitcode


@contextmanager
def working(installation: Path, module: str, *settings: str, **environ: str) -> Iterator[Started]:
    """`working(folder, "workers.queue")`; its log is in `worker.log` of that folder."""
    process = start(installation, module, *settings, **environ)
    try:
        yield process
    finally:
        stop(process)


def start(installation: Path, module: str, *settings: str, **environ: str) -> Started:
    environment = {**os.environ, "HELPDESK_CONFIG": str(installation / "config.toml"), **environ}
    log = installation / "worker.log"
    log.touch()  # to be read from now on
    given = (module, settings, environment, log)
    process = _NURSERY.Process(target=_work, args=given, daemon=True)
    process.start()
    return Started(process)


def until(is_so: Callable[[], object], seconds: float = 60, *, every: float = 0.02) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(every)


def stop(started: Started, seconds: float = 15) -> int:
    """Ask it to stop; returns its exit code."""
    started.process.terminate()
    try:
        return started.wait(seconds)
    except TimeoutError:
        started.process.kill()
        started.process.join()
        raise


def _work(module: str, settings: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
    """What the commands do, without the commands: logging, a runtime, and one of the loops.

    Constants may be changed first: "workers.delivery.RENEWED_EVERY=timedelta(seconds=0.5)".
    """
    gc.freeze()  # what the one it was forked from has loaded: looked through, it would be copied
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    with log.open("a") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    for setting in settings:
        place, _, value = setting.partition("=")
        name, _, attribute = place.rpartition(".")
        found: Any = importlib.import_module(name)
        setattr(found, attribute, eval(value, {**vars(dt), **vars(found)}))  # noqa: S307  a test's own words
    logs.set_up("info")
    here = runtime.assemble(config.load())
    runtime.use(here)
    importlib.import_module(module).run(here)
