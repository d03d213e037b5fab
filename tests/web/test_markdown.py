"""Markdown while typing: signs become formatting, one step back gives them again, and it can be switched off."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.models.agent import Agent
from helpdesk.models.message import Message
from helpdesk.privacy import access
from tests.servers.chromium import Pages
from tests.web.desk import Desk
from tests.web.test_passkeys import sign_in

pytestmark = pytest.mark.browser
HTML: Final = "document.getElementById('editor').innerHTML.replace(/\\u200b/g, '').replaceAll('&nbsp;', ' ')"
IS_FORMATTED: Final = "/<(b|i|code|ul|blockquote)>/.test(document.getElementById('editor').innerHTML)"


@pytest.fixture
def ada(desk: Desk, desk_url: str, pages: Pages) -> Iterator[Page]:
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    yield page
    page.close()


def at_the_editor(page: Page, desk: Desk, desk_url: str) -> None:
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    page.wait_for_selector("html[data-ready]")
    page.locator("#editor").click()


def test_signs_become_formatting_and_what_leaves_says_the_same_in_plain_text(desk: Desk, desk_url: str, ada: Page):
    at_the_editor(ada, desk, desk_url)

    ada.keyboard.type("Press **both buttons** or _none_, type `ls` and 2*3*4 snake_case_name *now*.\n")
    ada.keyboard.type("- off\non\n\n1. first\n\n> You said so\n\nDone.")

    made = ada.evaluate(HTML)
    assert "Press <b>both buttons</b> or <i>none</i>, type <code>ls</code> and 2*3*4" in made
    assert " snake_case_name <i>now</i>." in made
    assert "<ul><li>off</li><li>on</li></ul>" in made
    assert "<ol><li>first</li></ol>" in made
    assert "<blockquote><div>You said so</div></blockquote><div>Done.</div>" in made
    ada.keyboard.press("Control+Enter")
    expect(ada.locator("[data-undo]")).to_be_visible()
    with desk.runtime.db.reading() as session:
        sent = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        said = access.read(session, sent, by=session.get_one(Agent, desk.ada.id)).new_text
    assert [line for line in said.splitlines() if line] == [
        "Press both buttons or none, type ls and 2*3*4 snake_case_name now.",
        "- off",
        "- on",
        "1. first",
        "> You said so",
        "Done.",
    ]


def test_one_step_back_gives_what_was_typed(desk: Desk, desk_url: str, ada: Page):
    at_the_editor(ada, desk, desk_url)

    for typed in ("**both**", "_none_", "`ls`", "- ", "> "):
        ada.keyboard.type(typed)
        assert ada.evaluate(IS_FORMATTED), typed
        ada.keyboard.press("Control+z")
        made = ada.evaluate(HTML).replace("&gt;", ">")
        assert made.startswith(f"<div>{typed}".rstrip()), made
        assert not ada.evaluate(IS_FORMATTED), typed
        ada.keyboard.press("Control+a")
        ada.keyboard.press("Delete")


def test_who_switched_it_off_types_signs(desk: Desk, desk_url: str, ada: Page):
    desk.browser(desk.ada).post("/settings/sending", {"undo_seconds": "15"})
    at_the_editor(ada, desk, desk_url)

    ada.keyboard.type("- **both**")

    assert "- **both**" in ada.evaluate(HTML)


def test_words_are_formatted_in_a_list_and_after_a_pause_too(desk: Desk, desk_url: str, ada: Page):
    at_the_editor(ada, desk, desk_url)

    with ada.expect_response("**/drafts"):
        ada.keyboard.type("Dear customer,\n- one\n")
    ada.keyboard.type("**two** it is\n\nAnd _more_.")

    assert "<ul><li>one</li><li><b>two</b> it is</li></ul><div>And <i>more</i>.</div>" in ada.evaluate(HTML)
