"""`helpdesk web` behind a proxy: whose word about the visitor counts."""

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from helpdesk.cli.web import Load, behind


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


class Asked:
    """What gunicorn gives of a request."""

    def __init__(self, path: str = "/inbox/open") -> None:
        self.path = path
        self.is_last = False

    def force_close(self) -> None:
        self.is_last = True


def test_a_process_with_many_requests_lets_their_connections_go_to_others():
    load, several = Load(), [Asked() for _ in range(4)]
    for one in several:
        load.begins(None, one)
    assert [one.is_last for one in several] == [False, False, False, True]

    load.ends(None, several[0], {}, None)
    load.begins(None, later := Asked())
    assert later.is_last
    for one in (*several[1:], later):
        load.ends(None, one, {}, None)
    load.begins(None, quiet := Asked())
    assert not quiet.is_last


def test_open_streams_of_events_are_no_load():
    load = Load()
    for _ in range(20):
        load.begins(None, Asked("/events"))
    load.begins(None, page := Asked())
    assert not page.is_last
