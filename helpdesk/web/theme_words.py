"""What a report of themes says in words: trends, steps, and the one sentence of what changed."""

import re
from collections.abc import Sequence

from babel.numbers import format_decimal

from helpdesk.desk import theme_says
from helpdesk.desk.theme_page import Row
from helpdesk.privacy.theme_telling import is_few
from helpdesk.web.language import _, locale, number

_METHOD = re.compile(
    r"themes (?P<version>\S+), (?:embeddings of (?P<model>.+)|word statistics, no model); "
    r"k = (?P<customers>\d+) customers"
)


_ENDED = re.compile(r"its process (?:was ended by signal (\d+)|ended with code (\d+))")
_DIED = re.compile(r"it was begun (\d+) times, and its worker died each time")


def trend_word(row: Row) -> str:
    """How a theme moved, tested; nothing where it did not."""
    times = "" if row.ratio is None else str(format_decimal(round(row.ratio, 1), locale=locale()))
    words = {
        "new": _("new"),
        "growing": _("%(times)s times as much", times=times),
        "shrinking": _("%(times)s times as much", times=times),
        "gone": _("gone"),
    }
    return words.get(row.trend, "")


def few(count: int) -> str:
    """A count in words that tell of no single person: below five it says only that."""
    return _("fewer than five") if is_few(count) else str(number(count))


def a_week(messages: float) -> str:
    """Messages a week: of several weeks that are told together it is their average."""
    return str(format_decimal(round(messages, 1), locale=locale()))


def joined() -> str:
    """What is to be known of all weekly numbers."""
    return _(
        "Weeks in which fewer than five customers wrote are told on average with the weeks beside them; "
        "the last four, where fewer than five wrote in all of them, are not told."
    )


def trouble(said: str) -> str:
    """Why a report could not be made: it is kept as the worker said it; what has no words here is told as it is."""
    words = {
        "it needed more memory than allowed": _("it needed more memory than allowed"),
        "it took longer than allowed": _("it took longer than allowed"),
    }
    if (ended := _ENDED.fullmatch(said)) is not None:
        return _("its process was ended by signal %(number)s", number=ended[1]) if ended[1] else (
            _("its process ended with code %(number)s", number=ended[2])
        )  # fmt: skip
    if (died := _DIED.fullmatch(said)) is not None:
        return _("it was begun %(times)s times, and its worker died each time", times=died[1])
    return words.get(said, said)


def method(said: str) -> str:
    """How a report was made: it is kept as the analysis said it, and told in the reader's language."""
    if (parts := _METHOD.fullmatch(said)) is None:
        return said
    model = parts["model"]
    means = _("embeddings of %(model)s", model=model) if model else _("word statistics, no model")
    customers = parts["customers"]
    return _("themes %(version)s, %(means)s; k = %(customers)s customers", version=parts["version"], means=means,
        customers=customers)  # fmt: skip


def step_word(step: str) -> str:
    """What the analysis is at."""
    words = {
        "": _("waits for its turn"),
        "reading": _("reads"),
        "grouping": _("groups"),
        "naming": _("finds names"),
        "done": _("writes it down"),
    }
    return words.get(step, step)


def what_changed(rows: Sequence[Row], *, has_baseline: bool) -> str:
    """The report in one sentence."""
    return theme_says.what_changed(rows, locale().language, has_baseline=has_baseline)
