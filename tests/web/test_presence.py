"""Who is at a ticket: seen by colleagues who may know of it, gone when their page is, and kept nowhere."""

import time

import pytest
from playwright.sync_api import Page, expect

from helpdesk.models.agent import Agent, Team
from helpdesk.storage import presence
from tests import world
from tests.servers.chromium import SOONER, Pages
from tests.web.browser import PASSWORD, PASSWORD_HASH, Browser
from tests.web.desk import Desk


@pytest.fixture
def kim(desk: Desk) -> Agent:
    """A colleague of Ada's."""
    with desk.runtime.db.transaction() as session:
        agent = world.an_agent(session, session.get_one(Team, desk.ticket.team_id), name="Kim Lee")
        agent.password_hash = PASSWORD_HASH
    return agent


def seen_by(browser: Browser, desk: Desk) -> list[str]:
    found = browser.get(f"/presence?tickets={desk.ticket.number}").json or []
    return [one["words"] for one in found]


def test_a_colleague_is_seen_looking_then_writing_then_not_at_all(desk: Desk, kim: Agent):
    ada, kims, url = desk.browser(desk.ada), desk.browser(kim), f"/tickets/{desk.ticket.number}/presence"

    assert kims.post(url).status_code == 204
    assert seen_by(ada, desk) == ["Kim Lee is looking at this"]
    assert seen_by(kims, desk) == []
    kims.post(url, {"typing": "1"})
    assert seen_by(ada, desk) == ["Kim Lee is writing"]
    kims.post(url, {"typing": "0", "idle": "1"})
    assert seen_by(ada, desk) == ["Kim Lee has this open"]
    kims.post(url, {"left": "1"})
    assert seen_by(ada, desk) == []


def test_who_may_not_know_of_the_ticket_sees_nobody_and_is_not_there(desk: Desk):
    ada, otto, url = desk.browser(desk.ada), desk.browser(desk.otto), f"/tickets/{desk.ticket.number}/presence"
    ada.post(url)

    assert seen_by(otto, desk) == []
    assert otto.post(url).status_code == 404
    assert seen_by(ada, desk) == []


def test_who_falls_silent_is_gone(desk: Desk, kim: Agent, monkeypatch: pytest.MonkeyPatch):
    desk.browser(kim).post(f"/tickets/{desk.ticket.number}/presence")
    monkeypatch.setattr(presence, "GONE_AFTER", 0.0)

    assert seen_by(desk.browser(desk.ada), desk) == []


def test_nonsense_and_a_silent_redis_are_no_error(desk: Desk):
    ada = desk.browser(desk.ada)
    for asked in ("", "x", "1,,2", "9" * 30, ",".join(["1"] * 1000)):
        assert ada.get(f"/presence?tickets={asked}").status_code == 200
    desk.runtime.doorbell.close()
    desk.runtime.doorbell.url = "unix:///nowhere/redis.sock"

    assert ada.post(f"/tickets/{desk.ticket.number}/presence").status_code == 204
    assert ada.get(f"/presence?tickets={desk.ticket.number}").json == []


@pytest.mark.browser
def test_two_browsers_see_each_other_within_two_seconds(desk: Desk, kim: Agent, desk_url: str, pages: Pages):
    def signed_in(agent: Agent):
        page = pages.open()
        page.goto(f"{desk_url}/sign-in")
        page.fill("[name=email]", agent.email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/inbox/**")
        return page

    def see(page: Page, place: str, what: str) -> float:
        began = time.monotonic()
        expect(page.locator(place)).to_contain_text(what, timeout=SOONER)
        return time.monotonic() - began

    adas, kims = signed_in(desk.ada), signed_in(kim)
    with adas.expect_response("**/events"):  # its stream listens
        adas.goto(f"{desk_url}/inbox/open")
    with kims.expect_response("**/events"):
        kims.goto(f"{desk_url}/tickets/{desk.ticket.number}")

    taken = [see(adas, f"#row-{desk.ticket.number} .presence", "KL")]
    in_list = adas.locator(f"#row-{desk.ticket.number} .presence .avatar")
    expect(in_list).to_have_attribute("title", "Kim Lee is looking at this")
    adas.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    taken.append(see(kims, ".on-it .presence", "AF"))
    adas.locator("#composer [contenteditable=true]").press_sequentially("Hello")
    taken.append(see(kims, ".on-it .presence", "Ada Fischer is writing"))
    assert sorted(taken)[1] < 2, "the machine may be busy, but not for every look"
    adas.close(run_before_unload=False)
    expect(kims.locator(".on-it .presence")).to_have_text("", timeout=25_000)
