"""Pages of what did not arrive: what the server said, tried again, corrected; the bell."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import delivery, outbox, replies
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.ticket import Ticket
from tests.web.desk import Desk
from tests.web.test_screen_and_wire import shown


@pytest.fixture
def lost(desk: Desk) -> Delivery:
    """An answer of Ada's that the customer's server refused."""
    number = answered(desk, Answer.of(550, "no <such> user"))
    with desk.runtime.db.reading() as session:
        return session.scalars(select(Delivery).where(Delivery.outbound_email_id == number)).one()


def answered(desk: Desk, said: Answer | None) -> int:
    """An answer of Ada's; its number in the outbox."""
    with desk.runtime.db.transaction() as session:
        ticket, ada = session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.ada.id)
        message = replies.reply(session, ticket, "Please send it back.", by=ada)
        session.flush()
        number = session.scalars(select(OutboundEmail.id).where(OutboundEmail.message_id == message.id)).one()
    if said is not None:
        answer(desk, number, said)
    return number


def answer(desk: Desk, number: int, said: Answer) -> None:
    with desk.runtime.db.transaction() as session:
        claimed = outbox.claim(session, number)
        assert claimed
        delivery.mark(session, claimed, dict.fromkeys(claimed.recipients, said))


def test_it_is_told_on_the_ticket_under_needs_a_look_and_behind_the_bell(desk: Desk, lost: Delivery):
    ada, otto = desk.browser(desk.ada), desk.browser(desk.otto)

    assert "550 no &lt;such&gt; user" in ada.get(f"/tickets/{desk.ticket.number}").text
    assert "Answers that did not arrive" in ada.get("/needs-a-look").text
    assert "did not arrive" in ada.get("/notices").text
    assert "did not arrive" not in otto.get("/needs-a-look").text
    assert "did not arrive" not in otto.get("/notices").text


def test_what_a_server_put_off_and_what_waits_is_told_in_the_list_and_on_the_ticket(desk: Desk):
    ada, page = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"
    number = answered(desk, None)
    assert ">Queued</span>" in ada.get("/inbox/open").text

    answer(desk, number, Answer.of(451, "4.7.1 greylisted"))
    for told in (ada.get("/inbox/open").text, ada.get(page).text):
        assert "Delayed" in told
    waits = ada.get("/needs-a-look").text
    assert ("Answers that are delayed" in waits, "greylisted" in waits, "Next try:" in waits) == (True, True, True)
    assert "Answers that are delayed" not in desk.browser(desk.otto).get("/needs-a-look").text

    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        answer(desk, number, Answer.of(250, "2.0.0 taken as 4711"))
    assert "Delayed" not in ada.get("/inbox/open").text
    assert "2.0.0 taken as 4711" in ada.get(page).text.partition("Who has it")[2]


def test_a_wrong_correction_is_told_beside_it_and_touches_no_draft(desk: Desk, lost: Delivery):
    ada, page = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"
    form = shown(ada.get(page).text, "reply-form")
    ada.post(f"{page}/drafts", form | {"text": "HALF A THOUGHT", "kind": "reply"})

    refused = ada.post(f"{page}/deliveries/{lost.id}/address", {"email": "nobody@"})

    assert refused.status_code == 422
    assert 'value="nobody@"' in refused.text
    assert shown(refused.text, "reply-form")["text"] == "HALF A THOUGHT"


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
