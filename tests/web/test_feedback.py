"""Feedback on a public page: a ticket of its own channel, a box for being written to, and brakes."""

import re
from datetime import timedelta
from http import HTTPStatus

from sqlalchemy import func, select, update

from helpdesk import clock
from helpdesk.desk import compose, outbox, records
from helpdesk.desk.feedback import FeedbackForm
from helpdesk.models.agent import Team
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from helpdesk.models.ticket import Channel, Status, Ticket
from helpdesk.privacy import settings
from tests import world
from tests.web.desk import Desk

TOLD = {"text": "The lamp is lovely, the box is not.", "email": "Kim@Elsewhere.example", "name": "Kim", "website": ""}


def opened(desk: Desk) -> None:
    with desk.runtime.db.transaction() as session:
        form = FeedbackForm(is_open=True, mailbox_id=desk.ticket.mailbox_id)
        settings.change(session, form, by=desk.root)


def left(desk: Desk) -> list[Ticket]:
    with desk.runtime.db.reading() as session:
        return list(session.scalars(select(Ticket).where(Ticket.channel == Channel.FEEDBACK)))


def proof(desk: Desk) -> tuple[str, str]:
    """Feedback with the box ticked; the path in the letter that asks whether it was they, and the letter."""
    opened(desk)
    desk.browser().post("/feedback", {**TOLD, "may_contact": "1"})
    with desk.runtime.db.transaction() as session:
        asked = session.scalars(select(OutboundEmail).filter_by(purpose=Purpose.CONTACT_PROOF)).one()
        claimed = outbox.claim(session, asked.id)
        assert claimed is not None
        letter = compose.email(session, claimed, desk=desk.runtime.config.desk, vault=desk.runtime.vault)
    found = re.search(r"/feedback/contact/\w+", letter.text)
    assert found
    return found[0], letter.text


def consents(desk: Desk) -> list[tuple[bool, bool]]:
    """Of each consent, whether it is proved and whether it was used."""
    with desk.runtime.db.reading() as session:
        return [(bool(one.proved_at), bool(one.used_at)) for one in session.scalars(select(ContactConsent))]


def test_what_is_left_is_a_ticket_that_the_team_reads_and_the_desk_answers_nothing(desk: Desk):
    opened(desk)
    visitor = desk.browser()

    page = visitor.get("/feedback")
    sent = visitor.post("/feedback", {**TOLD, "may_contact": "1"})

    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text
    assert sent.status_code == HTTPStatus.SEE_OTHER
    assert "Thank you" in visitor.get(sent.headers["Location"]).text
    [ticket] = left(desk)
    read = desk.browser(desk.ada).get(f"/tickets/{ticket.number}").text
    assert TOLD["text"] in read
    assert "nobody proved it" in read
    assert "they ticked the box, and did not prove it" in read
    assert desk.browser(desk.otto).get(f"/tickets/{ticket.number}").status_code == HTTPStatus.NOT_FOUND
    with desk.runtime.db.reading() as session:
        assert session.scalars(select(ContactConsent.ticket_id)).all() == [ticket.id]
        to_them = select(func.count()).select_from(Delivery).where(Delivery.email == "kim@elsewhere.example")
        assert session.scalar(to_them) == 1  # the link that proves the box, and nothing else


def test_a_box_counts_when_the_link_that_was_mailed_says_so(desk: Desk):
    link, letter = proof(desk)
    visitor = desk.browser()

    assert "lamp" not in letter
    assert "Yes, that was me" in visitor.get(link).text
    assert consents(desk) == [(False, False)]
    assert visitor.post(link, {"answer": "yes"}).status_code == HTTPStatus.SEE_OTHER
    assert visitor.post(link, {"answer": "yes"}).status_code == HTTPStatus.SEE_OTHER

    assert consents(desk) == [(True, False)]
    assert "We may write to you" in visitor.get(link).text
    [ticket] = left(desk)
    assert "they agreed" in desk.browser(desk.ada).get(f"/tickets/{ticket.number}").text


def test_whoever_did_not_tick_it_says_no_and_nothing_is_kept(desk: Desk):
    link, _letter = proof(desk)

    gone = desk.browser().post(link, {"answer": "no"}, follow_redirects=True)

    assert "Nobody will write to you" in gone.text
    assert consents(desk) == []


