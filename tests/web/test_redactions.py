"""Blacking out on screen: counted first, done by who says so, and never for who may not."""

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.role import Role
from helpdesk.privacy import access
from tests import world
from tests.web.desk import Desk


def test_a_lead_sees_what_would_go_and_it_goes_on_the_word(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.ada.id).role = Role.LEAD
        session.get_one(PrivacyRequest, desk.request.id).ended_at = clock.now()
    ada, url = desk.browser(desk.ada), f"/messages/{desk.message.id}/redaction"
    with desk.runtime.db.reading() as session:
        words = access.read(session, desk.message, by=session.get_one(Agent, desk.ada.id)).text

    assert f'href="{url}"' in ada.get(f"/tickets/{desk.ticket.number}").text
    assert words in ada.get(url).text
    refused = ada.post(url, {"what": "words", "words": ""})
    assert (refused.status_code, "Say what is to go" in refused.text) == (422, True)
    counted = ada.post(url, {"what": "words", "words": words}).text
    assert "holds these words." in counted
    assert "its original and its formatting" in counted
    assert "there is no way back" in counted
    assert words in ada.get(url).text
    done = ada.post(url, {"what": "words", "words": words, "sure": "1"})

    assert done.headers["Location"] == f"/tickets/{desk.ticket.number}#message-{desk.message.id}"
    page = ada.get(f"/tickets/{desk.ticket.number}").text
    assert "█████" in page
    assert "blacked out words of a message, for good" in page


def test_who_has_not_the_permission_is_shown_no_way_there(desk: Desk):
    ada = desk.browser(desk.ada)

    with desk.runtime.db.transaction() as session:
        note = world.a_note(session, desk.ticket, desk.ada)
    assert "/redaction" not in ada.get(f"/tickets/{desk.ticket.number}").text
    assert ada.post(f"/notes/{note.id}/redaction", {"what": "whole", "sure": "1"}).status_code == 404
    assert ada.post(f"/messages/{desk.message.id}/redaction", {"what": "whole", "sure": "1"}).status_code == 404


def test_a_note_has_a_way_there_of_its_own_and_the_page_says_what_it_does_not_reach(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.ada.id).role = Role.LEAD
        session.get_one(PrivacyRequest, desk.request.id).ended_at = clock.now()
        note = world.a_note(session, desk.ticket, desk.ada, "Their card is 4111")
    ada, url = desk.browser(desk.ada), f"/notes/{note.id}/redaction"

    assert f'href="{url}"' in ada.get(f"/tickets/{desk.ticket.number}").text
    assert "Their card is 4111" in ada.get(url).text
    counted = ada.post(url, {"what": "words", "words": "4111"}).text
    for said in (
        "1 note holds them.",
        "This does not reach:",
        "other tickets",
        "files that stay",
        "open in an editor",
    ):
        assert said in counted
    assert "its original and its formatting" not in counted  # no email is concerned
    assert "quoted in other messages" in ada.post(url, {"what": "whole"}).text
    nowhere = ada.post(url, {"what": "words", "words": "5222 0000"})
    assert (nowhere.status_code, "do not stand on this ticket" in nowhere.text) == (422, True)
    assert ("5222 0000" in nowhere.text, "Black it out for good" in nowhere.text) == (True, False)
    done = ada.post(url, {"what": "words", "words": "4111", "sure": "1"})

    assert done.headers["Location"] == f"/tickets/{desk.ticket.number}#note-{note.id}"
    page = ada.get(f"/tickets/{desk.ticket.number}").text
    assert "Their card is █████" in page
    assert "blacked out words of a note, for good" in page
    assert "blacked out words of a note, for good" in ada.get(f"/tickets/{desk.ticket.number}/history").text
