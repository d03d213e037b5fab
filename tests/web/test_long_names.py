"""Names as long as they may be: what stands around them stays where it is, also on a phone."""

import pytest

from tests import world
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser

OUTSIDE = """[...document.querySelectorAll(".grants *")]
  .filter(one => one.getBoundingClientRect().right > innerWidth).length"""


def test_a_name_without_a_gap_widens_no_list_of_the_settings(desk: Desk, desk_url: str, pages: Pages):
    with desk.runtime.db.transaction() as session:
        world.a_team(session, name="W" * 80)
    page = pages.open("phone")
    sign_in(page, desk_url, desk.root.email)

    page.goto(f"{desk_url}/settings/teams")

    assert page.locator(".grants").is_visible()
    assert page.evaluate(OUTSIDE) == 0
    page.close()
