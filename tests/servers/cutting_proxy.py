"""A TCP proxy that misbehaves when told: it cuts, stalls, drips or edits what the server says; also TLS in front."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.servers.certificate import Certificate
from tests.servers.programs import LOCALHOST


@dataclass
class CuttingProxy:
    """Passes everything until told otherwise; what it is told counts the server's bytes from that moment."""

    target: int
    context: ssl.SSLContext | None = None
    edit: Callable[[bytes], bytes] = bytes
    drip: float = 0.0
    connections: int = 0
    _cut_in: int | None = None
    _stall_in: int | None = None
    _listener: socket.socket = field(default_factory=lambda: socket.create_server((LOCALHOST, 0)))
    _lines: list[socket.socket] = field(default_factory=list)
    _dead: set[socket.socket] = field(default_factory=set)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def cut_after(self, passed: int) -> None:
        """Hang up, once, when so many more bytes have passed."""
        self._cut_in = passed

    def stall_after(self, passed: int) -> None:
        """Go silent, but keep the line open, as a half-open connection does."""
        self._stall_in = passed

    def stall_open_lines(self) -> None:
        """Swallow all that comes on the lines open now; new ones work."""
        self._dead |= set(self._lines)

    def behave(self) -> None:
        self._cut_in = self._stall_in = None
        self.drip = 0.0
        self.edit = bytes

    def cut_all(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def serve(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._join, args=[client], daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut_all()

    def _join(self, client: socket.socket) -> None:
        try:
            if self.context:
                client = self.context.wrap_socket(client, server_side=True)
            server = socket.create_connection((LOCALHOST, self.target), 10)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        self._lines += [client, server]
        up = threading.Thread(target=_pump, args=[client, server, self._up_from(client)], daemon=True)
        up.start()
        _pump(server, client, self._down_from(server))
        up.join()
        client.close()
        server.close()

    def _up_from(self, client: socket.socket) -> Callable[[bytes], Iterator[bytes]]:
        return lambda block: iter([] if client in self._dead else [block])

    def _down_from(self, server: socket.socket) -> Callable[[bytes], Iterator[bytes]]:
        return lambda block: iter([]) if server in self._dead else self._spoilt(block)

    def _spoilt(self, block: bytes) -> Iterator[bytes]:
        """What is passed on of a block; the end of the line is an error."""
        block = self.edit(block)
        if self._stall_in is not None:
            block = block[: self._stall_in]
            self._stall_in -= len(block)
        if self._cut_in is not None and self._cut_in <= len(block):
            last, self._cut_in = block[: self._cut_in], None
            yield last
            raise ConnectionAbortedError
        if self._cut_in is not None:
            self._cut_in -= len(block)
        if not self.drip:
            yield block
            return
        for byte in block:
            time.sleep(self.drip)
            yield bytes([byte])


def _pump(source: socket.socket, sink: socket.socket, change: Callable[[bytes], Iterator[bytes]]) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            for part in change(block):
                sink.sendall(part)
    for line in (source, sink):
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting_proxy(target: int, certificate: Certificate | None = None) -> Iterator[CuttingProxy]:
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.certificate, certificate.key)
    proxy = CuttingProxy(target, context)
    serving = threading.Thread(target=proxy.serve, daemon=True)
    serving.start()
    try:
        yield proxy
    finally:
        proxy.close()
        serving.join(5)
