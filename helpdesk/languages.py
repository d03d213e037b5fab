"""The languages the desk speaks, and the words of each: from a wheel's compiled files or a checkout's sources."""

import io
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER: Final = Path(__file__).parent / "translations"
# themes tell some languages by their script alone, and Cyrillic is that of many
_OF_SCRIPT: Final = {
    "arabic": "ar", "cjk": "zh", "devanagari": "hi", "greek": "el", "hangul": "ko", "hebrew": "he", "hiragana": "ja",
    "katakana": "ja", "thai": "th",
}  # fmt: skip


@cache
def catalogue(code: str) -> NullTranslations:
    """The translations into a language, all rooms together; an unknown one leaves every text as it is, in English."""
    rooms = sorted({path.with_suffix("") for path in (FOLDER / code / "LC_MESSAGES").glob("*.[mp]o")})
    if not rooms:
        return NullTranslations()
    first, *others = [_read(room, code) for room in rooms]
    for other in others:
        first.add(other)
    return first


def N_(text: str) -> str:  # noqa: N802  gettext's own name for it
    """Mark a text for translation where it stands; it is translated where it is said."""
    return text


def language_name(code: str, language: str) -> str:
    """A language's name in another, or that of its script; an unknown code as it is."""
    told_in = Locale.parse(language)
    if code == "cyrillic":
        return str(told_in.scripts.get("Cyrl", code))
    if code == "und":  # which is no locale: it would be taken for English
        return str(told_in.languages.get(code, code))
    try:
        return Locale.parse(_OF_SCRIPT.get(code, code)).get_language_name(told_in) or code
    except (UnknownLocaleError, ValueError):
        return code


class Refusal(Exception):
    """A step that is not possible: the sentence says why, in English here and in the reader's language on screen."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence, self.values = sentence, values


def _read(room: Path, code: str) -> Translations:
    """The words of one room (one file), from its newer form."""
    compiled, source = room.with_suffix(".mo"), room.with_suffix(".po")
    if compiled.exists() and not (source.exists() and source.stat().st_mtime > compiled.stat().st_mtime):
        with compiled.open("rb") as file:
            return Translations(file)
    made = io.BytesIO()
    with source.open("rb") as file:
        write_mo(made, read_po(file, locale=code))
    made.seek(0)
    return Translations(made)
