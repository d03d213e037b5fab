"""Has a limited child do the analysis, hears how far it is, and ends it when somebody asks or a limit is passed."""

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from helpdesk.themes.values import Cancelled, Document, Limits

NO_MEMORY: Final = 4
"""The child's exit code that says so."""
# it ends with us from its first moment on: the libraries of an analysis take seconds to load
_CHILD: Final = (
    "import sys; from helpdesk import lifeline, loading; lifeline.end_with(int(sys.argv[3]), 9); "
    "loading.load('helpdesk.themes.child').main(int(sys.argv[1]), int(sys.argv[2]))"
)
_EVERY: Final = 0.5  # seconds between two questions whether to stop


class AnalysisFailed(Exception):
    """The child ended without a result; says in words why, and nothing of what it read."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an analysis may cost: address space, processor time, and time on the wall."""

    memory_bytes: int = 6 * 1024 * 1024 * 1024
    cpu_seconds: int = 900
    wall_seconds: float = 1800.0


def analysed(
    documents: Sequence[Document],
    *,
    limits: Limits,
    names: Collection[str],
    previous: Mapping[str, object] | None,
    tell: Callable[[str, float], None],
    is_to_stop: Callable[[], bool],
    bounds: Bounds | None = None,
) -> dict[str, Any]:
    """The result of `analysis.analyse` as plain JSON. Raises Cancelled, AnalysisFailed."""
    within = bounds or Bounds()
    asked = {
        "documents": [
            [one.id, one.text, one.customer, one.account, str(one.at), one.follows, one.subject] for one in documents
        ],
        "limits": asdict(limits) | {"model": str(limits.model) if limits.model else None},
        "names": sorted(names),
        "previous": None if previous is None else dict(previous),
    }
    command = [sys.executable, "-c", _CHILD, str(within.memory_bytes), str(within.cpu_seconds), str(os.getpid())]
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with tempfile.TemporaryFile() as request:  # has no name, and is gone with the process
        request.write(json.dumps(asked).encode())
        request.seek(0)
        del asked
        running = subprocess.Popen(  # noqa: S603  ourselves
            command, stdin=request, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | threads
        )
    try:
        result = _heard(running, tell, is_to_stop, time.monotonic() + within.wall_seconds)
        code = running.wait(10)
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()
    if result is None:
        raise AnalysisFailed("it needed more memory than allowed" if code == NO_MEMORY else _ended(code))
    return result


def _heard(
    running: "subprocess.Popen[bytes]",
    tell: Callable[[str, float], None],
    is_to_stop: Callable[[], bool],
    deadline: float,
) -> dict[str, Any] | None:
    assert running.stdout is not None  # noqa: S101  it is a pipe
    result: dict[str, Any] | None = None
    rest = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(running.stdout, selectors.EVENT_READ)
        asked_at = time.monotonic()
        while True:
            if time.monotonic() > deadline:
                raise AnalysisFailed("it took longer than allowed")
            if time.monotonic() - asked_at >= _EVERY:
                asked_at = time.monotonic()
                if is_to_stop():
                    raise Cancelled
            if not waiting.select(_EVERY):
                continue
            piece = os.read(running.stdout.fileno(), 1 << 20)
            if not piece:
                return result
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                said = json.loads(line)
                if "failed" in said:
                    raise AnalysisFailed(said["failed"])
                if "result" in said:
                    result = said["result"]
                else:
                    tell(said["step"], said["share"])


def _ended(code: int) -> str:
    return f"its process was ended by signal {-code}" if code < 0 else f"its process ended with code {code}"
