"""`helpdesk doctor --egress`: which servers this desk has a reason to talk to, and which it did talk to."""

import os
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from helpdesk import egress
from helpdesk.cli.doctor import connections, trying
from helpdesk.cli.doctor.finding import Finding, Findings, failed, ok, warning
from helpdesk.cli.doctor.trying import Tell
from helpdesk.config import Config
from helpdesk.desk.egress import Declared, declared
from helpdesk.egress import PICTURE, TRIAL, UNNAMED, There
from helpdesk.runtime import Runtime

_STEP: Final = 0.05
_NAMED: Final = 2  # reasons of one server that are told; the rest is a number
_ASKED_FOR: Final = {TRIAL: "a trial of a server, asked for by an admin", PICTURE: "pictures that agents asked for"}


@dataclass(frozen=True, slots=True)
class Met:
    """A server that was really talked to, and how we know."""

    host: str
    port: int
    how: str
    why: str = ""


def examine(here: Runtime, *, leader: int | None, seconds: float, tries: bool, tell: Tell) -> Findings:
    """Each declared server, tried once; then each one met. Met outside of this machine, not declared: a failure."""
    with here.db.reading() as session:
        known = declared(session, here.config)
    yield from _declared(here.config, known)
    with egress.heard() as heard:
        if tries:
            yield from trying.each(here, known, tell)
        kernel = list(_kernel(here, leader, seconds, tell))
    yield from _judged([*_noted(here.config.folder / "run"), *kernel, *_heard(heard)], known)
    if leader is None:
        says = "the desk does not run: only what was noted before, and what this command did, is known"
        yield warning("egress", "not_running", says, "run 'helpdesk up'")
    elif seconds:
        number = len(connections.family(leader))
        yield ok("egress_watched", f"the connections of the desk's {number} processes were watched for {seconds:g} s")


def _declared(config: Config, known: Sequence[Declared]) -> Findings:
    if make_url(config.database_url).host is None:
        yield ok("egress_declared", "the database: a file, no connection")
    if config.redis_url.startswith("unix:"):
        yield ok("egress_declared", "Redis: a socket in the desk's folder, nothing leaves by it")
    for one in known:
        host = "any server" if one.host == UNNAMED else one.host
        yield ok("egress_declared", f"{one.what}: {host}, port {one.port}", about=one.host)


def _noted(folder: Path) -> Iterator[Met]:
    for one in egress.seen(folder):
        yield Met(one.host, one.port, f"noted by {one.process} on {one.at:%Y-%m-%d at %H:%M} UTC", one.why)


def _heard(found: Iterable[There]) -> Iterator[Met]:
    return (Met(host, port, "by this command just now") for host, port, _why in sorted(found))


def _kernel(here: Runtime, leader: int | None, seconds: float, tell: Tell) -> Iterator[Met]:
    """Connections of the desk's processes and of this one, looked at again and again for some seconds."""
    found: set[tuple[str, int]] = set()
    begun = time.monotonic()
    with here.db.reading():  # so that ours to the database is among them: its library tells Python nothing
        found |= connections.of(os.getpid())
    while leader is not None:
        found |= connections.of(leader)
        gone = time.monotonic() - begun
        tell("watching", min(int(gone * 10), int(seconds * 10)), int(seconds * 10))
        if gone >= seconds:
            break
        time.sleep(_STEP)
    return (Met(host, port, "open now, as the kernel says") for host, port in sorted(found))


def _judged(met: Sequence[Met], known: Sequence[Declared]) -> Findings:
    addresses = {one: _addresses(one.host) for one in known}
    told: set[tuple[str, int]] = set()
    for one in met:
        if (one.host, one.port) in told:
            continue
        told |= {(address, one.port) for address in (one.host, *_addresses(one.host))}
        reasons = [there.what for there in known if _is(one, there, addresses[there])]
        yield _judgement(one, [_ASKED_FOR[one.why]] if one.why in _ASKED_FOR else reasons)
    if not told:
        yield ok("egress", "no connection was made")


def _judgement(one: Met, reasons: Sequence[str]) -> Finding:
    where = f"{'a server that a letter names' if one.host == UNNAMED else one.host}, port {one.port}"
    more = f" and {len(reasons) - _NAMED} more" if len(reasons) > _NAMED else ""
    if reasons:
        return ok("egress", f"{where}: {', '.join(reasons[:_NAMED])}{more} ({one.how})", about=one.host)
    if egress.is_local(one.host):
        return ok("egress", f"{where}: a program on this machine, nothing leaves by it ({one.how})", about=one.host)
    return failed(
        "egress",
        "undeclared",
        f"{where}: nothing in this desk has a reason to talk to it ({one.how})",
        "find out who connects; was it a mailbox's server until lately: 'helpdesk doctor --forget-egress'",
        about=one.host,
    )


def _is(met: Met, there: Declared, addresses: frozenset[str]) -> bool:
    is_host = met.host.lower() == there.host.lower() or met.host in addresses
    return is_host and there.port in {0, met.port}


def _addresses(host: str) -> frozenset[str]:
    if host == UNNAMED:
        return frozenset()
    try:
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return frozenset()
