"""What is mutated: our own fixtures of every kind, and other folders of email where they are given."""

import os
from collections.abc import Iterator
from pathlib import Path

from tests.mail import automatic_fixtures, quote_fixtures
from tests.mail.letters import HEAD, PDF, PNG, attached, container, multipart, page, part, plain, winmail
from tests.mail.reports import RETURNED, letter

FOLDERS = ("HELPDESK_MAIL_CORPUS", "HELPDESK_ATTACK_MAIL")
_STATUS = part(
    b"message/delivery-status",
    b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a@customer.example\r\nStatus: 5.1.1\r\n",
)
_RETURNED = part(b"message/rfc822", RETURNED.encode())
LARGEST = 200_000
"""Of a foreign email: many small ones are tried in the time of a large one."""


def all_seeds() -> list[bytes]:
    """Always in the same order, so that a number means the same email another time."""
    return [*_own(), *_foreign()]


def _own() -> Iterator[bytes]:
    html = b'<p style="color:red">a<img src="cid:x"><a href="https://customer.example/">b</a></p>'
    image = attached(b"image/png; name*=utf-8''%C3%BC.png", PNG, headers=b"Content-ID: <x>\r\n")
    inner = part(b"message/rfc822", HEAD + b"\r\nan email in an email")
    yield plain("Grüße".encode("cp1252"), b"text/plain; charset=iso-8859-1; format=flowed; delsp=yes")
    yield plain(b"=1B$B%F%9%H=1B(B", b"text/plain; charset=iso-2022-jp", headers=b"X: =?utf-7?q?+AOQ-?=\r\n")
    yield multipart(b"alternative", part(b"text/plain", b"a"), part(b"text/html", html))
    yield multipart(b"related", part(b"text/html", html), image)
    yield multipart(b"mixed", inner, image, attached(b"application/pdf", PDF))
    yield multipart(b"mixed", part(b"text/plain", b"x"), container(b"digest", inner, inner, boundary=b"inner"))
    yield HEAD + container(b"mixed", part(b"text/plain", b"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n"))
    yield multipart(b"mixed", attached(b"application/ms-tnef", winmail("a.pdf", PDF)))
    yield multipart(
        b"mixed", part(b"text/calendar; method=REPLY", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n")
    )
    yield b"Authentication-Results: mx; dmarc=pass header.from=a.example\r\n" + HEAD + b"\r\nx"
    yield HEAD.replace(b"Printer", b"=?gb2312?B?ob4g?= =?utf-8?q?=C3=BC?=") + b"\r\nx"
    yield letter(**{"Auto-Submitted": "auto-replied"})
    yield multipart(b"report; report-type=delivery-status", part(b"text/plain", b"It failed."), _STATUS, _RETURNED)
    for line in automatic_fixtures.SUBJECTS[:5]:
        subject, _, text = line.partition("|")
        yield letter(text, Subject=subject)
    lines = quote_fixtures.INTRODUCTIONS
    yield from (plain(f"Yes.\n\n{line}\n> old\n".encode()) for line in lines[:10])
    yield from (page(one) for one in quote_fixtures.html_replies(lines[0], quote_fixtures.HEADERS[0]).values())


def _foreign() -> Iterator[bytes]:
    for variable in FOLDERS:
        if place := os.environ.get(variable):
            for path in sorted(
                one for one in Path(place).rglob("*") if "messages" in one.parts or one.suffix == ".eml"
            ):
                if path.is_file() and path.stat().st_size <= LARGEST:
                    yield path.read_bytes()
