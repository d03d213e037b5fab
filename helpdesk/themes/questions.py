"""What a measuring program may ask: each part of its JSON is looked at before a word of it is analysed."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

_NEEDED: Final = "texts"
_KEPT: Final = ("id", "text", "customer", "at")


class NotAsAgreed(Exception):
    """A part of the question is missing or of another kind; says which, and holds nothing of the texts."""


def understood(asked: object) -> dict[str, Any]:
    """The question, if each of its parts is what it should be. Raises NotAsAgreed."""
    if not isinstance(asked, dict) or not isinstance(asked.get(_NEEDED), list):
        raise NotAsAgreed('standard input holds no {"texts": [...]}')
    texts = asked[_NEEDED]
    _each(_NEEDED, texts, _is_text, "a text")
    for name, is_right, what in (
        ("customers", _is_text, "a text"), ("times", _is_day_or_none, "a day like 2026-01-05, or null"),
    ):  # fmt: skip
        if (given := asked.get(name)) is None:
            continue
        if not isinstance(given, list):
            raise NotAsAgreed(f"{name} is no list: one for each text is needed")
        if len(given) != len(texts):
            raise NotAsAgreed(f"there are {len(texts)} texts and {len(given)} {name}: one a text is needed")
        _each(name, given, is_right, what)
    number = asked.get("k")
    if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
        raise NotAsAgreed("k is no number of themes: a whole number from 1, or null")
    if asked.get("state") is not None and not _is_state(asked["state"]):
        raise NotAsAgreed("state is not what an earlier answer held under state: hand that back unchanged, or null")
    return asked


def _each(name: str, given: Sequence[object], is_right: Callable[[object], bool], what: str) -> None:
    for place, one in enumerate(given):
        if not is_right(one):
            raise NotAsAgreed(f"{name}[{place}] is not {what}")


def _is_text(one: object) -> bool:
    return isinstance(one, str)


def _is_day(one: object) -> bool:
    if not isinstance(one, str):
        return False
    try:
        date.fromisoformat(one[:10])
    except ValueError:
        return False
    return True


def _is_day_or_none(one: object) -> bool:
    return one is None or _is_day(one)


def _is_state(state: object) -> bool:
    if not isinstance(state, dict) or not isinstance(state.get("turn"), int):
        return False
    window, themes = state.get("window"), state.get("themes", 0)
    return (
        isinstance(window, list)
        and all(isinstance(row, dict) and all(_is_text(row.get(name)) for name in _KEPT) for row in window)
        and all(_is_day(row["at"]) for row in window)
        and (themes is None or (isinstance(themes, dict) and _is_known(themes)))
    )


def _is_known(themes: dict[str, Any]) -> bool:
    labels = themes.get("labels", {})
    return (
        isinstance(themes.get("next", 0), int)
        and isinstance(labels, dict)
        and all(isinstance(label, int) for label in labels.values())
    )
