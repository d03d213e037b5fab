"""Fetching one picture that a letter names, from here: so that whoever sent it learns nothing of who reads it.

The address is an attacker's. Each name is resolved by us, every address it has must be a public one, and the
connection goes to the very address that was checked; so again for each redirect.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

LARGEST: Final = 5 * 1024 * 1024
SECONDS: Final = 10.0  # for all of it, redirects included
MOST_REDIRECTS: Final = 3
_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SAYS: Final = {
    "Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "Mozilla/5.0", "Connection": "close",
}  # fmt: skip
_CHUNK: Final = 64 * 1024
# they carry another address inside, or lead into a provider's own network, and pass for public
_DISGUISES: Final = tuple(
    ipaddress.ip_network(net)
    for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "168.63.129.16/32")
)

Resolve = Callable[[str, int], list[str]]
Connect = Callable[[str, int, float], socket.socket]


class PictureRefused(Exception):
    """It is not fetched, or is no picture; the words say why and name no address."""


@dataclass(frozen=True, slots=True)
class _Place:
    scheme: str
    host: str
    port: int
    path: str


def fetch(url: str, *, resolve: Resolve | None = None, connect: Connect | None = None) -> bytes:
    """The bytes behind an address. No cookie, no referrer, no credentials. Raises PictureRefused."""
    until = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        place = _understood(url)
        address = _checked(place, resolve or _resolved)
        found = _asked(place, address, until, connect or _connected)
        if isinstance(found, bytes):
            return found
        url = urljoin(url, found)
    raise PictureRefused("it was sent from one address to the next too often")


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: not of this machine, this network, or a cloud's own."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    is_open = found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)
    return is_open and not any(found in net for net in _DISGUISES if net.version == found.version)


def _understood(url: str) -> _Place:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise PictureRefused("its address makes no sense") from error
    usual = _PORTS.get(parts.scheme)
    if usual is None or not parts.hostname or parts.username is not None or (port or usual) != usual:
        raise PictureRefused("only plain web addresses on their usual ports are asked")
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if not (path + parts.hostname).isascii() or any(sign <= " " or sign == "\x7f" for sign in path + parts.hostname):
        raise PictureRefused("its address makes no sense")
    return _Place(parts.scheme, parts.hostname, usual, path)


def _checked(place: _Place, resolve: Resolve) -> str:
    try:
        found = resolve(place.host, place.port)
    except (OSError, UnicodeError) as error:
        raise PictureRefused("its server can't be found") from error
    if not found or not all(is_public(address) for address in found):
        raise PictureRefused("its server is not on the open internet")
    return found[0]


def _resolved(host: str, port: int) -> list[str]:
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connected(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=seconds)


def _asked(place: _Place, address: str, until: float, connect: Connect) -> bytes | str:
    """The body, or the address that the server sends us on to."""
    left = max(0.1, until - time.monotonic())
    line = http.client.HTTPConnection(place.host, place.port, timeout=left)
    guard: threading.Timer | None = None
    try:
        line.sock = _opened(place, address, left, connect)
        guard = threading.Timer(left, _cut, [line.sock])  # a server that drips would never time out
        guard.daemon = True
        guard.start()
        headers = {
            "Accept": "image/*",
            "Accept-Encoding": "identity",
            "User-Agent": "Mozilla/5.0",
            "Connection": "close",
        }
        line.request("GET", place.path, headers=headers)
        answer = line.getresponse()
        if answer.status in _REDIRECTS:
            return answer.getheader("Location", "")
        if answer.status != http.client.OK:
            raise PictureRefused("its server does not give it")
        return _body(answer, until)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise PictureRefused("its server did not answer as it should") from error
    finally:
        if guard is not None:
            guard.cancel()
        line.close()


def _opened(place: _Place, address: str, seconds: float, connect: Connect) -> socket.socket:
    bare = connect(address, place.port, seconds)
    if place.scheme == "http":
        return bare
    return ssl.create_default_context().wrap_socket(bare, server_hostname=place.host)


def _body(answer: http.client.HTTPResponse, until: float) -> bytes:
    said = answer.getheader("Content-Length", "")
    if said.isdecimal() and int(said) > LARGEST:
        raise PictureRefused("it is too large")
    body = bytearray()
    while piece := answer.read(_CHUNK):
        body += piece
        if len(body) > LARGEST:
            raise PictureRefused("it is too large")
        if time.monotonic() > until:
            raise PictureRefused("it took too long")
    return bytes(body)


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
