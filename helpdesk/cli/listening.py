"""The socket the pages are served on, or why it can't be had."""

import errno
import socket

from helpdesk.cli.errors import Failed


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Failed when it can't be had, and says why."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise Failed(f"web.host {host!r} is no address of this machine; 127.0.0.1 is usual") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise Failed(_why_not(error, host, port)) from None
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use: another desk may be running here; "
            "stop it, or set web.port in config.toml (or --port) to another one"
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs rights this user has not: set web.port to one above 1023 and put a proxy before it"
    return f"nothing can listen at {host}, port {port}: {error.strerror}"
