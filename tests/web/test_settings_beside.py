"""The settings beside the desk's views on a small laptop: what belongs together stands together, nothing is cut."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from helpdesk.models.tag import Tag
from tests import world
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser
A_LINE = 12  # a button may stand some pixels lower than a link


@pytest.fixture(params=["en-GB", "de-DE"])
def page(request: pytest.FixtureRequest, desk: Desk, desk_url: str, pages: Pages) -> Iterator[Page]:
    opened = pages.open(locale=request.param)
    opened.set_viewport_size(ViewportSize(width=1024, height=768))
    sign_in(opened, desk_url, desk.root.email)
    yield opened
    opened.close()


def is_one_line(page: Page, selector: str) -> bool:
    boxes = [one.bounding_box() for one in page.locator(selector).all()]
    tops = [box["y"] for box in boxes if box]
    return len(tops) > 1 and max(tops) - min(tops) < A_LINE


def test_who_works_here_is_named_whole(desk: Desk, desk_url: str, page: Page):
    with desk.runtime.db.transaction() as session:
        teams = [
            session.merge(team)
            for team in (world.a_team(session, name) for name in ("Orders", "Billing", "Workshop"))
        ]
        world.an_agent(session, *teams, name="Bartholomew Featherstonehaugh")
    page.goto(f"{desk_url}/settings/agents")

    for small in page.locator(".person small").all():
        assert small.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), small.text_content()


def test_what_is_done_with_a_tag_is_in_one_line(desk: Desk, desk_url: str, page: Page):
    with desk.runtime.db.transaction() as session:
        session.add_all([Tag(name="brakes"), Tag(name="a rather long name of a tag")])
    page.goto(f"{desk_url}/settings/tags")

    for at in (1, 2):
        assert is_one_line(page, f".every-tag > li:nth-child({at}) .inline-form :is(summary, button.link)")


def test_a_port_stands_beside_its_encryption_and_no_name_of_a_page_is_torn(desk: Desk, desk_url: str, page: Page):
    page.goto(f"{desk_url}/settings/mailboxes/{desk.ticket.mailbox_id}")
    expect(page.locator("[name=imap_port]")).to_be_visible()

    for side in ("imap", "smtp"):
        assert is_one_line(page, f"[name={side}_port], [name={side}_security]")
    torn = """names => names.filter(one => {
      const words = one.textContent.trim().split(/\\s+/), range = document.createRange();
      let at = 0;
      return words.some(word => {
        const from = one.firstChild.data.indexOf(word, at);
        at = from + word.length;
        range.setStart(one.firstChild, from);
        range.setEnd(one.firstChild, at);
        return range.getClientRects().length > 1;
      });
    }).map(one => one.textContent)"""
    assert page.locator(".settings-pages .name").evaluate_all(torn) == []
