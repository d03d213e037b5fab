"""Pages of what did not arrive: what the server said, tried again, corrected; the bell."""

import pytest
from sqlalchemy import select

from helpdesk.desk import delivery, outbox, replies
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.ticket import Ticket
from tests.web.desk import Desk


@pytest.fixture
def lost(desk: Desk) -> Delivery:
    """An answer of Ada's that the customer's server refused."""
    with desk.runtime.db.transaction() as session:
        ticket, ada = session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.ada.id)
        message = replies.reply(session, ticket, "Please send it back.", by=ada)
        session.flush()
        email = session.scalars(select(OutboundEmail).where(OutboundEmail.message_id == message.id)).one()
        claimed = outbox.claim(session, email.id)
        assert claimed
        delivery.mark(session, claimed, dict.fromkeys(claimed.recipients, Answer.of(550, "no <such> user")))
        return session.scalars(select(Delivery).where(Delivery.outbound_email_id == email.id)).one()


def test_it_is_told_on_the_ticket_under_needs_a_look_and_behind_the_bell(desk: Desk, lost: Delivery):
    ada, otto = desk.browser(desk.ada), desk.browser(desk.otto)

    assert "550 no &lt;such&gt; user" in ada.get(f"/tickets/{desk.ticket.number}").text
    assert "Answers that did not arrive" in ada.get("/needs-a-look").text
    assert "did not arrive" in ada.get("/notices").text
    assert "did not arrive" not in otto.get("/needs-a-look").text
    assert "did not arrive" not in otto.get("/notices").text


def test_it_is_tried_again_or_sent_to_another_address(desk: Desk, lost: Delivery):
    ada, url = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}/deliveries/{lost.id}"

    refused = ada.post(f"{url}/address", {"email": "nobody"})
    sent = ada.post(f"{url}/address", {"email": "right@customer.example"})
    again = ada.post(f"{url}/attempts")  # it is on its way already

    assert "sent to this address" in refused.text
    assert (sent.status_code, again.status_code) == (303, 303)
    with desk.runtime.db.reading() as session:
        row = session.get_one(Delivery, lost.id)
        assert (row.email, row.state.value) == ("right@customer.example", "queued")


def test_nobody_else_can_and_the_bell_is_quiet_once_seen(desk: Desk, lost: Delivery):
    url = f"/tickets/{desk.ticket.number}/deliveries/{lost.id}/attempts"
    assert desk.browser(desk.otto).post(url).status_code == 404
    assert desk.browser(desk.root).post(url).status_code in {403, 404}

    ada = desk.browser(desk.ada)
    ada.post("/notices/seen")

    assert ">New<" not in ada.get("/notices").text
    ada.post("/notices/mail", {})
    assert "checked" not in ada.get("/notices").text.partition("by_mail")[2][:60]
