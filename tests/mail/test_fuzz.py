"""Whatever the bytes are, the answer is a value that can be stored and shown, or Unreadable."""

import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.mail import (
    charsets,
    description,
    encoded_words,
    flowed,
    frames,
    html,
    html_text,
    inbound,
    labels,
    parameters,
)
from helpdesk.mail.limits import Limits
from helpdesk.mail.parsed import ParsedEmail
from tests.mail.letters import HEAD, PDF, PNG, attached, container, multipart, part, plain, winmail

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_HTML = b'<p style="color:red">a<img src="cid:x">'
_IMAGE = attached(b"image/png; name*=utf-8''%C3%BC.png", PNG)
_SEEDS = [
    plain("Grüße".encode("cp1252"), b"text/plain; charset=iso-8859-1; format=flowed"),
    multipart(b"alternative", part(b"text/plain", b"a"), part(b"text/html", _HTML)),
    multipart(b"mixed", part(b"message/rfc822", HEAD + b"\r\nb"), _IMAGE),
    multipart(b"report", part(b"message/delivery-status", b"Reporting-MTA: dns; a\r\n\r\nStatus: 5.1.1\r\n")),
    HEAD + container(b"mixed", part(b"text/plain", b"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n")),
    multipart(b"mixed", attached(b"application/ms-tnef", winmail("a.pdf", PDF))),
    b"Authentication-Results: mx; dmarc=pass header.from=a.example\r\n" + HEAD + b"\r\nx",
    HEAD.replace(b"Printer", b"=?gb2312?B?ob4g?= =?utf-8?q?=C3=BC?=") + b"\r\nx",
]
_SPICE = [
    b"\0",
    b"\r\n",
    b"\n\n",
    b";",
    b'"',
    b"=?",
    b"?=",
    b"<",
    b">",
    b"--fence",
    b"\xff",
    b"=",
    b":",
    b"multipart/mixed",
]


def assert_fit(email: ParsedEmail) -> None:
    """It crosses the pipe unchanged, describes itself, and holds nothing that a database refuses."""
    frame = frames.pack_value(email)
    assert frames.value_of(ParsedEmail, *frames.unpack(frame)) == email
    json.dumps(description.as_row(email))
    names = [each.name for each in email.attachments]
    for text in (email.subject, email.text, email.html, email.safe_html.html, *names):
        assert not _UNFIT.search(text)
    assert not re.search(r"(?i)<script|javascript:|<[^>]*\son\w+\s*=", email.safe_html.html)


def assert_fit_or_empty(raw: bytes) -> None:
    if not raw.strip(b"\0 \t\r\n"):
        with pytest.raises(inbound.Unreadable):
            inbound.read(raw)
        return
    assert_fit(inbound.read(raw, Limits(parts=50, depth=10)))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes(raw):
    assert_fit_or_empty(raw)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_SEEDS), st.integers(0, 2**32))
def test_mutated_letters(seed, number):
    chance = random.Random(number)  # noqa: S311 - to be repeated, not to be secret
    raw = bytearray(seed)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(4):
            case 0:
                raw[at:at] = chance.choice(_SPICE)
            case 1:
                del raw[at : at + chance.randint(1, 20)]
            case 2:
                raw[at:at] = raw[at : at + 40] * chance.randint(1, 3)
            case _:
                raw[at : at + 1] = bytes([chance.randrange(256)])
    assert_fit_or_empty(bytes(raw))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=500))
def test_any_text(text):
    assert not _UNFIT.search(charsets.clean(text))
    assert "\n" not in charsets.one_line(encoded_words.decode(text))
    assert len(labels.label(text).encode()) <= labels.LONGEST
    parameters.split(text)
    flowed.unfold(text)
    html_text.text_of(text)
    html.sanitise(text)
