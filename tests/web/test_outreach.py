"""A ticket for somebody, on screen: an email, or what they said on the phone, which sends nothing."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.message import Attachment
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.ticket import Ticket
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

HEARD = {"to": "Nils Berg <nils@call.example>", "subject": "A broken lamp", "text": "He called.", "heard": "1"}


def test_what_a_customer_said_on_the_phone_becomes_a_ticket_with_a_note(desk: Desk):
    ada = desk.browser(desk.ada)
    form = {**HEARD, "mailbox": str(desk.ticket.mailbox_id)}

    answer = ada.post("/tickets", form)

    page = ada.get(answer.headers["Location"]).text
    assert "A broken lamp" in page
    assert "wrote down what a customer said" in page
    assert "nils@call.example" in page
    with desk.runtime.db.reading() as session:
        assert session.scalars(select(OutboundEmail).where(OutboundEmail.purpose == Purpose.REPLY)).all() == []


def test_a_note_that_would_lose_its_files_is_refused_and_stays_typed(desk: Desk):
    ada = desk.browser(desk.ada)
    form = {**HEARD, "mailbox": str(desk.ticket.mailbox_id), "csrf_token": ada.token}

    answer = ada.client.post("/tickets", data={**form, "files": (BytesIO(b"x"), "lamp.txt")})

    assert answer.status_code == 422
    assert "A note takes no files" in answer.text
    assert 'value="A broken lamp"' in answer.text
    assert 'name="heard" value="1" checked' in answer.text


KEY = "of-a-new-email-0"
BEGUN = {
    "key": KEY, "revision": "0", "mode": "new", "to": "Nils Berg <nils@call.example>", "subject": "Your lamp",
    "text": "It is here.", "html": "<div>It is <b>here</b>.</div>",
}  # fmt: skip


def begun(desk: Desk) -> list[Draft]:
    with desk.runtime.db.reading() as session:
        return list(session.scalars(select(Draft).where(Draft.kind == DraftKind.NEW, Draft.discarded_at.is_(None))))


def test_a_new_email_goes_on_at_an_address_of_its_own_with_its_files_and_leaves_with_them(desk: Desk):
    ada = desk.browser(desk.ada)
    url = ada.post("/tickets/new/drafts", BEGUN).get_json()["url"]
    given = {"key": KEY, "csrf_token": ada.token, "file": (BytesIO(b"to scale"), "plan.txt")}
    added = ada.client.post("/tickets/new/drafts/files", data=given).get_json()

    page = ada.get(url).text
    for part in ("nils@call.example", "Your lamp", "It is here.", "plan.txt", f'value="{KEY}"'):
        assert part in page
    assert "Your lamp" in ada.get("/drafts").text
    assert "1 other new email" in ada.get("/tickets/new").text
    assert added["page"] == url
    assert desk.browser(desk.root).get(url).status_code == 404

    ada.post("/tickets", {**BEGUN, "mailbox": str(desk.ticket.mailbox_id)})

    assert begun(desk) == []
    with desk.runtime.db.reading() as session:
        email = session.scalars(select(OutboundEmail).order_by(OutboundEmail.id.desc())).first()
        assert email is not None
        files = select(func.count()).where(Attachment.message_id == email.message_id)
        assert session.scalar(files) == 1
    assert ada.get(url).status_code == 404


def test_what_could_not_be_sent_stands_in_the_editor_with_its_files_and_a_call_takes_none(desk: Desk):
    ada = desk.browser(desk.ada)
    ada.post("/tickets/new/drafts", BEGUN)
    given = {"key": KEY, "csrf_token": ada.token, "file": (BytesIO(b"to scale"), "plan.txt")}
    ada.client.post("/tickets/new/drafts/files", data=given)
    wrong = {**BEGUN, "mailbox": str(desk.ticket.mailbox_id)}

    for form in ({**wrong, "to": "nobody"}, {**wrong, "heard": "1"}):
        answer = ada.post("/tickets", form)
        assert answer.status_code == 422
        assert "plan.txt" in answer.text
    assert len(begun(desk)) == 1


def test_a_draft_of_a_new_email_is_discarded_and_joined_to_nothing(desk: Desk):
    ada = desk.browser(desk.ada)
    ada.post("/tickets/new/drafts", BEGUN)
    (draft,) = begun(desk)

    assert ada.post(f"/drafts/{draft.id}/join", {"key": KEY}).status_code == 404
    assert ada.get(f"/tickets/new?draft={desk.draft.id}").status_code == 404
    assert ada.post(f"/drafts/{draft.id}/removal").status_code == 303
    assert begun(desk) == []


@pytest.fixture
def page(desk_url: str, desk: Desk, pages: Pages) -> Page:
    opened = pages.open("phone")
    sign_in(opened, desk_url, desk.ada.email)
    opened.goto(f"{desk_url}/tickets/new")
    return opened


@pytest.mark.browser
def test_in_a_browser_a_new_email_survives_its_window_and_leaves_once_with_its_last_word(
    desk: Desk, page: Page, desk_url: str
):
    expect(page).to_have_title(re.compile("^New email · "))
    page.locator('[data-address="to"] .typed').fill("nils@call.example")
    page.get_by_label("Subject").fill("Your lamp")
    page.locator("#editor").press_sequentially("It is here.")
    expect(page.locator("[data-state]")).to_have_text("Draft saved")
    assert "draft=" in page.url
    page.reload()
    expect(page.locator("#editor")).to_contain_text("It is here.")

    page.goto(f"{desk_url}/drafts")  # as if the window had been closed
    page.get_by_role("link", name="Go on writing").first.click()
    expect(page.get_by_label("Subject")).to_have_value("Your lamp")
    page.locator("#editor").press_sequentially("Come and see. ")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.locator(".message.from-agent")).to_contain_text("Come and see.")

    assert begun(desk) == []
    with desk.runtime.db.reading() as session:
        made = select(func.count()).where(Ticket.id > desk.ticket.id, Ticket.assignee_id == desk.ada.id)
        assert session.scalar(made) == 1
