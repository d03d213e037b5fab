"""What a report of themes says in words: trends, steps, and the one sentence of what changed."""

import re
from collections.abc import Sequence

from babel.numbers import format_decimal

from helpdesk.desk.theme_page import Row
from helpdesk.privacy.theme_shares import CUSTOMERS
from helpdesk.web.language import _, locale, ngettext, number

_NAMED = 2
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
    if not rows:
        return _("There is not enough to speak about yet: a theme needs five customers and eight messages.")
    largest = _("Most write about “%(name)s”: %(customers)s customers.", name=_named(rows[0]), customers=number(
        rows[0].customers))  # fmt: skip
    if not has_baseline:
        return largest
    changes = [
        sentence
        for trend, sentence in (
            ("new", _("New: %(names)s.", names=_names(rows, "new"))),
            ("growing", _("Growing: %(names)s.", names=_names(rows, "growing"))),
            ("shrinking", _("Shrinking: %(names)s.", names=_names(rows, "shrinking"))),
            ("gone", _("Gone: %(names)s.", names=_names(rows, "gone"))),
        )
        if any(row.trend == trend for row in rows)
    ]
    return " ".join([largest, *(changes or [_("Nothing changed by more than chance.")])])


def _names(rows: Sequence[Row], trend: str) -> str:
    found = [row for row in rows if row.trend == trend]
    told = ", ".join(_("“%(name)s”", name=_named(row)) for row in found[:_NAMED])
    more = len(found) - _NAMED
    return told if more <= 0 else told + " " + ngettext("and %(num)s more", "and %(num)s more", more)


def _named(row: Row) -> str:
    return row.name or _("Theme %(number)s", number=row.number)
