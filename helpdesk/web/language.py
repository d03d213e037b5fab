"""The language of a page: the agent's own, else the browser's, else the desk's."""

from collections.abc import Callable
from functools import cache
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain
from flask_babel import format_decimal as _format_decimal
from flask_babel import get_locale as _get_locale
from flask_babel import get_timezone as _get_timezone
from markupsafe import Markup

from helpdesk.config import Config
from helpdesk.languages import Refusal, catalogue

LANGUAGES: Final = ("en", "de")
_MOST_TEXTS: Final = 10_000
T = TypeVar("T")


def _(text: str, **values: object) -> str:
    """A text in the reader's language."""
    said = _words().ugettext(text)
    return said % values if values else said


def refusal(refused: Refusal) -> str:
    """Why something is not possible, as a sentence in the reader's language."""
    said = _(refused.sentence, **refused.values)
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '!', '?')) else '.'}"


def ngettext(one: str, many: str, num: int) -> str:
    """The same for a number of things, written as %(num)s."""
    return _words().ungettext(one, many, num) % {"num": num}


def number(value: int) -> str:
    return str(_format_decimal(value))


def locale() -> Locale:
    return _once("locale", _locale)


def zone() -> ZoneInfo:
    return _once("zone", _zone_of_reader)


def _once(name: str, find: Callable[[], T]) -> T:
    """What stays the same in a request is found once: a list asks for it hundreds of times."""
    try:
        known: dict[str, T] = g.of_reader
    except (AttributeError, RuntimeError):  # the first time, and where there is no reader
        known = {}
        if has_app_context():
            g.of_reader = known
    if name not in known:
        known[name] = find()
    return known[name]


def _locale() -> Locale:
    found = _get_locale()
    return found if isinstance(found, Locale) else Locale("en")


def _zone_of_reader() -> ZoneInfo:
    found = _get_timezone()  # of a library of its own: its name is all we take
    return _zone(str(found)) if found is not None else _zone("UTC")


_zone: Final = cache(ZoneInfo)


class Words(Domain):  # type: ignore[misc]  # flask-babel has no types
    """The translations that letters use too: in a checkout from their source files, without a build step."""

    def get_translations(self) -> NullTranslations:
        return _words()


def install(app: Flask, config: Config) -> None:
    babel = Babel(
        app,
        default_locale=config.desk.language,
        default_timezone=config.desk.time_zone,
        locale_selector=lambda: choose(config.desk.language),
    )
    babel.domain_instance = Words()
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    # in a loop, Jinja's own make a context for each text; a list has hundreds
    app.jinja_env.globals.update({"_": _marked, "gettext": _marked, "ngettext": _marked_number})
    app.context_processor(_described)
    app.jinja_env.globals["desk_name"] = config.desk.name


def choose(of_the_desk: str) -> str:
    """A locale: its language has our words, its region writes dates and times as the reader is used to."""
    if not has_request_context():
        return of_the_desk
    asked = [tag.replace("-", "_") for tag in request.accept_languages.values()]
    language = g.get("language") or next((tag[:2] for tag in asked if tag[:2] in LANGUAGES), of_the_desk)
    language = language if language in LANGUAGES else "en"
    regional = next((tag for tag in asked if tag[:2] == language and _is_known(tag)), language)
    return "en_GB" if regional == "en" else regional


def _words() -> NullTranslations:
    return _once("words", lambda: catalogue(locale().language))


def _marked(text: str, **values: object) -> Markup:
    """A text in a template: our own words are HTML, what is put into them is escaped."""
    said = _once("texts", _texts)[text]
    return said % values if "%" in said else said


class _Texts(dict[str, Markup]):
    """The texts of templates in one language: a page has hundreds, nearly the same as the page before."""

    def __init__(self, words: NullTranslations) -> None:
        super().__init__()
        self._words: Final = words

    def __missing__(self, text: str) -> Markup:
        if len(self) >= _MOST_TEXTS:
            self.clear()
        said = self[text] = Markup(self._words.ugettext(text))  # noqa: S704
        return said


def _texts() -> _Texts:
    return _texts_of(locale().language)


@cache
def _texts_of(language: str) -> _Texts:
    return _Texts(catalogue(language))


def _marked_number(one: str, many: str, num: int, **values: object) -> Markup:
    return Markup(_words().ungettext(one, many, num)) % {"num": num, **values}  # noqa: S704


def _is_known(tag: str) -> bool:
    try:
        Locale.parse(tag)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _described() -> dict[str, str]:
    here = locale()
    return {"language": str(here).replace("_", "-"), "direction": here.text_direction}
