"""Answers from the editor in Chromium to beyond a real mail server: held, taken back, refused, bounced, and told."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.models.agent import Agent, Team
from helpdesk.models.notice import Notice
from helpdesk.models.ticket import Status
from helpdesk.runtime import Runtime
from tests import world
from tests.servers.chromium import Pages
from tests.servers.dovecot import Dovecot
from tests.servers.relay import Relay
from tests.stories.answering import Answering, answering, send, write
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import serving
from tests.workers.desks import until

pytestmark = [pytest.mark.browser, pytest.mark.story]


@pytest.fixture
def desk(runtime: Runtime, dovecot: Dovecot, relay: Relay) -> Iterator[Answering]:
    with answering(runtime, dovecot, relay) as made:
        yield made


@pytest.fixture
def url(app: Flask, desk: Answering) -> Iterator[str]:
    with serving(app) as served:
        yield served


@pytest.fixture
def ada(desk: Answering, url: str, pages: Pages) -> Iterator[Page]:
    """At the ticket of a customer who wrote, with a copy to Eva."""
    desk.write("nils", "Since Monday it flickers.", cc=("eva",))
    with desk.here.db.reading() as session:
        email = session.get_one(Agent, desk.agent_id).email
    page = pages.open()
    pages.forgive("401")  # a page that asks while the clock stands days later is signed out
    sign_in(page, url, email)
    page.goto(f"{url}/tickets/{desk.ticket.number}")
    yield page
    page.close()


def chips(page: Page, field: str) -> list[str]:
    return [one.get_attribute("title") or "" for one in page.locator(f'[data-address="{field}"] .pill').all()]


def test_to_all_goes_to_everybody_on_the_screen_and_names_who_is_left_out(desk: Answering, ada: Page):
    expect(ada.locator("[data-left-out-line]")).to_contain_text("Eva")
    assert chips(ada, "to") == [desk.of("nils")]
    ada.locator("[data-left-out-line]").get_by_role("button", name="Add").click()
    expect(ada.locator("[data-left-out-line]")).to_be_hidden()
    write(ada, "Try another bulb.")
    ada.locator('[data-address="cc"] .typed').fill(desk.of("kim"))  # and at once, with no key between
    shown = {*chips(ada, "to"), *chips(ada, "cc"), desk.of("kim")}
    ada.locator('[data-address="cc"] .typed').press("Control+Enter")
    expect(ada.locator(".message.from-agent")).to_contain_text("Try another bulb.")
    desk.send_due()

    first = desk.arrived("nils")
    assert desk.states.keys() == shown == {desk.of("nils"), desk.of("eva"), desk.of("kim")}
    assert desk.of("eva") in first.message["Cc"]
    desk.arrived("eva")
    desk.arrived("kim")
    desk.write("eva", "Mine as well.", answers=first)
    ada.reload()
    assert {*chips(ada, "to"), *chips(ada, "cc")} == shown
    send(ada, "For all of you.")
    desk.send_due()
    for name in ("nils", "eva", "kim"):
        desk.arrived(name, 2)


def test_taken_back_nothing_is_on_the_wire(desk: Answering, ada: Page):
    desk.choose(undo_seconds=15)
    send(ada, "Half a thought.")
    ada.get_by_role("button", name="Undo").click()

    expect(ada.get_by_label("Your text")).to_contain_text("Half a thought.")
    desk.send_due(timedelta(days=1))
    assert desk.relay.beyond.to(desk.of("nils")) == []
    assert set(desk.states.values()) == {"cancelled"}


def test_what_came_meanwhile_holds_an_answer_until_its_writer_decides(desk: Answering, ada: Page, pages: Pages):
    pages.forgive("422")  # an answer that was held
    send(ada, "Try another bulb.")
    desk.send_due()
    first = desk.arrived("nils")

    write(ada, "And tell us.")
    desk.write("nils", "I did already!", answers=first)
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(ada.locator("#held")).to_contain_text("1 new message")
    expect(ada.locator(".thread")).to_contain_text("I did already!")
    desk.send_due(timedelta(minutes=5))
    assert len(desk.relay.beyond.to(desk.of("nils"))) == 1
    ada.get_by_role("button", name="Edit").click()
    send(ada, "Then send it back.")
    desk.send_due()
    desk.arrived("nils", 2)

    write(ada, "By post.")
    desk.write("nils", "How?", answers=first)
    ada.get_by_role("button", name="Send", exact=True).click()
    ada.get_by_role("button", name="Send anyway").click()
    expect(ada.locator(".message.from-agent").last).to_contain_text("By post.")
    desk.send_due()
    desk.arrived("nils", 3)

    write(ada, "Never mind.")
    desk.write("nils", "It works!", answers=first)
    ada.get_by_role("button", name="Send", exact=True).click()
    ada.locator("#held").get_by_role("button", name="Discard").click()
    expect(ada.locator("#held")).to_have_count(0)
    expect(ada.get_by_label("Your text")).to_have_text("")
    desk.send_due(timedelta(days=1))
    desk.arrived("nils", 3)


def test_a_451_is_tried_again_a_550_and_a_bounce_open_the_ticket_and_tell_its_author(desk: Answering, ada: Page):
    busy = desk.of("busy")
    desk.relay.say(busy, "451 4.7.1 come back later")
    desk.relay.say(gone := desk.of("gone"), "550 5.1.1 no such person here")
    desk.relay.beyond.answer(desk.of("eva"), "550 5.1.1 nobody of that name")  # taken, then a bounce
    ada.locator('[data-address="cc"] .typed').fill(f"{desk.of('eva')}, {gone}, {busy}")
    write(ada, "Try another bulb.")
    ada.locator(".split summary").click()
    ada.get_by_role("button", name="Send and close").click()
    expect(ada.get_by_role("button", name="Reopen")).to_be_visible()

    desk.send_due()
    until(lambda: desk.states[desk.of("eva")] == "bounced")
    assert desk.states[desk.of("nils")] == "accepted"
    assert desk.states[gone] == "failed"
    assert desk.states[busy] == "deferred"
    assert desk.ticket.status is Status.OPEN
    with desk.here.db.reading() as session:
        assert {one.agent_id for one in session.scalars(select(Notice))} == {desk.agent_id}
    ada.reload()
    answer = ada.locator(".message.from-agent")
    for email in (gone, desk.of("eva"), busy):
        expect(answer.locator(".lost", has_text=email)).to_be_visible()

    desk.relay.say(busy, "DUNNO")
    desk.send_due(timedelta(minutes=2))
    desk.arrived("busy")
    assert desk.states[busy] == "accepted"
    assert len(desk.relay.beyond.to(desk.of("nils"))) == 1

    line = ada.locator(".lost", has_text=gone)
    line.get_by_label("Correct address").fill(desk.of("kim"))
    line.get_by_role("button", name="Send it there").click()
    expect(line).to_have_count(0)
    until(lambda: chips(ada, "cc") == [desk.of("eva"), desk.of("kim"), busy])
    desk.send_due(timedelta(minutes=2))
    desk.arrived("kim")
    assert desk.states[desk.of("eva")] == "bounced"  # nobody else got it again
    assert [len(desk.relay.beyond.to(desk.of(name))) for name in ("nils", "busy")] == [1, 1]


def test_two_windows_lose_neither_text(desk: Answering, ada: Page):
    other = ada.context.new_page()
    other.goto(ada.url)
    for page, words in ((ada, "From the one."), (other, "From the other.")):
        write(page, words)
        expect(page.locator("#reply-form [data-state]")).to_contain_text("saved", ignore_case=True)
        until(partial(_has_draft, desk, words))

    ada.reload()
    expect(ada.locator(".composer")).to_contain_text("You have another draft here")
    other.close()


def _has_draft(desk: Answering, words: str) -> bool:
    return words in desk.drafts


def test_an_answer_for_later_waits_for_its_writer_when_the_customer_writes_first(desk: Answering, ada: Page):
    send(ada, "Try another bulb.")
    desk.send_due()
    first = desk.arrived("nils")
    write(ada, "Did it help?")
    ada.locator(".split summary").click()
    ada.locator('.split button[name="later"]').nth(1).click()
    expect(ada.locator(".message.from-agent").last).to_contain_text("Did it help?")

    desk.write("nils", "It helped.", answers=first)
    ada.reload()
    expect(ada.locator("#held")).to_be_visible()
    expect(ada.get_by_label("Your text")).to_contain_text("Did it help?")
    desk.send_due(timedelta(days=8))
    desk.arrived("nils")


@pytest.mark.parametrize(
    ("button", "status", "goes_to"),
    [("Send and close", Status.CLOSED, "next"), ("Send and wait", Status.PENDING, "list"),
     ("Until they answer", Status.SNOOZED, "stay")],
)  # fmt: skip
def test_after_sending_the_ticket_and_the_agent_go_where_they_were_told(
    desk: Answering, ada: Page, url: str, button: str, status: Status, goes_to: str
):
    desk.choose(undo_seconds=0, goes_to=goes_to)
    with desk.here.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        following = world.a_ticket(session, team, subject="A chair without a leg").number
    ada.goto(f"{url}/inbox/open")
    ada.get_by_role("link", name="The lamp flickers").click()
    write(ada, "Try another bulb.")
    ada.locator(".split summary").click()
    ada.get_by_role("button", name=button).click()

    if goes_to == "next":
        expect(ada.get_by_role("heading", name="A chair without a leg")).to_be_visible()
        assert ada.url.split("?")[0].endswith(f"/tickets/{following}")
    elif goes_to == "list":
        expect(ada.locator("#ticket > *")).to_have_count(0)
    else:
        expect(ada.locator(".message.from-agent")).to_contain_text("Try another bulb.")
    assert desk.ticket.status is status
