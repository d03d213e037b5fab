"""Files in the ticket: a small picture of the first page, a page to look at them by keyboard, pixels only."""

import pytest
from playwright.sync_api import Page, expect

from helpdesk.models.message import Attachment
from helpdesk.models.ticket import Ticket
from tests.mail.pdfs import a_pdf
from tests.web.browser import PASSWORD
from tests.web.desk import Desk
from tests.workers.test_files import a_file
from workers import files


def a_pdf_on(desk: Desk, *texts: str) -> Attachment:
    with desk.runtime.db.transaction() as session:
        made = a_file(session, session.get_one(Ticket, desk.ticket.id), a_pdf(*texts))
    files.look_at_files()
    return made


def test_a_page_is_a_picture_in_a_sandbox_for_who_may_read_the_file(desk: Desk):
    pdf = a_pdf_on(desk, "Heliotrope", "Two")
    address = f"/attachments/{pdf.id}/pages"
    ada, otto, root = (desk.browser(one) for one in (desk.ada, desk.otto, desk.root))

    page = ada.get(f"{address}/2")

    assert page.status_code == 200
    assert page.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    for number in ("0", "3", "9" * 30):
        assert ada.get(f"{address}/{number}").status_code == 404
    for somebody in (otto, root):
        assert somebody.get(f"{address}/1").status_code == 404
        assert somebody.get(f"/attachments/{pdf.id}/view").status_code == 404


def test_the_ticket_shows_the_first_page_and_what_nobody_looked_at_yet_is_said_to_be(desk: Desk):
    ada = desk.browser(desk.ada)
    with desk.runtime.db.transaction() as session:
        pdf = a_file(session, session.get_one(Ticket, desk.ticket.id), a_pdf("x"))
    assert f"/attachments/{pdf.id}/pages/1" not in ada.get(f"/tickets/{desk.ticket.number}").text
    assert "Its preview is being made" in ada.get(f"/attachments/{pdf.id}/view").text

    files.look_at_files()

    assert f"/attachments/{pdf.id}/pages/1" in ada.get(f"/tickets/{desk.ticket.number}").text
    view = ada.get(f"/attachments/{pdf.id}/view").text
    assert "1 page shown" in view
    assert "Page 1 of invoice.pdf" in view


@pytest.mark.browser
def test_files_are_looked_at_by_keyboard_alone(desk: Desk, desk_url: str, page: Page):
    a_pdf_on(desk, "Heliotrope")
    page.goto(f"{desk_url}/sign-in")
    page.fill("[name=email]", desk.ada.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/inbox/**")
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}")

    page.get_by_role("link", name="Look at invoice.pdf").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/view")
    picture = page.get_by_role("img", name="Page 1 of invoice.pdf")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    page.get_by_role("link", name="Back to the ticket").press("Enter")
    page.wait_for_url(f"**/tickets/{desk.ticket.number}*")
