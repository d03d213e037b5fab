"""A draft that is discarded in a browser: the bar that brings it back, where the focus is, what stands there then."""

from datetime import timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.desk import places
from helpdesk.models.draft import Draft
from tests.stories.test_desk_in_browser import sign_in
from tests.web.browser import Browser
from tests.web.desk import Desk
from tests.web.test_screen_and_wire import names, shown
from tests.web.test_two_windows import url


@pytest.fixture
def ada(desk: Desk) -> Browser:
    return desk.browser(desk.ada)


@pytest.fixture
def writer(desk: Desk, desk_url: str, page: Page) -> Page:
    sign_in(page, desk_url, desk.ada.email)
    page.get_by_role("link", name="The lamp flickers").click()
    page.locator("#editor").click()
    return page


def a_draft(desk: Desk, ada: Browser, **more: str) -> int:
    fields = shown(ada.get(url(desk)).text, "reply-form") | {"kind": "reply", "text": "Dear Nils"}
    saved = ada.post(f"{url(desk)}/drafts", fields | more).get_json()
    given = {"key": saved["key"], "csrf_token": ada.token, "file": (BytesIO(b"to scale"), "plan.txt")}
    ada.client.post(f"{url(desk)}/drafts/files", data=given)
    return int(saved["removal"].split("/")[2])


def test_it_comes_back_with_words_files_and_recipients_to_the_list_it_was_opened_from(desk: Desk, ada: Browser):
    team = desk.ticket.team_id
    draft = a_draft(desk, ada, cc="eva@else.example")

    answer = ada.post(f"/drafts/{draft}/removal?team={team}")

    assert answer.headers["Location"].endswith(f"/tickets/{desk.ticket.number}?team={team}")
    page = ada.get(answer.headers["Location"]).text
    assert shown(page, "reply-form")["text"] == ""
    assert names(page) == []
    bar = f'action="/drafts/{draft}/removal/undoing?team={team}"'
    assert bar in page
    assert "data-draft" not in ada.get("/inbox/open").text
    ada.post(f"/drafts/{draft}/removal/undoing?team={team}")
    page = ada.get(url(desk)).text
    assert (shown(page, "reply-form")["text"], shown(page, "reply-form")["cc"]) == ("Dear Nils", "eva@else.example")
    assert names(page) == ["plan.txt"]
    assert "removal/undoing" not in page


def test_a_new_email_comes_back_to_its_page(desk: Desk, ada: Browser):
    begun = {
        "key": "k" * 16,
        "to": "nils@call.example",
        "subject": "Your lamp",
        "text": "It is here.",
        "mailbox": "1",
    }
    removal = ada.post("/tickets/new/drafts", begun).get_json()["removal"]

    assert ada.post(removal).headers["Location"] == "/drafts"
    assert f'action="{removal}/undoing"' in ada.get("/drafts").text
    back = ada.post(f"{removal}/undoing").headers["Location"]

    page = ada.get(back).text
    assert 'value="nils@call.example"' in page
    assert 'value="Your lamp"' in page
    assert shown(page, "reply-form")["text"] == "It is here."


def test_what_was_taken_in_place_of_another_gives_it_back(desk: Desk, ada: Browser):
    first, second = a_draft(desk, ada), ada.post(
        f"{url(desk)}/drafts", {"key": "s" * 16, "kind": "reply", "text": "Dear Eva"}
    ).get_json()  # fmt: skip

    ada.post(f"/drafts/{first}/join", {"key": second["key"], "how": "replace"})

    page = ada.get(url(desk)).text
    assert shown(page, "reply-form")["text"] == "Dear Nils"
    assert f'action="{second["removal"]}/undoing' in page


@pytest.mark.browser
def test_by_keys_it_goes_with_its_last_word_and_comes_back_by_z(desk: Desk, writer: Page):
    writer.keyboard.type("Dear Nils")
    trash = writer.get_by_role("button", name="Discard the draft")
    expect(trash).to_be_visible()  # as soon as there is a draft
    writer.keyboard.type(", and more")
    trash.focus()
    writer.keyboard.press("Enter")

    expect(writer.locator("[data-draft]")).to_contain_text(f"Your draft for #{desk.ticket.number} was discarded.")
    expect(writer.locator("[data-draft] button")).to_be_focused()
    expect(writer.locator("#editor")).to_have_text("")
    expect(trash).to_be_hidden()
    writer.keyboard.press("z")

    expect(writer.locator("#editor")).to_have_text("Dear Nils, and more")
    expect(writer.locator("#editor")).to_be_focused()
    expect(writer.locator("[data-draft]")).to_have_count(0)
    with desk.runtime.db.reading() as session:
        assert len(session.scalars(select(Draft).where(Draft.agent_id == desk.ada.id)).all()) == 1


@pytest.mark.browser
def test_what_was_written_since_stays_beside_what_comes_back(desk: Desk, writer: Page):
    writer.keyboard.type("Dear Nils")
    writer.get_by_role("button", name="Discard the draft").click()
    expect(writer.locator("[data-draft] button")).to_be_focused()
    writer.locator("#editor").click()
    writer.keyboard.type("Another")

    writer.locator("[data-draft] button").click()

    expect(writer.locator("#editor")).to_have_text("Another")
    expect(writer.get_by_text("You have another draft here")).to_be_visible()
    expect(writer.locator(".ask .text")).to_have_text("Dear Nils")


@pytest.mark.browser
def test_from_the_list_z_brings_it_back_too(desk: Desk, writer: Page):
    writer.keyboard.type("Dear Nils")
    writer.get_by_role("button", name="Discard the draft").click()
    expect(writer.locator("[data-draft] button")).to_be_focused()
    writer.keyboard.press("u")
    expect(writer.locator("#ticket .ticket")).to_have_count(0)

    writer.keyboard.press("z")

    expect(writer.locator("#editor")).to_have_text("Dear Nils")
    expect(writer.locator("#editor")).to_be_focused()


@pytest.mark.browser
def test_when_its_time_is_over_the_focus_is_on_the_ticket(writer: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(places, "BACK_WITHIN", timedelta(seconds=4))
    writer.keyboard.type("Dear Nils")
    writer.get_by_role("button", name="Discard the draft").click()

    expect(writer.locator("[data-draft] button")).to_be_focused()
    expect(writer.locator("[data-draft]")).to_have_count(0)
    expect(writer.locator("#ticket h1")).to_be_focused()


@pytest.mark.browser
def test_a_new_email_goes_with_its_last_word_and_comes_back(desk_url: str, desk: Desk, page: Page):
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/tickets/new")
    page.locator('[data-address="to"] .typed').fill("nils@call.example")
    page.get_by_label("Subject").fill("Your lamp")
    page.locator("#editor").press_sequentially("It is")
    trash = page.get_by_role("button", name="Discard the draft")
    expect(trash).to_be_visible()
    page.locator("#editor").press_sequentially(" here.")
    trash.click()
    page.wait_for_url("**/drafts")
    expect(page.get_by_text("You have no drafts.")).to_be_visible()
    expect(page.locator("[data-draft] button")).to_be_focused()

    page.keyboard.press("z")

    page.wait_for_url("**/tickets/new?draft=*")
    expect(page.locator("#editor")).to_have_text("It is here.")
