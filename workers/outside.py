"""One file to one address outside: HTTPS, the public internet or networks that are allowed, no redirects.

The answer is not read.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_AGENT: Final = "Candour"


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was looked at, not to what the name says a moment later."""

    def __init__(self, host: str, address: str, port: int, *, timeout: float) -> None:
        self._context = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self._context)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file, what kind it is, and an identity by which a receiver knows a second copy."""

    body: bytes = field(repr=False)
    kind: str
    identity: str


def post(url: str, parcel: Parcel, *, waits: timedelta, allowed: Sequence[Network] = ()) -> str:
    """Send a file; empty: it was taken, else in a few words what went wrong."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return "not an https address"
    port = parts.port or 443
    try:
        address = _open_address(parts.hostname, port, allowed)
    except (OSError, UnicodeError):
        return "no such host"
    if address is None:
        return "the host is not on the public internet"
    connection = _Pinned(parts.hostname, address, port, timeout=waits.total_seconds())
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": parcel.kind, "User-Agent": _AGENT, "Idempotency-Key": f'"{parcel.identity}"'}
    try:
        connection.request("POST", path, parcel.body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"no connection: {type(error).__name__}"
    finally:
        connection.close()
    return "" if 200 <= status < 300 else f"answered {status}"


def _open_address(host: str, port: int, allowed: Sequence[Network]) -> str | None:
    """An address of a host, if every one it has may be connected to: a name must not lead into our own network."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return found[0] if found and all(_is_public(one) or _is_allowed(one, allowed) for one in found) else None


def _is_allowed(address: str, allowed: Sequence[Network]) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    return any(number in network for network in allowed)


def _is_public(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address) and (inside := number.ipv4_mapped or number.sixtofour) is not None:
        number = inside
    return number.is_global and not number.is_multicast
