"""The desk's own look: a colour that can be read, and a picture of which nothing but the pixels is kept."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from helpdesk.desk import brand
from helpdesk.desk.brand import NotAPicture

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def picture(kind: str = "PNG", size: tuple[int, int] = (400, 300)) -> bytes:
    out, note = io.BytesIO(), PngImagePlugin.PngInfo()
    note.add_text("Comment", "made by somebody at 203.0.113.9")
    Image.new("RGB", size, "#884400").save(out, kind, **({"pnginfo": note} if kind == "PNG" else {}))
    return out.getvalue()


@given(COLOURS)
def test_every_colour_becomes_one_that_can_be_read_on_light_pages_and_on_dark_ones(colour: str):
    accent = brand.readable(colour)
    light, dark = brand.palettes(accent)

    assert brand.readable(accent) == accent
    for on in ("#ffffff", "#f3f5f7", light.soft, light.ink):
        assert brand.contrast(light.brand, on) >= 4.5
    for on in ("#14181d", dark.soft, dark.ink):
        assert brand.contrast(dark.brand, on) >= 4.5
    assert brand.contrast(light.strong, light.ink) >= 4.5
    assert brand.contrast(dark.strong, dark.ink) >= 4.5


def test_contrast_is_that_of_wcag():
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_drawn_anew_and_small(kind: str):
    png = brand.redrawn(picture(kind))

    with Image.open(io.BytesIO(png)) as drawn:
        assert (drawn.format, max(drawn.size), drawn.info) == ("PNG", brand.SIDE, {})
    assert b"somebody" not in png


def bomb() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "file",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>", b"", b"\x89PNG\r\n\x1a\n", picture()[:200], picture("JPEG")[:300], bomb(),
        b"%!PS-Adobe-3.0 EPSF-3.0\n", picture("BMP"), b"x" * (brand.LARGEST_FILE + 1),
    ],
    ids=["svg", "html", "empty", "begun", "cut", "cut jpeg", "bomb", "eps", "bmp", "large"],
)  # fmt: skip
def test_what_is_no_small_picture_is_refused(file: bytes):
    with pytest.raises(NotAPicture):
        brand.redrawn(file)
