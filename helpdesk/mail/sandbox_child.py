"""The limited child: reads one hostile email after the other, and owns nothing worth stealing.

It loads what reading needs once, and lets a copy of itself read; after so many emails the copy is replaced.
"""

import gc
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from types import FrameType
from typing import Any, NoReturn

from helpdesk.mail import frames, html, inbound, preview
from helpdesk.mail.limits import Limits
from helpdesk.mail.parsed import SafeHtml

OPEN_FILES = 32
NO_MEMORY = 4
"""The exit code that says so."""
GARBAGE_BETWEEN_COLLECTIONS = 50_000

_REQUESTS, _ANSWERS = 0, 1
"""Standard input and output, without buffers: what is not read yet is for the next copy."""
_READ_ENOUGH = 3


def command_line(limits: Limits) -> list[str]:
    """Say how to start the child."""
    start = "import sys; from helpdesk.mail import sandbox_child; sandbox_child.main(sys.argv[1])"
    return [sys.executable, "-c", start, json.dumps(asdict(limits))]


def main(settings: str) -> None:
    """Have every request on standard input answered, until it is closed."""
    limits = Limits(**json.loads(settings))
    _confine(limits)
    gc.freeze()  # what is loaded now stays: a collection need not look at it
    gc.set_threshold(GARBAGE_BETWEEN_COLLECTIONS)
    while True:
        copy = os.fork()
        if copy == 0:
            os._exit(_serve(limits))
        _stop_with_me(copy)
        _, status = os.waitpid(copy, 0)
        code = os.waitstatus_to_exitcode(status)
        if code != _READ_ENOUGH:
            _end_like(code)


def _serve(limits: Limits) -> int:
    """Answer so many requests; the answer says why it ended."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        return _answer_all(limits)
    except MemoryError:  # after this nothing here can be relied on
        return NO_MEMORY


def _answer_all(limits: Limits) -> int:
    for _ in range(limits.emails_per_child):
        request = _next()
        if request is None:
            return 0
        _allow_more_time(limits)
        _write(_answer(*request, limits))
    return _READ_ENOUGH


def _answer(head: dict[str, Any], payload: bytes, limits: Limits) -> bytes:
    try:
        if head["do"] == "sanitise":
            return frames.pack_value(_sanitised(head, payload))
        if head["do"] == "look":
            return frames.pack_value(preview.of(payload, head["type"]))
        return frames.pack_value(replace(inbound.read(payload, limits), parts=()))  # screening is done with them
    except inbound.Unreadable as unreadable:
        return frames.pack({"unreadable": str(unreadable)})


def _sanitised(head: dict[str, Any], payload: bytes) -> SafeHtml:
    return html.sanitise(payload.decode("utf-8", "replace"), head["inline"], with_pictures=head["pictures"])


def _next() -> tuple[dict[str, Any], bytes] | None:
    start = _exactly(frames.HEAD)
    if start is None:
        return None
    rest = _exactly(sum(frames.lengths(start)))
    return None if rest is None else frames.unpack(start + rest)


def _exactly(length: int) -> bytes | None:
    received = bytearray()
    while len(received) < length:
        piece = os.read(_REQUESTS, length - len(received))
        if not piece:
            return None
        received += piece
    return bytes(received)


def _write(answer: bytes) -> None:
    rest = memoryview(answer)
    while rest:
        rest = rest[os.write(_ANSWERS, rest) :]


def _stop_with_me(copy: int) -> None:
    """Pass on the order to stop: the copy may be busy for a long time."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        os.kill(copy, signal.SIGKILL)

    signal.signal(signal.SIGTERM, stop)


def _end_like(code: int) -> NoReturn:
    """End as the copy ended, so that who waits for this process learns why."""
    if code < 0:
        with suppress(OSError, ValueError):  # SIGKILL has no handler to reset
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(abs(code))


def _confine(limits: Limits) -> None:
    """Give up what a reader does not need: memory without end, files, core dumps."""
    wanted = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    for what, most in wanted.items():
        _, hard = resource.getrlimit(what)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(what, (soft, soft))


def _allow_more_time(limits: Limits) -> None:
    """Move the soft limit of processor time: what is used so far, and as much as one email may take."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
