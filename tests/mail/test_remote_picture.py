"""The proxy for remote pictures: only the open internet, only what was checked, and never too much."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from helpdesk.mail import remote_picture
from helpdesk.mail.remote_picture import PictureRefused, fetch, is_public

PNG = b"\x89PNG\r\n\x1a\nrest"
PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", ".".join("0000"), "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "168.63.129.16", "::1", "::", "fe80::1",
        "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "nonsense", "",
    ],
)  # fmt: skip
def test_no_address_of_this_machine_this_network_or_a_cloud_is_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111"])
def test_addresses_of_the_open_internet_are_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://pics.example/a.png", "file:///etc/passwd", "gopher://pics.example/", "http://user:pass@pics.example/a",
        "http://pics.example:6379/a", "https://pics.example:80/", "http:///a", "http://pics.example:99999/", "//x/y",
        "http://pics.example/a\r\nX: y", "http://pics.example/\u00e9", "http://[::1/", "", "http://a b/",
    ],
)  # fmt: skip
def test_only_plain_web_addresses_on_their_usual_ports_are_asked(url: str):
    with pytest.raises(PictureRefused):
        fetch(url, resolve=lambda _host, _port: [PUBLIC], connect=nobody)


def test_a_name_with_one_address_that_is_not_public_is_refused():
    with pytest.raises(PictureRefused):
        fetch("http://pics.example/a.png", resolve=lambda _h, _p: [PUBLIC, "127.0.0.1"], connect=nobody)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/"])
def test_this_machine_is_never_asked_however_it_is_written(url: str):
    with pytest.raises(PictureRefused):
        fetch(url, connect=nobody)


def test_the_connection_goes_to_the_address_that_was_checked_and_says_nothing_of_us():
    with a_server([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PNG), PNG)]) as (connect, asked):
        assert fetch("http://pics.example/a.png?id=7", resolve=lambda _h, _p: [PUBLIC], connect=connect) == PNG

    ((address, request),) = asked
    assert address == PUBLIC
    assert request.startswith(b"GET /a.png?id=7 HTTP/1.1\r\nHost: pics.example\r\n")
    assert not {b"cookie", b"referer", b"authorization"} & {
        line.split(b":")[0].lower() for line in request.split(b"\r\n")
    }


def test_each_redirect_is_checked_again():
    names = {"pics.example": [PUBLIC], "inside.example": ["169.254.169.254"]}
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://inside.example/latest/meta-data\r\nContent-Length: 0\r\n\r\n"
    with a_server([answer]) as (connect, asked), pytest.raises(PictureRefused, match="open internet"):
        fetch("http://pics.example/", resolve=lambda host, _p: names[host], connect=connect)
    assert len(asked) == 1


def test_redirects_end():
    answer = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    with a_server([answer] * 9) as (connect, asked), pytest.raises(PictureRefused, match="too often"):
        fetch("http://pics.example/", resolve=lambda _h, _p: [PUBLIC], connect=connect)
    assert len(asked) == remote_picture.MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (remote_picture.LARGEST + 1),
        b"nonsense",
        b"",
    ],
    ids=["missing", "said to be large", "large", "not HTTP", "hung up"],
)
def test_what_is_not_there_too_large_or_senseless_is_refused(answer: bytes):
    with a_server([answer]) as (connect, _asked), pytest.raises(PictureRefused):
        fetch("http://pics.example/", resolve=lambda _h, _p: [PUBLIC], connect=connect)


def test_a_server_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remote_picture, "SECONDS", 0.5)
    with a_server([b"HTTP/1.1 200 OK\r\n\r\nx"], hangs=True) as (connect, _asked), pytest.raises(PictureRefused):
        fetch("http://pics.example/", resolve=lambda _h, _p: [PUBLIC], connect=connect)


def nobody(_address: str, _port: int, _seconds: float) -> socket.socket:
    raise AssertionError("nobody may be asked")


@contextmanager
def a_server(
    answers: list[bytes], *, hangs: bool = False
) -> Iterator[tuple[Callable[[str, int, float], socket.socket], list[tuple[str, bytes]]]]:
    """The far end of the wire: gives these answers in turn, and keeps who was asked and how."""
    asked: list[tuple[str, bytes]] = []
    left, over = list(answers), threading.Event()
    threads = []

    def connect(address: str, _port: int, seconds: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(seconds)
        threads.append(threading.Thread(target=serve, args=[theirs, address]))
        threads[-1].start()
        return ours

    def serve(line: socket.socket, address: str) -> None:
        with line:
            asked.append((address, line.recv(65536)))
            try:
                line.sendall(left.pop(0))
                over.wait(5 if hangs else 0)
            except OSError:
                return  # it hung up: that is its right

    yield connect, asked
    over.set()
    for thread in threads:
        thread.join(5)
