"""Pictures from elsewhere: blocked; fetched by the desk only where an admin allows it and an agent asks."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import ledger
from helpdesk.desk.ledger import Arrived
from helpdesk.mail import remote_picture
from helpdesk.models.audit import AuditEvent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.message import Message
from tests.web.browser import Browser
from tests.web.desk import Desk

RAW = (
    b"From: nils@customer.example\r\nSubject: lamp\r\nContent-Type: text/html\r\n\r\n"
    b"<p>Look</p><img src='https://pics.example/a.png?id=7'><img src='//pics.example/b.png'>"
    b"<div style='background:url(https://pics.example/c.png)'>x</div>\r\n"
)
PNG = b"\x89PNG\r\n\x1a\nrest"


@pytest.fixture
def asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A letter with pictures elsewhere; and which of them left the desk as a request."""
    with desk.runtime.db.transaction() as session:
        place = ledger.position(session, desk.ticket.mailbox_id, "INBOX", 9)
        ledger.keep(session, place, [Arrived(1, RAW, len(RAW), clock.now(), Outcome.APPENDED)])
        email = session.scalars(select(InboundEmail).where(InboundEmail.uidvalidity == 9)).one()
        email.ticket_id = desk.ticket.id
        message = session.get_one(Message, desk.message.id)
        message.inbound_email_id, message.blocked_count, message.blocked_hosts = email.id, 3, "pics.example"
    requests: list[str] = []

    def far_away(url: str) -> bytes:
        requests.append(url)
        return PNG if "a.png" in url else b"<svg onload=alert(1)>"

    monkeypatch.setattr(remote_picture, "fetch", far_away)  # the internet begins there
    return requests


def switched_on(desk: Desk) -> Browser:
    assert desk.browser(desk.root).post("/settings/remote-pictures", {"on": "1"}).status_code == 303
    return desk.browser(desk.ada)


def test_off_nothing_can_be_asked_for_and_nothing_leaves(desk: Desk, asked: list[str]):
    ada = desk.browser(desk.ada)
    assert "Load them" not in ada.get(f"/tickets/{desk.ticket.number}").text

    assert ada.post(f"/messages/{desk.message.id}/pictures").status_code == 404
    assert ada.get(f"/messages/{desk.message.id}/remote/0").status_code == 404
    assert not asked


def test_a_click_shows_them_through_the_desk_for_some_minutes_and_stands_on_the_trail(desk: Desk, asked: list[str]):
    ada = switched_on(desk)
    assert "Load them" in ada.get(f"/tickets/{desk.ticket.number}").text
    assert ada.get(f"/messages/{desk.message.id}/remote/0").status_code == 404  # not asked for yet

    there = ada.post(f"/messages/{desk.message.id}/pictures").headers["Location"]

    shown = ada.get(there).text
    assert f"/messages/{desk.message.id}/body?pictures=1" in shown
    assert "Remote pictures: this desk fetches them" in shown
    assert "Load them" not in shown
    body = ada.get(f"/messages/{desk.message.id}/body?pictures=1").text
    assert 'src="remote/0"' in body
    assert 'src="remote/1"' in body
    assert "pics.example" not in body
    picture = ada.get(f"/messages/{desk.message.id}/remote/0")
    assert (picture.content_type, picture.data) == ("image/png", PNG)
    assert asked == ["https://pics.example/a.png?id=7"]
    with desk.runtime.db.reading() as session:
        assert session.scalars(select(AuditEvent).where(AuditEvent.action == "message.load_pictures")).one()
    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        assert ada.get(f"/messages/{desk.message.id}/remote/0").status_code == 404


def test_what_is_no_picture_is_not_handed_on(desk: Desk, asked: list[str]):
    ada = switched_on(desk)
    ada.post(f"/messages/{desk.message.id}/pictures")

    assert ada.get(f"/messages/{desk.message.id}/remote/1").status_code == 404
    assert asked == ["https://pics.example/b.png"]
    assert ada.get(f"/messages/{desk.message.id}/remote/99").status_code == 404


def test_one_agents_click_opens_them_for_nobody_else_and_off_again_for_nobody(desk: Desk, asked: list[str]):
    ada = switched_on(desk)
    ada.post(f"/messages/{desk.message.id}/pictures")
    assert desk.browser(desk.root).get(f"/messages/{desk.message.id}/remote/0").status_code == 404
    assert desk.browser(desk.otto).get(f"/messages/{desk.message.id}/remote/0").status_code == 404
    assert desk.browser().get(f"/messages/{desk.message.id}/remote/0").status_code == 401

    desk.browser(desk.root).post("/settings/remote-pictures", {"on": "0"})
    assert ada.get(f"/messages/{desk.message.id}/remote/0").status_code == 404
    assert not asked
