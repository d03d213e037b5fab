"""A report of themes in words, on the page and in the digest: its scope, what changed, what it speaks about."""

from collections.abc import Sequence
from typing import Final

from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from helpdesk.desk import theme_scope
from helpdesk.desk.letters import N_, say
from helpdesk.desk.theme_page import ReportPage, Row
from helpdesk.desk.theme_scope import Scope
from helpdesk.languages import catalogue, language_name
from helpdesk.privacy.theme_telling import is_few

_NAMED: Final = 2
_IN_A_SUBJECT: Final = 3
_KINDS: Final = {"mailbox": N_("Mailbox"), "team": N_("Team"), "tag": N_("Tag"), "channel": N_("Channel")}
_CHANNELS: Final = {"email": N_("Email"), "feedback": N_("Feedback"), "agent": N_("Opened by staff")}


def what_changed(rows: Sequence[Row], language: str, *, has_baseline: bool) -> str:
    """The report in one sentence."""
    if not rows:
        return say(
            N_("There is not enough to speak about yet: a theme needs five customers and eight messages."), language
        )
    largest = say(
        N_("Most write about “%(name)s”: %(customers)s customers."), language, name=named(rows[0], language),
        customers=_number(rows[0].customers, language),
    )  # fmt: skip
    if not has_baseline:
        return largest
    changes = [
        say(sentence, language, names=_names(rows, trend, language))
        for trend, sentence in (
            ("new", N_("New: %(names)s.")),
            ("growing", N_("Growing: %(names)s.")),
            ("shrinking", N_("Shrinking: %(names)s.")),
            ("gone", N_("Gone: %(names)s.")),
        )
        if any(row.trend == trend for row in rows)
    ]
    return " ".join([largest, *(changes or [say(N_("Nothing changed by more than chance."), language)])])


def scope(session: Session, chosen: Scope, language: str) -> list[str]:
    """What a report is about alone, each with its kind; empty where it is the whole desk."""
    told = [
        f"{say(_KINDS[kind], language)} {say(_CHANNELS[name], language) if kind == 'channel' else name}"
        for kind, name in theme_scope.by_kind(session, chosen)
    ]
    return told or ([say(N_("something that was removed"), language)] if chosen != Scope() else [])


def in_a_subject(scoped: Sequence[str], language: str) -> str:
    """The first of them, and how many more: a subject is one line."""
    more = len(scoped) - _IN_A_SUBJECT
    told = " ".join(", ".join(scoped[:_IN_A_SUBJECT]).split())
    return told if more <= 0 else f"{told} {_more(more, language)}"


def coverage(page: ReportPage, language: str) -> list[tuple[str, str]]:
    """What the numbers speak about and what not, as the page tells it: nothing that tells of single persons."""
    report = page.report
    if not page.is_told:
        return [(say(N_("Customers"), language), few(report.customers, language))]
    spoken = ", ".join(f"{language_name(code, language)} {count}" for code, count in page.languages.items())
    unspoken = ", ".join(
        f"{language_name(code, language)}: {few(count, language)}" for code, count in page.not_themed.items()
    )
    told = [
        (N_("Messages"), _number(page.messages, language)),
        (N_("In a theme that is shown"), _number(page.shown, language)),
        *_outside(page, language),
        (N_("Left out: objections and protected tickets"), few(page.left_out, language) if page.left_out else ""),
        (N_("Older than the newest 100,000"), few(page.beyond, language) if page.beyond else ""),
        (N_("Languages"), spoken),
        (N_("Counted, too few for themes"), unspoken),
    ]
    fives = [(say(N_("Counts"), language), say(N_("in fives"), language))] if page.is_in_fives else []
    return [*((say(label, language), value) for label, value in told if value), *fives]


def _outside(page: ReportPage, language: str) -> list[tuple[str, str]]:
    """What is in no theme that is shown; in one number where two would tell few of something."""
    if not page.is_parted:
        both = few(page.outside, language)
        return [(N_("In none, or in themes too small to show"), both)]
    return [
        (N_("In themes too small to show"), _number(page.too_small, language)),
        (N_("In none"), _number(page.other, language)),
    ]


def few(count: int, language: str) -> str:
    """A count in words that tell of no single person: below five it says only that."""
    return say(N_("fewer than five"), language) if is_few(count) else _number(count, language)


def named(row: Row, language: str) -> str:
    return row.name or say(N_("Theme %(number)s"), language, number=row.number)


def _names(rows: Sequence[Row], trend: str, language: str) -> str:
    found = [row for row in rows if row.trend == trend]
    told = ", ".join(say(N_("“%(name)s”"), language, name=named(row, language)) for row in found[:_NAMED])
    more = len(found) - _NAMED
    return told if more <= 0 else f"{told} {_more(more, language)}"


def _more(count: int, language: str) -> str:
    return catalogue(language).ungettext("and %(num)s more", "and %(num)s more", count) % {"num": count}


def _number(value: int, language: str) -> str:
    return str(format_decimal(value, locale=language))
