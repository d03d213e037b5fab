"""Saved replies and macros: set up in the settings, found in the editor, and seen before anything is done."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.desk import saved_replies
from helpdesk.models.access_grant import AccessGrant
from helpdesk.models.saved_reply import SavedReply
from helpdesk.models.ticket import Priority, Status, Ticket
from helpdesk.privacy import grants
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk
from tests.web.test_screen_and_wire import shown

PAGE = "/settings/saved-replies"
MACRO = {
    "name": "Refund", "text": "Dear {{customer.first_name|there}},\nwe pay {{amount}} back.\n{{agent.name}}",
    "whose": "own", "assign": "me", "priority": "high", "then": "close", "tags": "Refund\nshop, online",
}  # fmt: skip
DOES = ["assign:me", "priority:high", "then:close", "tag:Refund", "tag:shop, online"]


def named(desk: Desk, name: str) -> SavedReply:
    with desk.runtime.db.reading() as session:
        return session.scalars(select(SavedReply).where(SavedReply.name == name)).one()


@pytest.mark.parametrize(("action", "said"), [("explode:me", "no such action"), ("assign:me", "agent of its team")])
def test_an_answer_whose_action_is_not_to_be_had_stays_in_the_editor(desk: Desk, action: str, said: str):
    with desk.runtime.db.transaction() as session:
        grants.allow_by_customer(session, session.get_one(AccessGrant, desk.grant.id))
    otto = desk.browser(desk.otto)
    url = f"/tickets/{desk.ticket.number}"
    form = shown(otto.get(url).text, "reply-form")

    refused = otto.post(f"{url}/replies", form | {"text": "We pay it back.", "actions": action})

    assert refused.status_code == 422
    assert said in refused.text
    assert "We pay it back." in refused.text


def test_a_macro_is_made_with_its_actions_and_changed_without_losing_one(desk: Desk):
    ada = desk.browser(desk.ada)

    ada.post(PAGE, MACRO)
    made = named(desk, "Refund")
    shown = ada.get(PAGE).text
    ada.post(f"{PAGE}/{made.id}", MACRO | {"name": "Money back", "priority": ""})

    assert json.loads(made.actions) == DOES
    for words in ("Tag: shop, online", "Priority: High", "Close the ticket", "<code>{{amount}}</code>"):
        assert words in shown
    assert json.loads(named(desk, "Money back").actions) == [one for one in DOES if one != "priority:high"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "needs a name"),
        ({"tags": "\n".join("abcdefgh")}, "10 things at most"),
        ({"then": "explode"}, "of those in the form"),
        ({"whose": "999"}, "not yours"),
        ({"whose": "all"}, "not yours"),
        ({"whose": "9" * 40}, "not yours"),
    ],
)
def test_what_can_not_be_kept_stands_in_the_form_again(desk: Desk, wrong: dict[str, str], words: str):
    ada = desk.browser(desk.ada)

    for page in (PAGE, f"{PAGE}/{desk.saved_reply.id}"):
        answer = ada.post(page, MACRO | wrong)
        assert answer.status_code == 422
        assert words in answer.text
        assert "we pay {{amount}} back." in answer.text


def test_an_admin_of_no_team_sets_up_those_of_each_team_and_picks_only_everybodys(desk: Desk):
    root, otto = desk.browser(desk.root), desk.browser(desk.otto)
    page = f"{PAGE}/{desk.saved_reply.id}"

    assert "Try another bulb." in root.get(PAGE).text
    assert root.post(page, MACRO | {"whose": str(desk.saved_reply.team_id)}).status_code == 303
    assert root.post(PAGE, MACRO | {"whose": "999"}).status_code == 422
    root.post(PAGE, MACRO | {"name": "For all", "whose": "all"})

    offered = [root.get(f"/tickets/{desk.ticket.number}/saved-replies").get_json()["replies"]]
    assert [[one["name"] for one in each] for each in offered] == [["For all"]]
    assert otto.post(page, MACRO).status_code == 404
    assert "Try another bulb." not in otto.get(PAGE).text


def test_of_very_many_the_most_used_come_first_and_the_others_are_found_by_their_words(desk: Desk):
    ada = desk.browser(desk.ada)
    with desk.runtime.db.transaction() as session:
        many = [SavedReply(name=f"Text {one}", text=f"Word{one}.", used_count=10_000 - one) for one in range(10_000)]
        session.add_all(many)

    url = f"/tickets/{desk.ticket.number}/saved-replies"
    first, found = ada.get(url).get_json(), ada.get(f"{url}?q=WORD9999+text").get_json()

    assert (first["isAll"], len(first["replies"])) == (False, saved_replies.MOST_LISTED)
    assert [one["name"] for one in found["replies"]] == ["Text 9999"]
    assert "search for the others" in ada.get(PAGE).text
    assert "Word9999." in ada.get(f"{PAGE}?q=word9999").text
    assert ada.get(f"{url}?q=%25").get_json()["replies"] == []


def test_a_variable_that_only_the_formatted_text_has_holds_it_back_too(desk: Desk):
    ada = desk.browser(desk.ada)
    form = {"text": "Dear you", "html": "<div>Dear <b>{{amount}}</b></div>", "mode": "all"}

    answer = ada.post(f"/tickets/{desk.ticket.number}/replies", form)

    assert answer.status_code == 422
    assert "There is no value for amount" in answer.text


@pytest.fixture
def page(desk: Desk, desk_url: str, pages: Pages) -> Iterator[Page]:
    with desk.runtime.db.transaction() as session:
        more = [SavedReply(name=f"Greeting {one}", text="Hello.") for one in range(60)]
        macro = SavedReply(name="Refund", text=MACRO["text"], agent_id=desk.ada.id, actions=json.dumps(DOES[1:4]))
        session.add_all([*more, macro])
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    pages.forgive("422")
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    page.locator("#editor").wait_for()
    yield page
    page.close()


@pytest.mark.browser
def test_by_keys_a_macro_is_found_seen_corrected_and_counted_once(desk: Desk, page: Page):
    page.keyboard.press("r")
    page.keyboard.press(";")
    search, preview = page.locator("dialog.picker input"), page.locator(".picker-preview")
    expect(search).to_be_focused()
    search.press_sequentially("back pay")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(preview).to_contain_text("we pay {{amount}} back.\nAda Fischer")
    expect(preview.locator(".no-value")).to_have_text("Write something in place of: {{amount}}")
    expect(preview.locator(".pill")).to_have_text(["Priority: High", "Close the ticket", "Tag: Refund"])
    page.keyboard.press("Enter")
    expect(page.locator("#editor")).to_be_focused()
    chips = page.locator("[data-actions] .pill")
    expect(chips).to_have_count(3)
    page.get_by_role("button", name="Remove: Close the ticket").click()
    expect(page.locator("#reply-form [data-state]")).to_have_text("Draft saved")

    page.reload()  # the chips and what it began with are kept with the draft
    page.locator("#editor").wait_for()
    expect(chips).to_have_text(["Priority: High", "Tag: Refund"])
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".wrong")).to_contain_text("There is no value for amount")
    expect(chips).to_have_count(2)
    page.locator("#editor").fill("We pay 5 € back.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message.from-agent").last).to_contain_text("We pay 5 € back.")

    assert named(desk, "Refund").used_count == 1
    with desk.runtime.db.reading() as session:
        ticket = session.get_one(Ticket, desk.ticket.id)
        assert (ticket.priority, ticket.status) == (Priority.HIGH, Status.OPEN)


@pytest.mark.browser
def test_a_new_email_takes_one_too(desk: Desk, page: Page, desk_url: str):
    page.goto(f"{desk_url}/tickets/new")
    page.keyboard.type("nils@call.example,")
    page.get_by_label("Subject").fill("Your money")
    page.get_by_role("button", name="Saved replies").click()
    page.locator("dialog.picker input").fill("refund")
    page.get_by_role("option", name="Refund").click()
    expect(page.locator("#editor")).to_contain_text("Dear there,")
    page.locator("#editor").fill("We pay 5 € back.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message.from-agent")).to_contain_text("We pay 5 € back.")

    assert named(desk, "Refund").used_count == 1
    with desk.runtime.db.reading() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert ticket is not None
        assert (ticket.priority, ticket.status) == (Priority.HIGH, Status.CLOSED)
