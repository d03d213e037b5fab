"""A mailbox as support desks have it: generated emails, always the same ones."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

FILE_BYTES: Final = 200 * 1024
_WORDS: Final = (
    "lamp contact light evening kitchen again invoice since Monday flickers ordered delivery arrived box broken"
    " please help address receipt number bought store warm switch wall ceiling cable blue error restart after update"
    " für Lieferung Rechnung Küche seit gestern wieder leider Gerät Glühbirne größer schön möchte zurückgeben"
).split()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A ticket we have answered: what a reply to it points to, and who may write it."""

    message_id: str
    customer: str


def letters(count: int, conversations: Sequence[Conversation], *, seed: int = 1) -> Iterator[bytes]:
    """Of ten: seven of text and HTML (4-40 KB), two replies, one with a file of 200 KB."""
    chance = random.Random(seed)
    answered = iter(conversations)
    for number in range(count):
        match number % 10:
            case 3 | 7:
                yield _reply(chance, number, next(answered))
            case 5:
                yield _with_file(chance, number)
            case _:
                yield _letter(chance, number)


def replies_among(count: int) -> int:
    return sum(number % 10 in {3, 7} for number in range(count))


def _letter(chance: random.Random, number: int) -> bytes:
    email = _headed(f"customer{number}@customer.example", number, _words(chance, 6))
    size = chance.randint(4_000, 40_000)
    paragraphs = _paragraphs(chance, size // 3)
    _say(email, "\n\n".join(paragraphs), "".join(_as_html(one) for one in paragraphs))
    return email.as_bytes()


def _reply(chance: random.Random, number: int, to: Conversation) -> bytes:
    email = _headed(to.customer, number, "Re: " + _words(chance, 5))
    email["In-Reply-To"] = email["References"] = to.message_id
    new, old = _paragraphs(chance, 600), _paragraphs(chance, 2_500)
    said = "On Mon, 2 Nov 2026 at 10:00, Support <support@desk.example> wrote:"
    quoted = "\n".join(f"> {line}" for one in old for line in one.split("\n"))
    html = (
        f'<div dir="ltr">{"".join(_as_html(one) for one in new)}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{said.replace("<", "&lt;")}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{"".join(_as_html(one) for one in old)}'
        "</blockquote></div>"
    )
    _say(email, "\n\n".join(new) + f"\n\n{said}\n\n{quoted}\n", html)
    return email.as_bytes()


def _with_file(chance: random.Random, number: int) -> bytes:
    email = _headed(f"customer{number}@customer.example", number, _words(chance, 4))
    paragraphs = _paragraphs(chance, 1_200)
    _say(email, "\n\n".join(paragraphs), "".join(_as_html(one) for one in paragraphs))
    email.add_attachment(
        b"\xff\xd8\xff\xe0" + chance.randbytes(FILE_BYTES - 4),
        maintype="image",
        subtype="jpeg",
        filename=f"photo {number}.jpg",
    )
    return email.as_bytes()


def _headed(author: str, number: int, subject: str) -> EmailMessage:
    email = EmailMessage(policy=SMTP)
    email["From"] = f"Customer Müller {number} <{author}>"
    email["To"] = "Support <support@desk.example>"
    email["Subject"] = f"{subject} {number}"
    email["Date"] = "Mon, 23 Nov 2026 09:00:00 +0100"
    email["Message-ID"] = f"<bench.{number}@customer.example>"
    email["Received"] = "from mail.customer.example by mx.desk.example with ESMTPS; Mon, 23 Nov 2026 08:00:01 +0000"
    email["Authentication-Results"] = "mx.desk.example; dmarc=pass header.from=customer.example"
    return email


def _say(email: EmailMessage, text: str, html: str) -> None:
    email.set_content(text)
    email.add_alternative(f"<html><head><style>p {{ margin: 0 }}</style></head><body>{html}</body></html>", "html")


def _as_html(paragraph: str) -> str:
    first, _, rest = paragraph.partition(" ")
    lines = rest.replace("\n", "<br>")
    return (
        f'<p style="margin:0 0 12px;font-family:Arial,sans-serif;color:#333333"><b>{first}</b> {lines} '
        '<a href="https://customer.example/order?id=12345">the order</a></p>'
    )


def _paragraphs(chance: random.Random, size: int) -> list[str]:
    made: list[str] = []
    while sum(map(len, made)) < size:
        made.append("\n".join(_words(chance, 10) for _ in range(chance.randint(2, 6))))
    return made


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_WORDS, k=count))
