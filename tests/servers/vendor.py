"""Somebody who receives a file over HTTPS, at localhost, by the certificate of the tests."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.servers.certificate import Certificate
from tests.servers.programs import LOCALHOST


@dataclass
class Vendor:
    """What arrived, with each file's identity; `answers` are given in turn, then 204."""

    port: int = 0
    got: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/in?from=desk"


@pytest.fixture
def vendor(certificate: Certificate) -> Iterator[Vendor]:
    vendor = Vendor()
    server = ThreadingHTTPServer((LOCALHOST, 0), _handler(vendor))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    vendor.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            vendor.got.append((self.headers["Idempotency-Key"], body))
            self.send_response(vendor.answers.pop(0) if vendor.answers else 204)
            self.send_header("Location", vendor.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:  # what following a redirect would ask for
            vendor.got.append(("a redirect was followed", b""))
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            pass

    return Handler
