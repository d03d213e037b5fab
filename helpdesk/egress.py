"""Where the desk connects to: every long-running process notes, once, each server.

Python tells of each connection before it is made (an audit hook), whichever library makes it. Noted are servers only,
by the name that was looked up: nobody who comes to us. Of a server that a letter names, only that there was one.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

FILE: Final = "egress.jsonl"
TRIAL: Final = "a trial"
PICTURE: Final = "a picture that a letter names"
UNNAMED: Final = "*"
"""In place of a server's name that is somebody's words: senders put into such names whom they wrote to."""

There = tuple[str, int, str]  # host, port, why
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
_here: Final = threading.local()
_ears: Final[list[Callable[[There], None]]] = []


@dataclass(frozen=True, slots=True)
class Seen:
    """A server that a process of the desk connected to; `why` is a purpose it stated, or nothing."""

    host: str
    port: int
    why: str
    process: str
    at: datetime


def watch(folder: Path, process: str) -> None:
    """From now on this process, and those it forks, note where they connect to. It can't be switched off again."""
    known: set[There] = set()

    def note(there: There) -> None:
        if there not in known:
            known.add(there)
            _note(folder, process, there)

    _ears.append(note)
    _listen()


@contextmanager
def heard() -> Iterator[set[There]]:
    """Where this process connects to meanwhile: the set grows as it happens."""
    found: set[There] = set()
    ear = found.add
    _ears.append(ear)
    _listen()
    try:
        yield found
    finally:
        _ears.remove(ear)


@contextmanager
def stating(why: str) -> Iterator[None]:
    """What this thread connects to meanwhile is for a purpose that somebody asked for: a trial of a new server."""
    before = getattr(_here, "why", "")
    _here.why = why
    try:
        yield
    finally:
        _here.why = before


def seen(folder: Path) -> list[Seen]:
    """What was noted since the notes began, each server and purpose once."""
    path = folder / FILE
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    found = {(row["host"], row["port"], row["why"], row["process"]): row for row in reversed(rows)}
    return [Seen(**{**row, "at": datetime.fromtimestamp(row["at"], UTC)}) for row in reversed(found.values())]


def forget(folder: Path) -> None:
    """Begin the notes anew. Processes that run note again only what they have not noted yet."""
    (folder / FILE).unlink(missing_ok=True)


def is_local(address: str) -> bool:
    """Whether an address is one of this machine's own, which nothing leaves by."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address == "localhost"
    mapped = getattr(found, "ipv4_mapped", None) or found
    return bool(mapped.is_loopback or mapped.is_unspecified)


@cache
def _listen() -> None:
    """Once a process: Python keeps such a hook until the end."""
    sys.addaudithook(_hear)


def _hear(event: str, given: tuple[Any, ...]) -> None:
    if not _ears:
        return
    if event == "socket.getaddrinfo":
        _here.looked_up = _looked_up(given[0], given[1])
    elif event == "socket.connect" and given[0].family in _FAMILIES:
        why = getattr(_here, "why", "")
        host, port = _named(given[1])
        for ear in tuple(_ears):
            ear((UNNAMED if why == PICTURE else host, port, why))


def _looked_up(host: object, port: object) -> tuple[str, int] | None:
    name = host.decode() if isinstance(host, bytes) else host
    number = int(port) if isinstance(port, int) or (isinstance(port, str) and port.isdigit()) else None
    return (name, number) if isinstance(name, str) and number is not None else None


def _named(address: tuple[Any, ...]) -> tuple[str, int]:
    """The server by the name this thread has just looked up for this port; without one, by its address."""
    looked_up = getattr(_here, "looked_up", None)
    host, port = str(address[0]), int(address[1])
    return (looked_up[0], port) if looked_up is not None and looked_up[1] == port else (host, port)


def _note(folder: Path, process: str, there: There) -> None:
    """A line, written whole: processes write to one file. A full disk must not keep mail from going out."""
    host, port, why = there
    row = {"host": host, "port": port, "why": why, "process": process, "at": time.time()}
    try:
        handle = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        return
    with os.fdopen(handle, "ab", buffering=0) as file:
        file.write(json.dumps(row).encode() + b"\n")
