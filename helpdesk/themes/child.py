"""The analysis in a process of its own: a request on standard input, how far it is and the result on standard output.

It owns nothing but the texts it is given: no database, no file, no network; memory and time have limits.
"""

import json
import resource
import sys
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from helpdesk.themes.analysis import analyse
from helpdesk.themes.parent import NO_MEMORY
from helpdesk.themes.values import Document, Limits, ModelUnusable


def main(memory_bytes: int, cpu_seconds: int) -> None:
    """Answer the one request on standard input."""
    _confine(memory_bytes, cpu_seconds)
    try:
        _say({"result": _answer(json.load(sys.stdin))})
    except ModelUnusable as reason:
        _say({"failed": str(reason)})
    except MemoryError:
        sys.exit(NO_MEMORY)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    model = asked["limits"].pop("model")
    found = analyse(
        [
            Document(one, text, customer, account, date.fromisoformat(at), follows, subject)
            for one, text, customer, account, at, follows, subject in asked["documents"]
        ],
        limits=Limits(**asked["limits"], model=Path(model) if model else None),
        names=frozenset(asked["names"]),
        previous=asked["previous"],
        progress=lambda step, share: _say({"step": step, "share": round(share, 3)}),
    )
    return asdict(found) | {"weeks": [week.isoformat() for week in found.weeks]}


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _confine(memory_bytes: int, cpu_seconds: int) -> None:
    wanted = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
    }
    for what, most in wanted.items():
        _, hard = resource.getrlimit(what)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(what, (soft, soft))
