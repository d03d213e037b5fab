"""Statements that are put together once."""

from functools import partial
from itertools import count

import pytest
from sqlalchemy import select

from helpdesk.models.ticket import Place, Status
from helpdesk.storage import prepared
from helpdesk.storage.prepared import plain


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> dict[object, object]:
    known = dict[object, object]()
    monkeypatch.setattr(prepared, "_known", known)
    return known


def test_what_has_the_same_key_is_built_once_and_what_has_none_each_time():
    built = count()

    assert [prepared.prepared(("list", 1), lambda: next(built)) for _ in range(3)] == [0, 0, 0]
    assert prepared.prepared(("list", 2), lambda: next(built)) == 1
    assert [prepared.prepared(None, lambda: next(built)) for _ in range(2)] == [2, 3]


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch, nothing_known: dict[object, object]):
    monkeypatch.setattr(prepared, "_MOST", 10)

    for number in range(35):
        assert prepared.prepared(number, partial(int, number)) == number
        assert len(nothing_known) <= 10


def test_a_constant_stands_in_the_statement_and_is_no_parameter():
    said = select(plain(Status.OPEN), plain(Place.DESK), plain(51)).compile()

    assert (str(said), said.params) == ("SELECT 'open', 'desk', 51", {})
