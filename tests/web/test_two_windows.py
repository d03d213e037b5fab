"""Two windows on one draft, and a form that is sent twice: nothing is lost, and nothing leaves that was not shown."""

import re
from io import BytesIO

import pytest
from sqlalchemy import func, select

from helpdesk.mail.writing import LONGEST
from helpdesk.models.agent import Agent
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from tests import world
from tests.web.browser import Browser
from tests.web.desk import Desk
from tests.web.test_screen_and_wire import names, shown


@pytest.fixture
def ada(desk: Desk) -> Browser:
    return desk.browser(desk.ada)


def url(desk: Desk) -> str:
    return f"/tickets/{desk.ticket.number}"


def begun(desk: Desk, ada: Browser) -> tuple[dict[str, str], dict[str, str]]:
    """One draft as two windows show it; the first has gone on writing, and put a file beside it."""
    fields = shown(ada.get(url(desk)).text, "reply-form") | {"kind": "reply"}
    ada.post(f"{url(desk)}/drafts", fields | {"text": "Dear Nils"})
    one, two = (shown(ada.get(url(desk)).text, "reply-form") for _ in range(2))
    saved = ada.post(f"{url(desk)}/drafts", one | {"text": "Dear Nils, LONG WORDS", "kind": "reply"}).get_json()
    given = {"key": one["key"], "csrf_token": ada.token, "file": (BytesIO(b"to scale"), "plan.txt")}
    file = ada.client.post(f"{url(desk)}/drafts/files", data=given).get_json()
    return one | {"revision": str(saved["revision"]), "beside": str(file["id"])}, two


def a_new_email(desk: Desk, ada: Browser, page: str = "") -> dict[str, str]:
    fields = shown(page or ada.get("/tickets/new").text, "reply-form")
    return {name: value for name, value in fields.items() if name != "heard"} | {
        "mailbox": str(desk.ticket.mailbox_id)
    }


def sent(desk: Desk) -> list[tuple[str, int]]:
    """What is in the outbox: the texts, and with how many files."""
    with desk.runtime.db.reading() as session:
        emails = session.scalars(select(OutboundEmail).where(OutboundEmail.purpose == Purpose.REPLY)).all()
        by = session.get_one(Agent, desk.ada.id)
        found = {one.message_id: session.get_one(Message, one.message_id) for one in emails}
        texts = {number: access.read(session, message, by=by).new_text for number, message in found.items()}
        files = select(func.count()).select_from(Attachment)
        return [(text, session.scalar(files.where(Attachment.message_id == one)) or 0) for one, text in texts.items()]


def test_sent_from_the_window_that_was_behind_its_own_words_leave_and_the_others_stay(desk: Desk, ada: Browser):
    _one, two = begun(desk, ada)

    assert ada.post(f"{url(desk)}/replies", two | {"text": "Dear you"}).status_code == 303

    assert sent(desk) == [("Dear you", 0)]
    page = ada.get(url(desk)).text
    assert (shown(page, "reply-form")["text"], names(page)) == ("Dear Nils, LONG WORDS", ["plan.txt"])


@pytest.mark.parametrize("why", ["held", "refused", "refused twice"])
def test_what_does_not_leave_the_window_that_was_behind_overwrites_nothing(desk: Desk, ada: Browser, why: str):
    _one, two = begun(desk, ada)
    if why == "held":
        with desk.runtime.db.transaction() as session:
            world.a_message(session, session.get_one(Ticket, desk.ticket.id))

    form = two | {"text": "Dear {{customer.title}}"} if why != "held" else two | {"text": "Dear you"}
    for _ in range(2 if why == "refused twice" else 1):
        form = shown(ada.post(f"{url(desk)}/replies", form).text, "reply-form")
    ada.post(f"{url(desk)}/drafts", form | {"text": "Dear you, yes", "kind": "reply"})

    assert form["text"] in {"Dear you", "Dear {{customer.title}}"}
    drafts = ada.get("/drafts").text
    assert ("Dear Nils, LONG WORDS" in drafts, "Dear you, yes" in drafts) == (True, True)
    assert sent(desk) == []


def test_discarded_in_the_window_that_was_behind_the_others_words_stay(desk: Desk, ada: Browser):
    _one, two = begun(desk, ada)
    removal = re.search(r'id="discard-draft" method="post" action="([^"]+)"', ada.get(url(desk)).text)
    assert removal is not None

    ada.post(removal[1], {"revision": two["revision"]})
    assert "Dear Nils, LONG WORDS" in ada.get("/drafts").text

    ada.post(removal[1], {"revision": str(int(two["revision"]) + 1)})
    assert "Dear Nils" not in ada.get("/drafts").text


def test_posted_twice_an_answer_a_note_and_a_new_email_are_once(desk: Desk, ada: Browser):
    answer = shown(ada.get(url(desk)).text, "reply-form") | {"text": "It is here."}
    note = shown(ada.get(url(desk)).text, "note-form") | {"text": "He is kind."}
    new = a_new_email(desk, ada) | {"to": "eva@new.example", "subject": "A lamp", "text": "New"}
    heard = new | {"key": "h" * 16, "heard": "1", "text": "She called."}
    forms = (
        (f"{url(desk)}/replies", answer),
        (f"{url(desk)}/notes", note),
        ("/tickets", new),
        ("/tickets", heard),
    )

    for address, form in forms:
        first, again = (ada.post(address, form) for _ in range(2))
        assert (first.status_code, again.status_code) == (303, 303)
        assert first.headers["Location"] == again.headers["Location"]

    assert sent(desk) == [("It is here.", 0), ("New", 0)]
    with desk.runtime.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Note)) == 2
        assert session.scalar(select(func.count()).select_from(Ticket).where(Ticket.id > desk.ticket.id)) == 2
    assert "no drafts" in ada.get("/drafts").text


def test_other_words_from_a_page_that_was_sent_are_asked_about_and_then_leave(desk: Desk, ada: Browser):
    new = a_new_email(desk, ada) | {"to": "eva@new.example", "subject": "A lamp", "text": "New"}
    ada.post("/tickets", new)

    asked = ada.post("/tickets", new | {"to": "kim@new.example"})  # with the button that goes back

    assert asked.status_code == 422
    assert "Another email has left from this page" in asked.text
    again = a_new_email(desk, ada, asked.text) | {"subject": "A lamp"}
    assert again["to"] == "kim@new.example"
    assert ada.post("/tickets", again).status_code == 303
    assert len(sent(desk)) == 2


@pytest.mark.parametrize("room", ["draft", "answer", "new email"])
def test_a_text_that_is_too_long_is_refused_with_what_to_do_and_stands_there_whole(
    desk: Desk, ada: Browser, room: str
):
    words = "word " * (LONGEST // 5) + "THE END"
    long = {"text": words, "html": f"<div><b>Dear</b> {words}</div>", "kind": "reply"}
    page = ada.get("/tickets/new" if room == "new email" else url(desk)).text
    form = shown(page, "reply-form") | long | {"mailbox": str(desk.ticket.mailbox_id), "subject": "Long"}
    address = {"draft": f"{url(desk)}/drafts", "answer": f"{url(desk)}/replies", "new email": "/tickets"}[room]

    answer = ada.post(address, form | {"to": "eva@new.example"})

    said = answer.get_json()["wrong"] if room == "draft" else answer.text
    assert "at most 500,000" in said or "500,000 characters at most" in said
    assert answer.status_code == (413 if room == "draft" else 422)
    assert room == "draft" or "THE END" in answer.text
    assert sent(desk) == []
