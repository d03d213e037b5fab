"""Ways to spoil an email: as transports, broken programs and people who mean it do."""

import random
from collections.abc import Callable, Sequence
from typing import Final

_MOST: Final = 400_000
_SPICE: Final = (
    b"\0", b"\r", b"\n", b"\r\n\r\n", b";", b'"', b"=?", b"?=", b"=?utf-8?B?", b"=?x?q?=ZZ?=", b"<", b">", b"--",
    b"\xff", b"\xed\xa0\x80", b"=", b":", b"%", b"\\", b"(", b"@", b",", b"[", b"begin 644 x\n",
    b"\xe2\x80\xae", b"\x1b$B",
    b"multipart/mixed", b"message/rfc822", b"Content-Type: multipart/mixed; boundary=x\r\n", b"charset=utf-7",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n", b"<div>" * 50,
    b"filename*0*=utf-8''%C3", b"In-Reply-To: <t.1.00000000000000000000000000000001@desk.example>\r\n",
    b"From: \r\n", b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n", b"&#x0;", b"<style>", b"<!--", b"> " * 200,
)  # fmt: skip
_CHARSETS: Final = (
    b"utf-16",
    b"utf-7",
    b"iso-2022-kr",
    b"hz",
    b"big5",
    b"x-unknown",
    b"utf-8",
    b"idna",
    b"rot13",
    b"",
)


def email_number(number: int, seeds: Sequence[bytes], *, seed: int) -> bytes:
    """The same bytes for the same two numbers and the same seeds."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311  to be repeated, not to be secret
    raw = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 2, 3, 5, 12))):
        chance.choice(_WAYS)(raw, chance, seeds)
    return bytes(raw[:_MOST]) or b"x"


def _insert(raw: bytearray, chance: random.Random, _seeds: Sequence[bytes]) -> None:
    at = chance.randrange(len(raw) + 1)
    raw[at:at] = chance.choice(_SPICE)


def _flip(raw: bytearray, chance: random.Random, _seeds: Sequence[bytes]) -> None:
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(raw) + 1)
        raw[at : at + 1] = bytes([chance.randrange(256)])


def _cut(raw: bytearray, chance: random.Random, _seeds: Sequence[bytes]) -> None:
    at = chance.randrange(len(raw) + 1)
    del raw[at : at + chance.choice((1, 3, 40, 2_000, len(raw)))]


def _repeat(raw: bytearray, chance: random.Random, _seeds: Sequence[bytes]) -> None:
    at = chance.randrange(len(raw) + 1)
    piece = bytes(raw[at : at + chance.choice((1, 10, 200))])
    raw[at:at] = piece * chance.choice((2, 20, 500))


def _repeat_line(raw: bytearray, chance: random.Random, _seeds: Sequence[bytes]) -> None:
    lines = bytes(raw).splitlines(keepends=True)
    if lines:
        at = chance.randrange(min(len(lines), 60))
        lines[at:at] = [lines[at]] * chance.choice((1, 3, 300))
        raw[:] = b"".join(lines)


def _swap_lines(raw: bytearray, chance: random.Random, _seeds: Sequence[bytes]) -> None:
    lines = bytes(raw).splitlines(keepends=True)
    if len(lines) > 1:
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        raw[:] = b"".join(lines)


def _other_line_ends(raw: bytearray, chance: random.Random, _seeds: Sequence[bytes]) -> None:
    raw[:] = bytes(raw).replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n")))


def _other_charset(raw: bytearray, chance: random.Random, _seeds: Sequence[bytes]) -> None:
    raw[:] = bytes(raw).replace(b"charset=", b"charset=" + chance.choice(_CHARSETS) + b";x=", 1)


def _with_another(raw: bytearray, chance: random.Random, seeds: Sequence[bytes]) -> None:
    """The beginning of one and the end of another."""
    other = chance.choice(seeds)
    raw[chance.randrange(len(raw) + 1) :] = other[chance.randrange(len(other) + 1) :]


def _within(raw: bytearray, chance: random.Random, seeds: Sequence[bytes]) -> None:
    """The whole as an attachment of another."""
    fence = b"f%d" % chance.randrange(10)
    kind = chance.choice((b"message/rfc822", b"text/html", b"message/delivery-status", b"application/ms-tnef"))
    head = b'From: a@customer.example\r\nContent-Type: multipart/mixed; boundary="' + fence + b'"\r\n\r\n'
    raw[:] = (
        head + b"--" + fence + b"\r\nContent-Type: " + kind + b"\r\n\r\n" + bytes(raw) + b"\r\n--" + fence + b"--\r\n"
    )


Way = Callable[[bytearray, random.Random, Sequence[bytes]], None]
_WAYS: Final[Sequence[Way]] = (
    _insert, _insert, _insert, _flip, _cut, _repeat, _repeat_line, _swap_lines, _other_line_ends, _other_charset,
    _with_another, _within,
)  # fmt: skip
