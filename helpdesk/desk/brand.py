"""The operator's own look: a name, a picture, a colour that can still be read."""

import base64
import hashlib
import io
import re
import warnings
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from PIL import Image, UnidentifiedImageError
from sqlalchemy.orm import Session

from helpdesk.config import Desk
from helpdesk.desk import lengths
from helpdesk.models.agent import Agent
from helpdesk.privacy import settings

LONGEST_NAME: Final = 60
LARGEST_FILE: Final = 2 * 1024 * 1024
SIDE: Final = 192
_MOST_PIXELS: Final = 20_000_000
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")  # no SVG: it is a program
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_READABLE: Final = 4.5
_PAGE, _PAGE_DARK, _WHITE, _BLACK = "#f3f5f7", "#14181d", "#ffffff", "#000000"


class NotAPicture(Exception):
    """Not a PNG, JPEG, WebP or GIF that can be shown small."""


class ColourUnreadable(Exception):
    """Text in this colour could not be read; `better` is the nearest one that can."""

    def __init__(self, better: str) -> None:
        super().__init__("text in this colour could not be read")
        self.better = better


@dataclass(frozen=True, slots=True)
class Brand:
    """What the pages show; nothing chosen is the product's own look."""

    key: ClassVar = "brand"
    name: str = ""
    accent: str = ""
    logo: str = ""  # the version of the picture, which is in its address


@dataclass(frozen=True, slots=True)
class Logo:
    key: ClassVar = "brand_logo"
    png: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent's tones on a light page, or on a dark one."""

    brand: str
    strong: str
    ink: str
    soft: str


def of(session: Session) -> Brand:
    return settings.of(session, Brand)


def named(session: Session, desk: Desk) -> Desk:
    """The desk with the name it goes by, in mail as on screen."""
    name = of(session).name
    return replace(desk, name=name) if name else desk


def choose(session: Session, *, name: str, accent: str, by: Agent) -> None:
    """Another name or colour; an empty one is the product's own. Raises ColourUnreadable, TooLong."""
    tidy, accent = lengths.name(name, LONGEST_NAME), accent.strip().lower()
    if not _COLOUR.fullmatch(accent):
        accent = ""
    if accent and (better := readable(accent)) != accent:
        raise ColourUnreadable(better)
    settings.change(session, replace(of(session), name=tidy, accent=accent), by=by)


def choose_logo(session: Session, file: bytes, *, by: Agent) -> None:
    """Another picture, drawn anew: nothing of the file but its pixels is kept. None: the product's own.

    Raises NotAPicture.
    """
    png = redrawn(file) if file else b""
    version = hashlib.sha256(png).hexdigest()[:12] if png else ""
    settings.change(session, Logo(png=base64.b64encode(png).decode()), by=by)
    settings.change(session, replace(of(session), logo=version), by=by)


def logo(session: Session) -> bytes:
    return base64.b64decode(settings.of(session, Logo).png)


def redrawn(file: bytes) -> bytes:
    """A small PNG of a picture, without anything that was written into the file. Raises NotAPicture."""
    if len(file) > LARGEST_FILE:
        raise NotAPicture("the file is too large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(file), formats=_FORMATS) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    raise NotAPicture("the picture is too large")
                picture.thumbnail((SIDE, SIDE))
                drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(type(error).__name__) from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # what decoders say to broken files
        raise NotAPicture(type(error).__name__) from None
    clean = Image.new("RGBA", drawn.size)
    clean.paste(drawn)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def readable(accent: str) -> str:
    """This colour, or the nearest darker one in which text on a light page, and white on it, can be read."""
    found, share = accent, 1.0
    while not _reads_on_light(found):
        share -= 0.02
        found = mixed(accent, _BLACK, share)
    return found


def palettes(accent: str) -> tuple[Palette, Palette]:
    """The tones of a colour on light pages and on dark ones, each readable."""
    light = Palette(accent, mixed(accent, _BLACK, 0.78), _WHITE, _soft(accent))
    soft, brand, share = mixed(accent, _PAGE_DARK, 0.25), accent, 1.0
    while min(contrast(brand, soft), contrast(brand, _PAGE_DARK)) < _READABLE:
        share -= 0.02
        brand = mixed(accent, _WHITE, share)
    dark = Palette(brand, mixed(brand, _WHITE, 0.75), mixed(accent, _BLACK, 0.15), soft)
    return light, dark


def contrast(one: str, other: str) -> float:
    """How well one colour is told from another (WCAG 2): from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two, with this share of the first."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(max(0.0, share) * a + (1 - max(0.0, share)) * b):02x}" for a, b in pairs)


def _reads_on_light(accent: str) -> bool:
    return min(contrast(accent, on) for on in (_WHITE, _PAGE, _soft(accent))) >= _READABLE


def _soft(accent: str) -> str:
    return mixed(accent, _WHITE, 0.12)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(value) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
