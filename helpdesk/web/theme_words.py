"""What a report of themes says in words: trends, steps, and the one sentence of what changed."""

import re
from collections.abc import Sequence

from babel.numbers import format_decimal

from helpdesk.desk import theme_says
from helpdesk.desk.theme_page import Row
from helpdesk.privacy.theme_shares import CUSTOMERS
from helpdesk.web.language import _, locale, number

_METHOD = re.compile(
    r"themes (?P<version>\S+), (?:embeddings of (?P<model>.+)|word statistics, no model); "
    r"k = (?P<customers>\d+) customers"
)


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


def is_few(count: int) -> bool:
    """Whether a count could tell of single persons."""
    return 0 < count < CUSTOMERS


def few(count: int) -> str:
    """A count in words that tell of no single person: below five it says only that."""
    return _("fewer than five") if is_few(count) else str(number(count))


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
