"""Which connections our own processes make: the poller and its reader, and the web desk in this process."""

import ast
import re
import sys
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from tests.attacks.world import World

OURS = frozenset({"127.0.0.1", "::1", "localhost"})
_heard: list[str] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        _heard.append(f"{event} {arguments[1]!r}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        _heard.append(f"{event} {arguments[:2]!r}")


class Connections:
    """Those beyond the servers of this installation, since the last time somebody asked."""

    _hears = False

    def __init__(self, world: World) -> None:
        self._world = world
        self._told = 0

    def __enter__(self) -> Self:
        if not Connections._hears:
            sys.addaudithook(_hear)  # there is no way to take one away
            Connections._hears = True
        _heard.clear()
        self._told = len(self._world.poller.connections())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _heard.clear()

    def strange(self) -> list[str]:
        polled = self._world.poller.connections()
        found = [*polled[self._told :], *_heard]
        self._told = len(polled)
        _heard.clear()
        return [what for what in found if not self._is_ours(what)]

    def _is_ours(self, what: str) -> bool:
        _event, _, said = what.partition(" ")
        place: object = None
        with suppress(ValueError, SyntaxError):
            place = ast.literal_eval(re.sub(r"<[^>]*>", "None", said))
        if isinstance(place, (str, bytes)):
            return True  # a socket of this machine's file system
        if not isinstance(place, tuple) or len(place) < 2:
            return False
        host, port = place[0], place[1]
        return host in OURS and int(port or 0) in self._world.ports
