"""A ticket for somebody, on screen: an email, or what they said on the phone, which sends nothing."""

from io import BytesIO

from sqlalchemy import select

from helpdesk.models.outbound_email import OutboundEmail, Purpose
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