def test_after_a_week_the_link_proves_nothing_and_still_takes_back(desk: Desk):
    link, _letter = proof(desk)
    with desk.runtime.db.transaction() as session:
        session.execute(update(ContactConsent).values(given_at=clock.now() - timedelta(days=8)))

    late = desk.browser().post(link, {"answer": "yes"})

    assert "older than a week" in late.text
    assert consents(desk) == [(False, False)]
    desk.browser().post(link, {"answer": "no"})
    assert consents(desk) == []


def test_an_address_gets_three_of_these_letters_a_day_whoever_types_it(desk: Desk):
    opened(desk)

    for number in range(5):
        desk.browser().post("/feedback", {**TOLD, "text": f"again {number}", "may_contact": "1"})

    with desk.runtime.db.reading() as session:
        asked = select(func.count()).select_from(OutboundEmail).where(OutboundEmail.purpose == Purpose.CONTACT_PROOF)
        assert session.scalar(asked) == 3
    assert len(left(desk)) == 5


def test_a_machine_that_fills_in_everything_is_thanked_and_forgotten(desk: Desk):
    opened(desk)

    assert desk.browser().post("/feedback", {**TOLD, "website": "https://buy.example"}).status_code == 303
    assert left(desk) == []


def test_what_is_wrong_is_said_and_what_was_typed_stays(desk: Desk):
    opened(desk)

    nothing = desk.browser().post("/feedback", {**TOLD, "text": "  "})
    nobody = desk.browser().post("/feedback", {**TOLD, "email": "kim@"})

    assert (nothing.status_code, nobody.status_code) == (422, 422)
    assert TOLD["text"] in nobody.text
    assert left(desk) == []


def test_an_address_of_ours_writes_no_feedback_and_becomes_no_customer(desk: Desk):
    opened(desk)
    with desk.runtime.db.reading() as session:
        ours = session.get_one(Mailbox, desk.ticket.mailbox_id).address

    refused = desk.browser().post("/feedback", {**TOLD, "email": f" {ours.upper()} "})

    assert refused.status_code == 422
    assert "This is our own address" in refused.text
    assert TOLD["text"] in refused.text
    assert left(desk) == []


def test_what_is_too_long_is_refused_and_not_cut(desk: Desk):
    opened(desk)
    visitor = desk.browser()

    text = visitor.post("/feedback", {**TOLD, "text": "lamp " * 2001})
    name = visitor.post("/feedback", {**TOLD, "name": "K" * 101})
    email = visitor.post("/feedback", {**TOLD, "email": f"kim@{'elsewhere.' * 30}example"})

    assert (text.status_code, name.status_code, email.status_code) == (422, 422, 422)
    assert "there is room for 10000" in text.text
    assert "lamp " * 2001 in text.text
    assert left(desk) == []
    as_sent = "lamp\r\n" * 2000  # and counted by a browser as 10,000
    assert visitor.post("/feedback", {**TOLD, "text": as_sent}).status_code == 303


def test_one_place_leaves_no_more_than_so_much_an_hour(desk: Desk):
    opened(desk)
    visitor = desk.browser()

    answers = {visitor.post("/feedback", TOLD).status_code for _ in range(records.MOST_FROM_A_PLACE)}

    assert answers == {303}
    held = visitor.post("/feedback", {**TOLD, "may_contact": "1"})
    assert held.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert all(typed in held.text for typed in (TOLD["text"], TOLD["email"], 'value="Kim"', " checked"))
    assert "send it again later" in held.text


def test_closed_there_is_no_page_and_an_admin_opens_it(desk: Desk):
    root = desk.browser(desk.root)
    assert desk.browser().get("/feedback").status_code == HTTPStatus.NOT_FOUND

    assert root.post("/settings/feedback", {"is_open": "1", "mailbox": ""}).status_code == 422
    root.post("/settings/feedback", {"is_open": "1", "mailbox": str(desk.ticket.mailbox_id)})

    assert desk.browser().get("/feedback").status_code == HTTPStatus.OK


def test_feedback_under_another_address_opens_nothing_of_its_owner(desk: Desk):
    opened(desk)
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        kim = world.a_customer(session, "kim@elsewhere.example")
        long_ago = clock.now() - timedelta(days=60)
        old = world.a_ticket(session, team, customer=kim, status=Status.CLOSED, at=long_ago).number
    ada = desk.browser(desk.ada)
    assert ada.get(f"/tickets/{old}").status_code == HTTPStatus.FORBIDDEN

    desk.browser().post("/feedback", TOLD)

    assert len(left(desk)) == 1
    assert ada.get(f"/tickets/{old}").status_code == HTTPStatus.FORBIDDEN
