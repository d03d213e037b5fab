"""The supervisor: who is started, watched, restarted and stopped, and what is said about it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from helpdesk.supervisor import orphans
from helpdesk.supervisor.child import Child, DidNotStart, Running
from helpdesk.supervisor.lock import FolderLock

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopAsked(BaseException):
    """Somebody asked us to stop: KeyboardInterrupt for all three signals, answered by the `with` block."""


class Supervisor:
    """Children of one folder, from `with` to its end.

    Leaving the block, for whatever reason, stops the children, who began last first. If the
    supervisor itself is killed, the kernel (on Linux) and a small watcher process (everywhere) end them.
    """

    def __init__(
        self, folder: Path, *, say: Callable[[str], None] = print, echo: Callable[[str], None] | None = None
    ) -> None:
        """Log to `folder/logs`; `say` hears what the supervisor does, `echo` each line a child logs."""
        self.folder = folder
        self.logs = folder / "logs"
        self.lock = FolderLock(folder)
        self.was_asked_to_stop = False
        self._say = say
        self._echo = echo
        self._children: list[Running] = []
        self._watcher: subprocess.Popen[bytes] | None = None
        self._hold = 0
        self._stage = 0
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        self.lock.take()
        self._hold += 1  # a signal in here is answered by the first start()
        self.logs.mkdir(parents=True, exist_ok=True)
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._on_signal)
        self._watcher = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-IS", orphans.__file__],
            stdin=subprocess.PIPE,
            pass_fds=(self.lock.descriptor,),
            start_new_session=True,
        )
        self._hold -= 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._hold += 1  # a second Ctrl-C does not cut the clean-up short
        self._stop_all()
        if self._watcher and self._watcher.stdin:
            self._watcher.stdin.close()
            self._watcher.wait()
        self.lock.release()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal() gave us
        return isinstance(error, StopAsked)

    def start(self, *children: Child) -> None:
        """Start these side by side and wait until each is ready; a later call may build on them."""
        self.begin(*children)
        self.settle()

    def begin(self, *children: Child) -> None:
        """Start these without waiting; `settle` or a later `start` does. Begun together, they stop together."""
        self._stage += 1
        for child in children:
            running = Running(child, self.logs / f"{child.name}.log", self._stage)
            with self._uninterrupted():
                self._children.append(running)
                self._spawn(running)

    def settle(self) -> None:
        """Wait until everything begun so far is ready. Raises DidNotStart."""
        for running in self._children:
            if not running.was_ready:
                self._await_ready(running)
                running.was_ready = True

    def watch(self) -> None:
        """Restart who dies, until a signal comes: it raises StopAsked, which the `with` block answers."""
        while True:
            self.look()
            time.sleep(0.1)

    def look(self) -> None:
        """Collect the dead and their last words, and start again whose pause is over."""
        with self._uninterrupted():
            for running in self._children:
                code = running.ended()
                if code is not None:
                    self._bury(running, code)
                elif running.is_due():
                    self._spawn(running)
                if self._echo:
                    for line in running.fresh_lines():
                        self._echo(f"{running.child.name:>8} | {line}")
                running.trim_log()

    def pids(self) -> dict[str, int]:
        """Tell the processes that run now, by name."""
        return {running.child.name: running.pid for running in self._children if running.pid is not None}

    def _spawn(self, running: Running) -> None:
        try:
            pid = running.spawn()
        except OSError as error:
            raise DidNotStart(f"{running.child.name} could not be started: {error}") from error
        self._tell_watcher("+", pid)

    def _await_ready(self, running: Running) -> None:
        child, until = running.child, time.monotonic() + running.child.ready_within
        while child.is_ready is not None and not child.is_ready():
            with self._uninterrupted():
                code = running.ended()
            if code is not None:
                words = running.last_lines()
                raise DidNotStart(f"{child.name} ended at its start ({_ending(code)}). Its last words:\n{words}")
            if time.monotonic() > until:
                words = running.last_lines()
                raise DidNotStart(
                    f"{child.name} was not ready within {child.ready_within:.0f} s. Its last words:\n{words}"
                )
            time.sleep(0.02)

    def _bury(self, running: Running, code: int) -> None:
        pid = running.pid
        if pid is not None:
            orphans.end_tree(pid)
            self._tell_watcher("-", pid)
        pause = running.plan_restart()
        name, ending = running.child.name, _ending(code)
        self._say(f"{name} ended ({ending}); starting it again in {pause:g} s. Log: {running.log}")

    def _stop_all(self) -> None:
        """The last stage first; those of one stage are asked together, so that stopping is no slower than one."""
        for stage in range(self._stage, 0, -1):
            together = [running for running in reversed(self._children) if running.stage == stage]
            for running in together:
                running.ask_to_stop()
            for running in together:
                self._await_stop(running)

    def _await_stop(self, running: Running) -> None:
        pid = running.pid
        if not running.stop():
            self._say(f"{running.child.name} did not stop within {running.child.patience:g} s and was killed.")
        if pid is not None:
            self._tell_watcher("-", pid)

    def _tell_watcher(self, sign: str, pid: int) -> None:
        if self._watcher and self._watcher.stdin:
            try:
                self._watcher.stdin.write(f"{sign}{pid}\n".encode())
                self._watcher.stdin.flush()
            except BrokenPipeError:
                self._say("The watcher of orphans is gone; on Linux the kernel still ends children with us.")
                self._watcher = None

    @contextmanager
    def _uninterrupted(self) -> Iterator[None]:
        """Between starting a process and noting its number no signal may get, nor into subprocess.

        An exception raised there can leave the lock of a Popen held, and the wait for its end would never end.
        """
        self._hold += 1
        try:
            yield
        finally:
            self._hold -= 1
        if self.was_asked_to_stop:
            raise StopAsked

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        first = not self.was_asked_to_stop
        self.was_asked_to_stop = True
        if first and not self._hold:
            raise StopAsked


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
