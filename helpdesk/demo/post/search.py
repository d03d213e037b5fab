"""SEARCH: criteria of an IMAP client as a question that each letter answers with yes or no."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from helpdesk.demo.post.office import Letter
from helpdesk.demo.post.words import NotUnderstood, Word, number_set, text

Question = Callable[[int, Letter], bool]
"""Asked with a letter's sequence number and the letter."""

_FLAGS = {"ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN"}


def question(words: list[Word], *, count: int, last_uid: int) -> Question:
    """All criteria together; raises NotUnderstood for one the sandbox does not know."""
    remaining = list(words)
    if remaining and text(remaining[0]).upper() == "CHARSET":
        remaining = remaining[2:]
    asked = []
    while remaining:
        asked.append(_next(remaining, count, last_uid))
    return lambda number, letter: all(one(number, letter) for one in asked)


def _next(words: list[Word], count: int, last_uid: int) -> Question:
    if not words:
        raise NotUnderstood("a search criterion is missing")
    word = words.pop(0)
    if isinstance(word, list):
        return question(word, count=count, last_uid=last_uid)
    key = text(word).upper()
    if key == "NOT":
        inner = _next(words, count, last_uid)
        return lambda number, letter: not inner(number, letter)
    if key == "OR":
        left, right = _next(words, count, last_uid), _next(words, count, last_uid)
        return lambda number, letter: left(number, letter) or right(number, letter)
    if key == "UID":
        wanted = number_set(_argument(words), last_uid)
        return lambda _number, letter: wanted(letter.uid)
    if key[:1].isdigit() or key[:1] == "*":
        chosen = number_set(key, count)
        return lambda number, _letter: chosen(number)
    return _simple(key, words)


def _simple(key: str, words: list[Word]) -> Question:
    if key in {"ALL", "OLD"}:
        return lambda _number, _letter: True
    if key in {"RECENT", "NEW"}:
        return lambda _number, _letter: False
    if key in _FLAGS or key.removeprefix("UN") in _FLAGS:
        flag, wanted = "\\" + key.removeprefix("UN").capitalize(), key in _FLAGS
        return lambda _number, letter: (flag in letter.flags) is wanted
    if key in {"KEYWORD", "UNKEYWORD"}:
        word = text(_argument(words))
        return lambda _number, letter: (word in letter.flags) is (key == "KEYWORD")
    if key in {"SINCE", "BEFORE", "ON"}:
        return _dated(key, _day(text(_argument(words))))
    if key in {"LARGER", "SMALLER"}:
        size = int(text(_argument(words)))
        return lambda _number, letter: letter.size > size if key == "LARGER" else letter.size < size
    raise NotUnderstood(f"the sandbox cannot search by {key[:20]}")


def _dated(key: str, day: date) -> Question:
    if key == "SINCE":
        return lambda _number, letter: letter.arrived_at.date() >= day
    if key == "BEFORE":
        return lambda _number, letter: letter.arrived_at.date() < day
    return lambda _number, letter: letter.arrived_at.date() == day


def _argument(words: list[Word]) -> Word:
    if not words:
        raise NotUnderstood("a search criterion lacks its argument")
    return words.pop(0)


def _day(words: str) -> date:
    try:
        return datetime.strptime(words, "%d-%b-%Y").replace(tzinfo=UTC).date()
    except ValueError:
        raise NotUnderstood("a date such as 1-Feb-2026 was expected") from None
