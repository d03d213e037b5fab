"""Files in the editor as people bring them: dragged from a folder, pasted from elsewhere, and too many of them."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import FloatRect, Page, Route, expect
from sqlalchemy import select

from helpdesk.desk import composing
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.privacy import settings
from tests.servers.chromium import Pages
from tests.servers.smtp_sink import SmtpSink
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk
from workers.delivery import deliver

pytestmark = pytest.mark.browser

# a picture lies in the real clipboard, as a screenshot does; HTML as a page elsewhere gives it
SCREENSHOT: Final = """async () => {
  const made = Object.assign(document.createElement("canvas"), { width: 40, height: 20 });
  made.getContext("2d").fillRect(0, 0, 20, 20);
  const picture = await new Promise((done) => made.toBlob(done, "image/png"));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
}"""
WORDS: Final = """async (html) => {
  const [words, picture] = [new Blob([html], { type: "text/html" }), new Blob(["Dear you"], { type: "text/plain" })];
  await navigator.clipboard.write([new ClipboardItem({ "text/html": words, "text/plain": picture })]);
}"""
DIRTY: Final = (
    '<p style="color: red" onclick="alert(1)">Dear <b>you</b>, <a href="javascript:alert(1)">here</a>'
    '<img src="https://track.example/1.gif"><script>alert(1)</script></p><ul><li>a lamp</li></ul>'
)


@pytest.fixture
def page(desk: Desk, desk_url: str, pages: Pages, smtp_sink: SmtpSink) -> Iterator[Page]:
    with desk.runtime.db.transaction() as session:
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        mailbox.smtp_port, mailbox.largest_mb = smtp_sink.port, 1
        settings.change_own(session, composing.Sending(undo_seconds=0), by=session.get_one(Agent, desk.ada.id))
    page = pages.open(permissions=["clipboard-read", "clipboard-write"])
    pages.forgive("413")
    pages.forgive("Content Security Policy")  # what is pasted brings styles and scripts, which run nowhere
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    page.locator("#editor").wait_for()
    yield page
    page.close()


def drag(page: Page, selector: str, *files: Path) -> None:
    """As a hand does it that holds files of the computer."""
    line, box = page.context.new_cdp_session(page), where(page, selector)
    held = {"items": [], "files": [str(one) for one in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        line.send(
            "Input.dispatchDragEvent",
            {"type": kind, "x": box["x"] + box["width"] / 2, "y": box["y"] + 20, "data": held},
        )


def where(page: Page, selector: str) -> FloatRect:
    """Where something stands once it moves no more: a letter above it takes its height when it has come."""
    before = None
    while (box := page.locator(selector).bounding_box()) is None or box != before:
        before = box
        page.wait_for_timeout(200)
    return box


def names(page: Page) -> list[str]:
    return page.locator("[data-draft-files] .name").all_text_contents()


def left(desk: Desk, sink: SmtpSink) -> EmailMessage:
    with desk.runtime.db.reading() as session:
        row = session.scalars(select(OutboundEmail.id).order_by(OutboundEmail.id.desc()).limit(1)).one()
    sink.accepted.clear()
    deliver(row)
    (sent,) = (email for email in sink.accepted if "@" in email.sender)
    return message_from_bytes(sent.raw, policy=policy.default)


def test_dragged_and_pasted_they_go_along_and_what_is_too_much_is_told_before(
    desk: Desk, page: Page, smtp_sink: SmtpSink, tmp_path: Path
):
    (plan := tmp_path / "Größe & Maß.pdf").write_bytes(b"%PDF-1.4" + bytes(300_000))
    (film := tmp_path / "film.bin").write_bytes(bytes(600_000))
    bar = page.locator(".size-bar")

    drag(page, ".thread", plan)  # beside the editor: the page stays
    drag(page, "#reply-form", plan)
    expect(page.locator("[data-draft-files] .name")).to_have_text(["Größe & Maß.pdf"])
    expect(bar).to_have_text("300 kB / 716.2 kB")
    drag(page, "#reply-form", film)
    expect(page.locator("#reply-form [data-state]")).to_contain_text("takes 0.7 MB of text and files")
    assert names(page) == ["Größe & Maß.pdf"]

    page.locator("#editor").click()
    page.keyboard.type("Look:")
    page.evaluate(SCREENSHOT)
    page.keyboard.press("Control+v")
    expect(page.locator("#editor img")).to_have_count(1)
    page.evaluate(WORDS, DIRTY)
    page.keyboard.press("Control+v")
    expect(page.locator("#editor b")).to_have_text("you")
    assert names(page) == ["Größe & Maß.pdf", "image.png"]
    page.locator("[data-send]").click()
    expect(page.locator(".message.from-agent").last).to_contain_text("Look:")

    email = left(desk, smtp_sink)
    html, text = (email.get_body((kind,)) for kind in ("html", "plain"))
    assert html is not None
    assert text is not None
    assert "<b>you</b>" in html.get_content()
    assert "<li>a lamp</li>" in html.get_content()
    assert 'src="cid:' in html.get_content()
    assert not any(word in html.get_content() for word in ("script", "track.example", "onclick", "style="))
    assert "- a lamp" in text.get_content()
    kinds = sorted(part.get_content_type() for part in email.walk() if not part.is_multipart())
    assert kinds == ["application/pdf", "image/png", "text/html", "text/plain"]


def test_an_email_that_is_sent_while_a_file_is_on_its_way_waits_for_it(
    desk: Desk, page: Page, smtp_sink: SmtpSink, tmp_path: Path
):
    (plan := tmp_path / "plan.txt").write_text("to scale")
    (film := tmp_path / "film.bin").write_bytes(bytes(900_000))
    held: list[Route] = []
    page.route("**/drafts/files", lambda route: held.append(route))  # noqa: PLW0108  playwright marks what it is given
    page.locator("#editor").fill("Here are two.")

    drag(page, "#reply-form", plan, film)
    page.locator("[data-send]").click()
    _let_go(page, held, 2)
    expect(page.locator("#reply-form [data-state]")).to_contain_text("send some of them apart")  # nothing left
    expect(page.locator(".message.from-agent")).to_have_count(1)
    drag(page, "#reply-form", plan)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reply-form [data-state]")).to_contain_text("plan.txt …")
    _let_go(page, held, 1)
    expect(page.locator(".message.from-agent")).to_have_count(2)

    assert [part.get_filename() for part in left(desk, smtp_sink).iter_attachments()] == ["plan.txt"] * 2


def _let_go(page: Page, held: list[Route], number: int) -> None:
    """Let so many files come, one after the other."""
    for _ in range(number):
        while not held:
            page.wait_for_timeout(20)
        held.pop().continue_()
