"""The page of a search: odd input, and what it says when there is nothing."""

import pytest

from tests.web.desk import Desk


@pytest.mark.parametrize("typed", ["%00", "tag:%00", "from:a%00b", "to:%00@x.example", "field:%00=%00", "team:%00"])
def test_a_character_that_no_database_keeps_is_no_error(desk: Desk, typed: str):
    ada = desk.browser(desk.ada)

    assert ada.get(f"/search?q={typed}").status_code in {200, 302}
    assert ada.get(f"/recipients?q=ab{typed}").status_code in {200, 404}


def test_nothing_that_mentions_somebody_is_said_so(desk: Desk):
    assert "Nobody mentioned you" in desk.browser(desk.ada).get("/search?q=is:mentioned").text
