"""What the counts are of: fixed lists, so that no list tells who wrote. Only the tags are chosen, by an admin."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Metric, StatisticTag, StatisticTheme
from helpdesk.models.tag import Tag
from helpdesk.models.ticket import Channel
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Reader
from helpdesk.storage.words import words

OTHER: Final = "other"
NONE: Final = "none"  # of the tags on the list
MOST_TAGS: Final = 40
MOST_THEMES: Final = 20
MOST_WORDS: Final = 30  # of a theme
LONGEST_TAG: Final = 40
# in minutes; the last bin has no end: later, or not yet when the period was closed
FIRST_REPLY_WITHIN: Final = (15, 60, 120, 240, 480, 1440, 2880, 10080)
RESOLVED_WITHIN: Final = (60, 240, 480, 1440, 2880, 4320, 10080, 20160)
LATER: Final = "later"
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LANGUAGES: Final = (
    "ar", "cs", "da", "de", "en", "es", "fi", "fr", "he", "hu", "it", "ja", "ko", "nb", "nl", "pl", "pt", "ro",
    "ru", "sv", "tr", "uk", "zh",
)  # fmt: skip

_NAMES_SOMEBODY: Final = re.compile(r"@|\d{4,}|https?:")


class TagUnfit(Exception):
    """A tag that can't be on the public list: empty, too long, or looking like an address or a number of somebody."""


class TooManyTags(Exception):
    """The list is full: each tag more makes the counts of all the others thinner."""


class WordsUnfit(Exception):
    """A theme needs words to be recognised by; short ones, and not too many."""


def of(metric: Metric, tags: Sequence[str], themes: Sequence[str] = ()) -> list[str]:
    """The categories of a metric, in the order of its counts; a total has one."""
    lists: dict[Metric, Sequence[str]] = {
        Metric.CHANNEL: [channel.value for channel in Channel],
        Metric.TAG: [*tags, NONE],
        Metric.THEME: [*themes, NONE],
        Metric.FIRST_REPLY: [*map(str, FIRST_REPLY_WITHIN), LATER],
        Metric.RESOLUTION: [*map(str, RESOLVED_WITHIN), LATER],
        Metric.WEEKDAY: WEEKDAYS,
        Metric.HOUR: [str(hour) for hour in range(24)],
        Metric.LANGUAGE: [*LANGUAGES, OTHER],
        Metric.REOPENED: ["yes", "no"],
    }
    return list(lists.get(metric, ["all"]))


def within(took: timedelta | None, edges: Sequence[int]) -> int:
    """The bin of a duration; what has not happened yet is in the last."""
    if took is None:
        return len(edges)
    return next((at for at, edge in enumerate(edges) if took <= timedelta(minutes=edge)), len(edges))


def tags(session: Session) -> list[str]:
    """The list that an admin made, in the order of the alphabet: nothing about it depends on what is counted."""
    return list(session.scalars(select(StatisticTag.name).order_by(StatisticTag.name)))


def themes(session: Session) -> dict[str, list[str]]:
    """The themes on the list with their words, in the order of the alphabet."""
    rows = session.scalars(select(StatisticTheme).order_by(StatisticTheme.name))
    return {row.name: row.words.split("\n") for row in rows}


def add_theme(session: Session, name: str, phrases: str, *, by: Reader | None) -> None:
    """Count tickets by this theme from the next release on: those that hold one of its phrases, a line each.

    The same name again has other words from then on. Raises TagUnfit, WordsUnfit, TooManyTags.
    """
    name = " ".join(name.split())
    lines = list(dict.fromkeys(" ".join(line.split()) for line in phrases.splitlines() if line.strip()))
    if not _fits(name):
        raise TagUnfit
    if not 0 < len(lines) <= MOST_WORDS or not all(words(line) and len(line) <= LONGEST_TAG for line in lines):
        raise WordsUnfit
    known = themes(session)
    if name not in known and len(known) >= MOST_THEMES:
        raise TooManyTags
    session.merge(StatisticTheme(name=name, words="\n".join(lines)))
    audit.record(session, "statistics.theme", by=by, on=("statistics", None), facts={"words": len(lines)})
    session.flush()


def remove_theme(session: Session, name: str, *, by: Reader) -> None:
    """Count by it no longer; what is published stays."""
    row = session.get(StatisticTheme, name)
    if row is None:
        return
    session.delete(row)
    audit.record(session, "statistics.theme", by=by, on=("statistics", None), facts={"words": 0})
    session.flush()


def could_be_added(session: Session) -> list[str]:
    """Tags of the desk that are not on the list, and could be."""
    known = set(tags(session))
    names = session.scalars(select(Tag.name).order_by(Tag.name))
    return [name for name in names if name.casefold() not in known and _fits(name)]


def add_tag(session: Session, name: str, *, by: Reader | None) -> None:
    """Count tickets by this tag from the next release on. Raises TagUnfit, TooManyTags."""
    name = " ".join(name.split()).casefold()
    if not _fits(name):
        raise TagUnfit
    known = tags(session)
    if name in known:
        return
    if len(known) >= MOST_TAGS:
        raise TooManyTags
    session.add(StatisticTag(name=name))
    audit.record(session, "statistics.tag", by=by, on=("statistics", None), facts={"tags": len(known) + 1})
    session.flush()


def remove_tag(session: Session, name: str, *, by: Reader) -> None:
    """Count by it no longer; what is published stays."""
    row = session.get(StatisticTag, name)
    if row is None:
        return
    session.delete(row)
    session.flush()
    audit.record(session, "statistics.tag", by=by, on=("statistics", None), facts={"tags": len(tags(session))})


def _fits(name: str) -> bool:
    return bool(name) and name != NONE and len(name) <= LONGEST_TAG and not _NAMES_SOMEBODY.search(name)
