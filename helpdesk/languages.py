"""The languages the desk speaks, and the words of each: from a wheel's compiled file or a checkout's source file."""

import io
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER: Final = Path(__file__).parent / "translations"


@cache
def catalogue(code: str) -> NullTranslations:
    """The translations into a language; an unknown one leaves every text as it is, in English."""
    folder = FOLDER / code / "LC_MESSAGES"
    compiled, source = folder / "messages.mo", folder / "messages.po"
    if compiled.exists() and not (source.exists() and source.stat().st_mtime > compiled.stat().st_mtime):
        with compiled.open("rb") as file:
            return Translations(file)
    if not source.exists():
        return NullTranslations()
    made = io.BytesIO()
    with source.open("rb") as file:
        write_mo(made, read_po(file, locale=code))
    made.seek(0)
    return Translations(made)


def N_(text: str) -> str:  # noqa: N802  gettext's own name for it
    """Mark a text for translation where it stands; it is translated where it is said."""
    return text
