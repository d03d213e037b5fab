"""The page of a search: odd input, and what it says when there is nothing."""

from datetime import UTC, datetime

import pytest

from helpdesk import clock
from helpdesk.models.content.search_text import SearchRenewal
from tests.web.desk import Desk


@pytest.mark.parametrize("typed", ["%00", "tag:%00", "from:a%00b", "to:%00@x.example", "field:%00=%00", "team:%00"])
def test_a_character_that_no_database_keeps_is_no_error(desk: Desk, typed: str):
    ada = desk.browser(desk.ada)

    assert ada.get(f"/search?q={typed}").status_code in {200, 302}
    assert ada.get(f"/recipients?q=ab{typed}").status_code in {200, 404}


def test_nothing_that_mentions_somebody_is_said_so(desk: Desk):
    assert "Nobody mentioned you" in desk.browser(desk.ada).get("/search?q=is:mentioned").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("before:soon", "before:soon is no day: write 31/03/2026, 2026-03-31, today, yesterday or 7d."),
        ("is:nice", "is:nice: there is open, pending,"),
        ("field:shoe=42", "field:shoe=42: there is no such field."),
        ("team:nobodys", "team:nobodys: there is "),
        ("mailbox:nobodys", "mailbox:nobodys: there is "),
        ("assignee:nobody", "assignee:nobody: there is me, none, "),
        ("from:", "Nothing stands behind from:, so it is searched for as a word."),
        ("-TAG: is:open", "Nothing stands behind tag:, so it is searched for as a word."),
        ("subject:lamp", "subject: is no filter, so it is searched for as a word. There is after:, assignee:,"),
        ("priority:high", "priority: is no filter,"),
    ],
)
def test_what_is_not_understood_is_said_with_what_could_stand_there(desk: Desk, typed: str, said: str):
    assert said in desk.browser(desk.ada).get(f"/search?q={typed}").text


def test_a_german_reads_of_days_in_german(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.merge(desk.ada).language = "de"

    said = desk.browser(desk.ada).get("/search?q=after:bald").text

    assert "after:bald ist kein Tag: Schreiben Sie 31.03.26, 2026-03-31, heute, gestern oder 7t." in said


def test_a_day_that_is_said_otherwise_stands_on_its_chip(desk: Desk):
    with clock.stopped_at(datetime(2026, 5, 31, 12, tzinfo=UTC)):
        page = desk.browser(desk.ada).get("/search?q=after:gestern before:2026-05-31").text

    assert "30 May 2026" in page
    assert "31 May 2026" not in page  # it is written there


def test_a_search_says_when_it_may_miss_something(desk: Desk):
    ada = desk.browser(desk.ada)
    assert "being made anew" not in ada.get("/search?q=lamp").text
    with desk.runtime.db.transaction() as session:
        session.add(SearchRenewal(below_id=1))

    assert "being made anew" in ada.get("/search?q=lamp").text
    assert "being made anew" not in ada.get("/search?q=is:open").text
