"""`helpdesk web` behind a proxy: whose word about the visitor counts."""

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from helpdesk.cli.web import behind


@Request.application
def telling(request: Request) -> Response:
    return Response(f"{request.remote_addr} {request.scheme}")


@pytest.mark.parametrize(
    ("hops", "seen"),
    [(0, "127.0.0.1 http"), (1, "192.0.2.7 https"), (2, "198.51.100.1 http")],
)
def test_only_our_own_proxies_are_believed(hops: int, seen: str):
    """A visitor may send any X-Forwarded-For; each of our proxies adds what it saw at the end."""
    client = Client(behind(telling, hops))
    sent = {"X-Forwarded-For": "198.51.100.1, 192.0.2.7", "X-Forwarded-Proto": "https"}

    assert client.get("/", headers=sent, environ_base={"REMOTE_ADDR": "127.0.0.1"}).text == seen
