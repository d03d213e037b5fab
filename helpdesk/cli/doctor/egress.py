"""`helpdesk doctor --egress`: which servers this desk has a reason to talk to, and which it did talk to."""

import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpdesk import egress
from helpdesk.cli.doctor import connections
from helpdesk.cli.doctor.finding import Findings, failed, ok, warning
from helpdesk.desk.egress import TRIAL, Declared, declared
from helpdesk.runtime import Runtime

_STEP: Final = 0.05


@dataclass(frozen=True, slots=True)
class Met:
    """A server that was really talked to, and how we know."""

    host: str
    port: int
    how: str


def examine(here: Runtime, *, leader: int | None, seconds: float) -> Findings:
    """Each declared server, then each one met. Met and not declared is a failure."""
    with here.db.reading() as session:
        known = declared(session, here.config)
    for one in known:
        yield ok("egress_declared", f"{one.what}: {one.host}, port {one.port}", about=one.host)
    if not known:
        yield ok("egress_declared", "no server at all: database and Redis are on this machine, no mailbox is set up")
    folder = here.config.folder / "run"
    met = [*_noted(folder), *_open(leader, seconds)]
    yield from _judged(met, known)
    if leader is None:
        yield warning(
            "egress", "not_running", "the desk does not run: only what was noted before is known", "run 'helpdesk up'"
        )


def _noted(folder: Path) -> Iterator[Met]:
    for one in egress.seen(folder):
        if one.why != TRIAL:
            yield Met(one.host, one.port, f"noted by {one.process} on {one.at:%Y-%m-%d at %H:%M} UTC")


def _open(leader: int | None, seconds: float) -> Iterator[Met]:
    """Connections of the desk's processes as the kernel has them, looked at again and again for some seconds."""
    found: set[tuple[str, int]] = set()
    until = time.monotonic() + seconds
    while leader is not None:
        found |= connections.leaving(leader)
        if time.monotonic() >= until:
            break
        time.sleep(_STEP)
    return (Met(host, port, "open now, as the kernel says") for host, port in sorted(found))


def _judged(met: Sequence[Met], known: Sequence[Declared]) -> Findings:
    addresses = {one: _addresses(one.host) for one in known}
    told: set[tuple[str, int]] = set()
    for one in met:
        if (one.host, one.port) in told:
            continue
        told.add((one.host, one.port))
        reason = next((there.what for there in known if _is(one, there, addresses[there])), None)
        if reason is not None:
            yield ok("egress", f"{one.host}, port {one.port}: {reason} ({one.how})", about=one.host)
        else:
            yield failed(
                "egress",
                "undeclared",
                f"{one.host}, port {one.port}: nothing in this desk has a reason to talk to it ({one.how})",
                "find out who connects; was it a mailbox's server until lately: 'helpdesk doctor --forget-egress'",
                about=one.host,
            )
    if not told:
        yield ok("egress", "no connection left this machine")


def _is(met: Met, there: Declared, addresses: frozenset[str]) -> bool:
    is_host = met.host.lower() == there.host.lower() or met.host in addresses
    return is_host and there.port in {0, met.port}


def _addresses(host: str) -> frozenset[str]:
    try:
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return frozenset()
