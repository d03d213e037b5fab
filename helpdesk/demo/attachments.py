"""The small files that travel with the demo's mail, drawn and written by code."""

import struct
import zlib
from dataclasses import dataclass, field
from math import isqrt
from random import Random

from helpdesk.demo.phrases import Facts


@dataclass(frozen=True, slots=True)
class File:
    name: str
    media_type: str
    payload: bytes = field(repr=False)


def make(kind: str, known: Facts, throw: Random) -> File:
    """A photo or screenshot (PNG), an invoice, label or manual (PDF), a list (CSV)."""
    if kind in {"photo", "screenshot"}:
        name = f"IMG_{throw.randint(1000, 9999)}.png" if kind == "photo" else "screenshot.png"
        return File(name, "image/png", picture(throw, flat=kind == "screenshot"))
    if kind == "csv":
        rows = [f"{number};{known.product};{throw.randint(1, 40)}" for number in range(1, throw.randint(6, 14))]
        return File("list.csv", "text/csv", "\r\n".join(["no;article;pieces", *rows, ""]).encode("utf-8-sig"))
    title, lines = {
        "invoice": (f"Invoice {known.invoice}", [f"Order {known.order}", known.product, known.amount]),
        "label": ("Return label", [f"Order {known.order}", known.tracking, "Corvid Cycle Parts, 28195 Bremen"]),
        "manual": (f"Manual: {known.product}", ["1. Read this first.", "2. Long screws at the bottom.", "3. 5 Nm."]),
    }[kind]
    return File(f"{title.split(':')[0].replace(' ', '-').lower()}.pdf", "application/pdf", page(title, lines))


def picture(throw: Random, *, width: int = 240, height: int = 160, flat: bool = False) -> bytes:
    """A PNG: round things on soft colours, or the bars of a screen."""
    base = [throw.randint(40, 190) for _ in "rgb"]
    shapes = [
        (
            throw.randrange(width),
            throw.randrange(height),
            throw.randint(12, 48),
            bytes(throw.choices(range(30, 240), k=3)),
        )
        for _ in range(throw.randint(3, 6))
    ]
    rows = bytearray()
    for y in range(height):
        row = bytearray(bytes([245, 246, 248] if flat else [min(255, part + y // 3) for part in base]) * width)
        for x, top, size, tint in shapes:
            depth = 49 - (y - top) ** 2 if flat else size * size - (y - top) ** 2
            if depth > 0:
                reach = size * 2 if flat else isqrt(depth)
                left, right = max(0, x - reach), min(width, x + reach)
                row[left * 3 : right * 3] = tint * (right - left)
        rows += b"\0" + row
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def page(title: str, lines: list[str]) -> bytes:
    """A PDF of one page."""
    words = [(18, title), *((11, line) for line in lines)]
    content = b"BT 60 760 Td " + b" ".join(
        b"/F1 %d Tf (%s) Tj 0 -28 Td" % (size, _escaped(text)) for size, text in words
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >> stream\n%s ET\nendstream" % (len(content) + 3, content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    body, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(body) + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def _escaped(text: str) -> bytes:
    return text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
