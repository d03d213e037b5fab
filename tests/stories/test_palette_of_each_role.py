"""All that can be pressed on a page is a command of the palette, whatever its reader's role shows them.

Agents and admins are looked at with all their pages (test_accessibility.py); here are the others, by their menus.
"""

from typing import Final

import pytest
from playwright.sync_api import Page

from helpdesk.models.agent import Agent
from helpdesk.models.role import Role
from tests.servers.chromium import Pages
from tests.stories.pressable import not_in_the_palette, with_everything
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]
MENUS: Final = "#views a[href], .settings-pages a[href], .settings-link"
PATHS: Final = "links => links.map(link => new URL(link.href).pathname)"


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.AGENT, Role.ADMIN, Role.OWN}])
def test_whoever_one_is_all_that_can_be_pressed_is_in_the_palette(
    desk: Desk, desk_url: str, pages: Pages, role: Role
):
    with desk.runtime.db.transaction() as session:
        with_everything(session, desk.ticket.id, by=desk.ada.id, admin=desk.root.id)
        session.get_one(Agent, desk.ada.id).role = role
    pages.forgive("status of 40")  # the ticket, to who may not know of it or read it
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)

    paths = [f"/tickets/{desk.ticket.number}", *menus(page, desk_url)]
    found = [f"{path}: {what}" for path in paths for what in looked_at(page, desk_url + path)]

    assert len(paths) > 5
    assert not found, "\n".join(found)


def menus(page: Page, desk_url: str) -> list[str]:
    """Where the menus lead; of the lists of tickets one, for all are made alike."""
    found: list[str] = []
    for start in ("/", "/settings"):
        page.goto(desk_url + start)
        found += page.locator(MENUS).evaluate_all(PATHS)
    lists = [path for path in dict.fromkeys(found) if "/inbox" in path]
    return [path for path in dict.fromkeys(found) if path not in lists[1:]]


def looked_at(page: Page, url: str) -> list[str]:
    page.goto(url)
    return list(not_in_the_palette(page))
