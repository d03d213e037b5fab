"""What a file shows at a glance: the text by which it is found, and its pages or its picture as small JPEGs.

Only ever called in the limited child: PDFs and pictures are programs for whoever reads them.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from helpdesk.mail import charsets

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_TEXT: Final = 300_000  # characters
MOST_PAGES: Final = 200  # whose text is read
MOST_PICTURES: Final = 8  # pages made a picture
MOST_BYTES: Final = 1_000_000  # of one of these
_WIDE, _TALL = 1_000, 1_400
_MOST_PIXELS: Final = 60_000_000  # of a picture that came
_QUALITY: Final = 80
_PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff"})
_TEXTS: Final = frozenset({"application/json", "application/xml", "application/x-yaml"})


@dataclass(frozen=True, slots=True)
class Preview:
    """Nothing of either, where a file can't be read."""

    text: str = field(default="", repr=False)
    pages: tuple[bytes, ...] = field(default=(), repr=False)


def is_wanted(media_type: str) -> bool:
    """Whether there may be something to see or to find in a file of this type."""
    return media_type in _PICTURES | _TEXTS | {"application/pdf"} or media_type.startswith("text/")


def of(body: bytes, media_type: str) -> Preview:
    if body[:1024].lstrip().startswith(b"%PDF-"):
        return _of_pdf(body)
    if media_type in _PICTURES:
        return _of_picture(body)
    if (media_type in _TEXTS or media_type.startswith("text/")) and b"\0" not in body[:4096]:
        return Preview(charsets.clean(charsets.decode(body[: 4 * MOST_TEXT], None).text)[:MOST_TEXT])
    return Preview()


def _of_pdf(body: bytes) -> Preview:
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415  in the child that needs it

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError:  # broken, or locked by a password
        return Preview()
    text, left = [], MOST_TEXT
    for page in _pages(document, MOST_PAGES):
        said = page.get_textpage().get_text_bounded()[:left]
        text.append(said)
        left -= len(said)
        if left <= 0:
            break
    pictures = [_picture_of(page) for page in _pages(document, MOST_PICTURES)]
    return Preview(charsets.clean("\n".join(text))[:MOST_TEXT], tuple(one for one in pictures if one))


def _pages(document: Any, most: int) -> Iterator[Any]:  # noqa: ANN401  pypdfium2 has no types
    """The pages that can be read, the first ones of very many."""
    from pypdfium2 import PdfiumError  # noqa: PLC0415

    for number in range(min(len(document), most)):
        try:
            yield document[number]
        except PdfiumError:
            continue


def _picture_of(page: Any) -> bytes:  # noqa: ANN401  as above
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return b""
    scale = min(_WIDE / width, _TALL / height, 2)
    return _packed(page.render(scale=scale).to_pil())


def _of_picture(body: bytes) -> Preview:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(body)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return Preview()
            picture.draft("RGB", (_WIDE, _TALL))
            picture.thumbnail((_WIDE, _TALL))
            packed = _packed(_upright(picture))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return Preview()
    return Preview(pages=(packed,)) if packed else Preview()


def _upright(picture: "Image") -> "Image":
    """As its camera was held, on white where it lets something through."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    turned = ImageOps.exif_transpose(picture)
    if not turned.has_transparency_data:
        return turned
    clear = turned.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)


def _packed(picture: "Image") -> bytes:
    """As a JPEG that holds pixels and nothing else."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue() if out.tell() <= MOST_BYTES else b""
