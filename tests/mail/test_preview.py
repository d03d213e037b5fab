"""What is made of files that came: text and small pictures, within bounds, whatever a file is up to."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from helpdesk.mail import preview
from helpdesk.mail.limits import MEGABYTE, Limits
from helpdesk.mail.preview import Preview
from helpdesk.mail.sandbox import Quarantined, Sandbox
from tests.mail.pdfs import a_bomb, a_pdf


def a_picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


def opened(page: bytes) -> Image.Image:
    return Image.open(io.BytesIO(page))


def test_a_pdf_gives_its_text_and_its_pages():
    made = preview.of(a_pdf("The lamp of Nils", "Page two"), "application/pdf")

    assert "The lamp of Nils" in made.text
    assert "Page two" in made.text
    assert [opened(page).format for page in made.pages] == ["JPEG", "JPEG"]


def test_of_very_many_pages_the_first_are_shown_and_a_vast_one_is_made_small():
    many = preview.of(a_pdf(*(f"number {at}" for at in range(300))), "application/pdf")
    assert len(many.pages) == preview.MOST_PICTURES
    assert "number 199" in many.text
    assert "number 250" not in many.text

    [vast] = preview.of(a_pdf("x", size=(14_400, 14_400)), "application/pdf").pages
    assert max(opened(vast).size) <= 1_400
    [thin] = preview.of(a_pdf("x", size=(14_400, 1)), "application/pdf").pages
    assert opened(thin).width <= 1_001


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7\n", b"%PDF-1.7\n" + b"0" * 999, a_pdf("x")[:200], a_pdf()])
def test_a_broken_pdf_gives_nothing(body: bytes):
    assert preview.of(body, "application/pdf") == Preview()


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "L"), ("GIF", "P"), ("WEBP", "RGB")]
)
def test_a_picture_is_made_small_and_loses_all_but_its_pixels(kind: str, mode: str):
    exif = Image.Exif()
    exif[0x010E] = "taken at home by Nils"
    more = {"exif": exif.tobytes()} if kind in {"JPEG", "WEBP"} else {}

    [page] = preview.of(a_picture(kind, (3_000, 2_000), mode, **more), f"image/{kind.lower()}").pages

    assert opened(page).format == "JPEG"
    assert opened(page).size == (1_000, 667)
    assert b"Nils" not in page


def test_a_picture_of_too_many_pixels_or_of_none_gives_nothing():
    assert preview.of(a_picture(size=(9_000, 9_000), mode="1"), "image/png") == Preview()
    assert preview.of(b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "image/png") == Preview()
    assert preview.of(b"GIF89a", "image/gif") == Preview()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Grüße aus Köln".encode(), "Grüße aus Köln"), ("Grüße".encode("cp1252"), "Grüße"), (b"a\x07b", "ab"),
        (b"MZ\0\0binary", ""), (b"x" * 400_000, "x" * preview.MOST_TEXT),
    ],
)  # fmt: skip
def test_a_text_is_read_in_its_charset_up_to_a_limit(body: bytes, text: str):
    assert preview.of(body, "text/plain") == Preview(text)


def test_what_is_neither_is_not_opened():
    assert not preview.is_wanted("application/zip")
    assert preview.of(b"PK\3\4", "application/zip") == Preview()


def test_a_pdf_that_never_ends_costs_a_child_and_the_next_file_is_looked_at():
    with Sandbox(replace(Limits(), cpu_seconds=1, wall_seconds=6.0)) as sandbox:
        lost = sandbox.look_at(a_bomb(), "application/pdf")
        made = sandbox.look_at(a_pdf("after it"), "application/pdf")

    assert isinstance(lost, Quarantined) or not lost.text
    assert isinstance(made, Preview)
    assert "after it" in made.text


def test_the_child_reads_within_the_memory_of_an_email():
    with Sandbox(Limits(memory_bytes=512 * MEGABYTE)) as sandbox:
        made = sandbox.look_at(a_picture(size=(4_000, 3_000)), "image/png")

    assert isinstance(made, Preview)
    assert len(made.pages) == 1
