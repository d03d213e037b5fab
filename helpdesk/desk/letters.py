"""The words of the emails we send: templates/mail, each as text and as HTML, in the reader's language."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from helpdesk import languages, paths
from helpdesk.languages import N_

__all__ = ["NAMES", "N_", "Letter", "day", "letter", "say"]

NAMES: Final = (
    "acknowledgement",
    "checkpoint",
    "contact_proof",
    "delivery_failed",
    "grant_notice",
    "grant_request",
    "invitation",
    "password_reset",
    "record_code",
    "record_digest",
    "reply",
    "theme_digest",
    "ticket_notice",
    "too_large",
    "unusual_reading",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What an email says, twice: whoever reads the text misses nothing."""

    text: str = field(repr=False)
    html: str = field(repr=False)


def letter(template: str, language: str, **values: object) -> Letter:
    """Fill in a template; a value that it names and nobody gave is an error, not a hole."""
    room = _room(language)
    words = {**values, "language": language}
    return Letter(
        room.get_template(f"{template}.txt").render(words), room.get_template(f"{template}.html").render(words)
    )


def say(text: str, language: str, **values: object) -> str:
    """A text outside of a template, such as a subject, in a language."""
    return languages.catalogue(language).gettext(text) % values


def day(one: date, language: str) -> str:
    """A day as people write it in a language, such as 26 November 2026."""
    return str(format_date(one, "long", locale=language))


@cache
def _room(language: str) -> Environment:
    room = Environment(
        loader=FileSystemLoader(paths.templates() / "mail"),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    room.policies["ext.i18n.trimmed"] = True
    words = languages.catalogue(language)
    room.install_gettext_callables(  # type: ignore[attr-defined]  # put there by the extension
        words.gettext, words.ngettext, newstyle=True
    )
    return room
