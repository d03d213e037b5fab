"""Letters for the tests of the mail floor: written here, byte by byte where that matters."""

import base64
import struct

HEAD = (
    b"From: Alice Example <alice@customer.example>\r\n"
    b"To: support@desk.example\r\n"
    b"Subject: Printer\r\n"
    b"Message-ID: <1@customer.example>\r\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 +0100\r\n"
    b"MIME-Version: 1.0\r\n"
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
PDF = b"%PDF-1.7\n" + b"0" * 64


def plain(body: bytes, content_type: bytes = b"text/plain; charset=utf-8", *, headers: bytes = b"") -> bytes:
    """A letter of one part."""
    return HEAD + headers + b"Content-Type: " + content_type + b"\r\n\r\n" + body


def page(html: str) -> bytes:
    """A letter that is HTML only."""
    return plain(html.encode(), b"text/html; charset=utf-8")


def part(content_type: bytes, body: bytes, *, headers: bytes = b"") -> bytes:
    return b"Content-Type: " + content_type + b"\r\n" + headers + b"\r\n" + body


def attached(
    content_type: bytes, payload: bytes, *, headers: bytes = b"Content-Disposition: attachment\r\n"
) -> bytes:
    """A part with a payload in base64."""
    encoded = base64.encodebytes(payload)
    return part(content_type, encoded, headers=headers + b"Content-Transfer-Encoding: base64\r\n")


def multipart(kind: bytes, *parts: bytes, head: bytes = HEAD, boundary: bytes = b"fence") -> bytes:
    """A letter of several parts."""
    return head + container(kind, *parts, boundary=boundary)


def container(kind: bytes, *parts: bytes, boundary: bytes = b"fence") -> bytes:
    body = b"".join(b"--" + boundary + b"\r\n" + each + b"\r\n" for each in parts)
    return b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n%s--%s--\r\n' % (kind, boundary, body, boundary)


def winmail(name: str, payload: bytes) -> bytes:
    """A winmail.dat with one file in it."""
    start = struct.pack("<IH", 0x223E9F78, 1)
    version = _tnef(1, 0x9006, 0x0008, struct.pack("<I", 0x00010000))
    codepage = _tnef(1, 0x9007, 0x0006, struct.pack("<II", 1252, 0))
    rendering = _tnef(2, 0x9002, 0x0006, b"\0" * 14)
    title = _tnef(2, 0x8010, 0x0001, name.encode("cp1252") + b"\0")
    content = _tnef(2, 0x800F, 0x0006, payload)
    return start + version + codepage + rendering + title + content


def _tnef(level: int, name: int, kind: int, payload: bytes) -> bytes:
    head = struct.pack("<BHHI", level, name, kind, len(payload))
    return head + payload + struct.pack("<H", sum(payload) & 0xFFFF)
