"""PDFs written by hand, as small as a reader takes them, and some that want to harm it."""


def a_pdf(*texts: str, size: tuple[int, int] = (200, 200)) -> bytes:
    """A page for each text."""
    pages, objects = [], [b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    for text in texts:
        drawn = f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        box = f"[0 0 {size[0]} {size[1]}]".encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % (box, len(objects) + 2)
        )
        pages.append(b"%d 0 R" % (len(objects) + 2))
    return _whole([b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(pages), len(pages)), *objects])


def a_bomb(depth: int = 12) -> bytes:
    """Forms that draw the next form ten times each: a page that never ends."""
    forms = []
    for level in range(depth):
        drawn = b"/N Do " * 10 if level + 1 < depth else b"0 0 100 100 re f "
        following = b"/XObject << /N %d 0 R >>" % (level + 6)
        forms.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources << %s >> /Length %d >>\n"
            b"stream\n%s\nendstream" % (following, len(drawn), drawn)
        )
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R "
        b"/Resources << /XObject << /N 5 0 R >> >> >>"
    )
    content = b"<< /Length 6 >>\nstream\n/N Do \nendstream"
    return _whole([b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, content, *forms])


def _whole(objects: list[bytes]) -> bytes:
    """The catalogue first, then these from number two on."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate([b"<< /Type /Catalog /Pages 2 0 R >>", *objects], 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    begins = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, begins)
    return bytes(out)
