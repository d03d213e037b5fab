"""Two pollers under siege: each is killed at the next named point, and another one takes its place at once.

Run as a process of its own, which loads the desk once and forks: a hundred kills take seconds, not minutes.
"""

import os
import signal
import sys
import time
from itertools import cycle
from pathlib import Path
from types import FrameType

from helpdesk import config, log, runtime
from workers import poller

POINTS = ("after-fetch", "before-commit-raw", "after-commit-raw", "before-commit-ticket", "after-commit-ticket")


def main(folder: Path, kills: int) -> None:
    """Go on with pollers nobody kills when there were enough kills; SIGTERM ends all."""
    signal.signal(signal.SIGTERM, _leave)
    points = cycle(POINTS)
    pollers = {_start(folder, next(points)) for _ in range(2)}
    killed = 0
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                time.sleep(0.02)
                continue
            if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
                sys.exit(f"a poller ended by itself: {status}")
            killed += 1
            (folder / "kills").write_text(str(killed))
            pollers = pollers - {pid} | {_start(folder, next(points) if killed < kills else "")}
    finally:
        for pid in pollers:
            os.kill(pid, signal.SIGKILL)


def _start(folder: Path, point: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.environ["HELPDESK_FAILPOINT"] = point
    log.set_up()
    poller.run(runtime.assemble(config.load(folder / config.FILE_NAME)))
    os._exit(0)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
