"""The limited child: reads one hostile email after the other, and owns nothing worth stealing."""

import gc
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, BinaryIO

from helpdesk.mail import frames, html, inbound
from helpdesk.mail.limits import Limits

OPEN_FILES = 32
GARBAGE_BETWEEN_COLLECTIONS = 50_000


def main(settings: str) -> None:
    """Answer every request on standard input, until it is closed."""
    limits = Limits(**json.loads(settings))
    _confine(limits)
    gc.freeze()  # what is loaded now stays: a collection need not look at it
    gc.set_threshold(GARBAGE_BETWEEN_COLLECTIONS)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while (request := _next(requests)) is not None:
        head, payload = request
        _allow_more_time(limits)
        answer = _answer(head, payload, limits)
        answers.write(answer if answer is not None else frames.pack({"died": "memory"}))
        answers.flush()
        if answer is None:
            os._exit(1)  # after a MemoryError nothing here can be relied on


def command_line(limits: Limits) -> list[str]:
    """Say how to start the child."""
    start = "import sys; from helpdesk.mail import sandbox_child; sandbox_child.main(sys.argv[1])"
    return [sys.executable, "-c", start, json.dumps(asdict(limits))]


def _answer(head: dict[str, Any], payload: bytes, limits: Limits) -> bytes | None:
    try:
        if head["do"] == "sanitise":
            return frames.pack_value(html.sanitise(payload.decode("utf-8", "replace"), head["inline"]))
        return frames.pack_value(replace(inbound.read(payload, limits), parts=()))  # screening is done with them
    except inbound.Unreadable as unreadable:
        return frames.pack({"unreadable": str(unreadable)})
    except MemoryError:
        return None


def _next(requests: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    start = requests.read(frames.HEAD)
    if len(start) < frames.HEAD:
        return None
    said, payload = frames.lengths(start)
    head, rest = frames.unpack(start + requests.read(said + payload))
    return head, rest


def _confine(limits: Limits) -> None:
    """Give up what a reader does not need: memory without end, files, core dumps, the keyboard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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
