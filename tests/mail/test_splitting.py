"""The quick way to the tree of an email: always the tree that the standard library makes."""

import email
import random
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest

from helpdesk.mail import splitting
from tests.mail.letters import attached, multipart, part, plain

REGULAR = (
    plain(b"It does not print.\r\n"),
    plain("Grüße".encode("latin-1")),
    multipart(b"alternative", part(b"text/plain", b"a"), part(b"text/html", b"<p>a</p>")),
    multipart(b"mixed", plain(b"--no boundary\n--x\n"), attached(b"application/pdf; name=a.pdf", b"%PDF")),
    (
        b'Content-Type: multipart/mixed; boundary=o\n\nabove\n\n--o\nContent-Type: multipart/related; boundary="oi"\n'
        b"\n\n--oi\n\nin\n--oi--\n\n--o\nSubject: second\n folded\n\n\n--o-- \nbelow\n"
    ),
    b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\none\r\n--o--",
)
IRREGULAR = (
    b"",
    b"Subject: no body",
    b"From a@b\nSubject: x\n\nx",
    b"Subject: x\nno field\n\nx",
    b"Subject: a lone\rCR\n\nx",
    b"Content-Type: multipart/mixed\n\n--o\n\nx\n--o--\n",
    b"Content-Type: multipart/mixed; boundary=o\n\n--o\n\nno end",
    b"Content-Type: multipart/mixed; boundary=o\n\n--o\n--o\n\ntwice\n--o--\n",
    b"Content-Type: multipart/mixed; boundary=o\n\n--o--\n",
    b"Content-Type: multipart/mixed; boundary=o\nContent-Transfer-Encoding: base64\n\n--o\n\nx\n--o--\n",
    b"Content-Type: multipart/digest; boundary=o\n\n--o\n\nSubject: x\n\nx\n--o--\n",
    (b"Content-Type: multipart/mixed; boundary=o\n\n--o\n"
    b"Content-Type: multipart/mixed; boundary=o\n\n--o\n\nx\n--o--\n"),
    multipart(b"mixed", part(b"message/rfc822", plain(b"within"))),
)  # fmt: skip


def shape(message: Message) -> Any:
    inner = message._payload  # type: ignore[attr-defined]  # get_payload() would change it
    return (
        list(message.raw_items()),
        message.preamble,
        message.epilogue,
        [type(each) for each in message.defects],
        message.get_default_type(),
        [shape(each) for each in inner] if isinstance(inner, list) else inner,
    )


def spoilt(chance: random.Random) -> Iterator[bytes]:
    """Each of them in many versions with something left out, put in or repeated."""
    for raw in (*REGULAR, *IRREGULAR):
        for _ in range(40):
            place, length = chance.randrange(len(raw) + 1), chance.randint(0, 8)
            put_in = chance.choice([b"", b"\n", b"\r\n", b"\r", b"--", b" ", b"--o\n", b":", b"\xff", raw[-9:]])
            yield raw[:place] + put_in + raw[place + length :]


@pytest.mark.parametrize("raw", [*REGULAR, *IRREGULAR])
def test_the_tree_is_that_of_the_standard_library(raw: bytes):
    assert shape(splitting.message_of(raw)) == shape(email.message_from_bytes(raw))


def test_however_an_email_is_spoilt_the_tree_is_the_same():
    for raw in spoilt(random.Random(7)):  # noqa: S311  no secret
        assert shape(splitting.message_of(raw)) == shape(email.message_from_bytes(raw)), raw


@pytest.mark.parametrize("raw", REGULAR)
def test_what_follows_the_rules_needs_no_second_look(raw: bytes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(email, "message_from_bytes")

    assert splitting.message_of(raw).items()
