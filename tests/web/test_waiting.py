"""Needs a look, on screen: opened without harm, decided about, blocked, put aside and got back."""

from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import ledger
from helpdesk.desk.ledger import Arrived
from helpdesk.models.audit import AuditEvent
from helpdesk.models.blocked_sender import BlockedSender
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from tests.web.desk import Desk


def the_email(desk: Desk) -> InboundEmail:
    with desk.runtime.db.reading() as session:
        return session.get_one(InboundEmail, desk.held.id)


def readings(desk: Desk) -> list[tuple[str, str]]:
    with desk.runtime.db.reading() as session:
        found = select(AuditEvent).where(AuditEvent.action == "raw_email.read").order_by(AuditEvent.id)
        return [(event.actor_kind, event.basis) for event in session.scalars(found)]


def test_opening_it_shows_what_it_claims_and_is_a_reading(desk: Desk):
    page = desk.browser(desk.ada).get(f"/needs-a-look/{desk.held.id}").text

    assert "Kim &lt;kim@else.example&gt;" in page
    assert "me too" in page
    assert "one.png" in page
    assert "Mine as well" not in page  # that is in the frame
    assert readings(desk) == [("agent", "waiting email of the team's mailbox")]


def test_its_html_comes_after_the_policy_from_its_own_address_and_runs_nothing(desk: Desk):
    ada = desk.browser(desk.ada)
    body = ada.get(f"/needs-a-look/{desk.held.id}/body")

    assert "Mine as well." in body.text
    assert "script" not in body.text
    assert 'src="parts/1"' in body.text
    assert "sandbox" in body.headers["Content-Security-Policy"]
    assert "default-src 'none'" in body.headers["Content-Security-Policy"]
    assert ada.get(f"/needs-a-look/{desk.held.id}/parts/1").content_type == "image/png"


def test_its_files_are_handed_over_inert(desk: Desk):
    file = desk.browser(desk.ada).get(f"/needs-a-look/{desk.held.id}/files/0")

    assert file.headers["Content-Disposition"] == "attachment; filename=one.png"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert desk.browser(desk.ada).get(f"/needs-a-look/{desk.held.id}/files/9").status_code == 404


def test_what_can_not_be_read_says_so_and_offers_the_original(desk: Desk):
    with desk.runtime.db.transaction() as session:
        place = ledger.position(session, desk.ticket.mailbox_id, "INBOX", 9)
        blank = [Arrived(1, b"\r\n\r\n", 4, clock.now(), Outcome.QUARANTINED, "there is nothing in it")]
        ledger.keep(session, place, blank)
        email = session.scalars(select(InboundEmail).where(InboundEmail.uidvalidity == 9)).one()
    page = desk.browser(desk.ada).get(f"/needs-a-look/{email.id}")

    assert page.status_code == 200
    assert "It could not be read, not even now" in page.text
    assert f"/needs-a-look/{email.id}/original" in page.text


def test_its_sender_is_blocked_with_a_click_and_let_go_in_the_settings(desk: Desk):
    ada, root = desk.browser(desk.ada), desk.browser(desk.root)
    assert "Block kim@else.example" in ada.get(f"/needs-a-look/{desk.held.id}").text

    answer = ada.post(f"/needs-a-look/{desk.held.id}/block", {"address": "kim@else.example"})

    assert "kim@else.example is blocked" in ada.get(answer.headers["Location"]).text
    assert "kim@else.example" not in root.get(answer.headers["Location"]).text  # who did it is told
    assert "Nothing waits" in ada.get("/needs-a-look").text
    assert "Release" in ada.get("/needs-a-look?on=blocked").text
    assert "1 email is held" in root.get("/settings/blocked-senders").text
    with desk.runtime.db.reading() as session:
        kim = session.scalars(select(BlockedSender).where(BlockedSender.address == "kim@else.example")).one()
    root.post(f"/settings/blocked-senders/{kim.id}/end")
    assert "kim@else.example" not in root.get("/settings/blocked-senders").text
    assert the_email(desk).outcome is Outcome.STORED


def test_whom_not_to_block_is_said(desk: Desk):
    root = desk.browser(desk.root)

    wrong = [("@gmail.com", "public mail provider"), ("x", "or @ and a domain"), ("@desk.example", "own mailboxes")]
    for address, words in wrong:
        answer = root.post("/settings/blocked-senders", {"address": address})
        assert (answer.status_code, words in answer.text) == (422, True)


def test_who_claims_to_be_one_of_our_mailboxes_is_not_offered_to_be_blocked(desk: Desk):
    with desk.runtime.db.transaction() as session:
        address = session.get_one(Mailbox, desk.ticket.mailbox_id).address
        place = ledger.position(session, desk.ticket.mailbox_id, "INBOX", 10)
        raw = f"From: {address}\r\nSubject: It is us\r\n\r\nSend money.\r\n".encode()
        ours = [Arrived(1, raw, len(raw), clock.now(), Outcome.HELD, "it says it is from one of our own mailboxes")]
        ledger.keep(session, place, ours)
        email = session.scalars(select(InboundEmail).where(InboundEmail.uidvalidity == 10)).one()

    page = desk.browser(desk.ada).get(f"/needs-a-look/{email.id}").text

    assert "Send money." in page
    assert "Block " not in page


def test_it_is_put_aside_and_got_back(desk: Desk):
    ada = desk.browser(desk.ada)
    ada.post(f"/needs-a-look/{desk.held.id}/ruling", {"ruling": "aside"})
    assert the_email(desk).outcome is Outcome.PUT_ASIDE
    assert "Get it back" in ada.get("/needs-a-look?on=aside").text

    ada.post(f"/needs-a-look/{desk.held.id}/ruling", {"ruling": "back"})

    assert the_email(desk).outcome is Outcome.HELD
    assert "Open it safely" in ada.get("/needs-a-look").text


def test_reading_all_again_shows_how_far_it_is(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.delete(session.merge(desk.reading))
    ada = desk.browser(desk.ada)
    assert "Read all again" in ada.get("/needs-a-look").text

    ada.post("/needs-a-look/readings")

    assert "Reading again: 0 of 1" in ada.get("/needs-a-look").text
