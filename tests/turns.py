"""In what order tests run at once: each worker begins with its part of the long ones, and none ends among them."""

from collections.abc import Iterable
from typing import Final

import pytest

ROOMS: Final = {"attacks", "bench", "demo", "faults", "fuzz", "stories", "worlds"}
# words of the names of the longest there, and the seconds they take
LONGEST: Final = {
    "test_axe_finds_nothing root": 70, "test_any_process_may_die": 70, "test_a_line_for_each_case": 65,
    "test_every_message_of_the_corpus": 55, "test_once_on_an_empty_folder": 50, "test_axe_finds_nothing ada": 40,
    "test_a_day_with_the_demo": 35, "test_a_desk_is_set_up": 25, "test_two_pollers_killed": 25,
    "test_a_worker_killed": 25, "test_no_canary_comes_out": 20, "test_from_nothing_to_a_mailbox": 20,
    "test_nothing_is_obtained": 20, "test_while_the_desk_runs": 10,
}  # fmt: skip
OTHERS: Final = 3

Block = list[pytest.Item]


def dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Each worker is given one piece of this row, all as long, and who is done takes from the end of another's."""
    hands: list[list[Block]] = [[] for _ in range(workers)]
    for block in sorted(_blocks(items), key=_seconds, reverse=True):
        min(hands, key=lambda hand: sum(map(_seconds, hand))).append(block)
    short = [item for item in items if not _is_long(item)]
    row: list[pytest.Item] = []
    for number, hand in enumerate(hands):
        whole = (len(items) - len(row)) // (workers - number)
        filling = max(0, whole - sum(map(len, hand)))
        row += _mixed(hand, short[:filling])
        short = short[filling:]
    return row + short


def _blocks(items: Iterable[pytest.Item]) -> list[Block]:
    """The long ones; those for which their file makes something once stay together."""
    found: dict[str, Block] = {}
    for item in filter(_is_long, items):
        found.setdefault(str(item.path) if _shares(item) else item.nodeid, []).append(item)
    return list(found.values())


def _is_long(item: pytest.Item) -> bool:
    return not ROOMS.isdisjoint(item.path.parts)


def _shares(item: pytest.Item) -> bool:
    """Whether it asks for a fixture of its file."""
    assert isinstance(item, pytest.Function)
    made = item._fixtureinfo.name2fixturedefs.values()
    return any(one.scope == "module" for each in made for one in each)


def _seconds(block: Block) -> int:
    return sum(map(_seconds_of, block))


def _seconds_of(item: pytest.Item) -> int:
    known = (LONGEST[words] for words in LONGEST if all(word in item.name for word in words.split()))
    return next(known, OTHERS)


def _mixed(hand: list[Block], short: list[pytest.Item]) -> list[pytest.Item]:
    """Short ones between the long ones, that often wait; and many of them in the end."""
    between = len(short) // 2 // max(1, len(hand))
    row: list[pytest.Item] = []
    for block in hand:
        row += block + short[:between]
        short = short[between:]
    return row + short
