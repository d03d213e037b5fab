"""The data protection officer's list of requests, and the mark an agent sees on the ticket."""

from datetime import timedelta

from helpdesk import clock
from helpdesk.models.privacy_request import PrivacyRequest
from tests.web.desk import Desk


def test_a_request_stands_in_the_list_and_on_its_ticket_until_it_is_done(desk: Desk):
    root, ada = desk.browser(desk.root), desk.browser(desk.ada)
    page = root.get("/privacy-requests").text
    assert "Deletion" in page
    assert f"/tickets/{desk.ticket.number}" in page
    assert "First answer due" in page
    assert "It flickers" not in page
    assert "asks for a right over their data" in ada.get(f"/tickets/{desk.ticket.number}").text

    answer = root.post(f"/privacy-requests/{desk.request.id}/end", {"outcome": "erased", "note": "Erased on Monday."})

    assert answer.status_code == 303
    assert "Nobody waits" in root.get("/privacy-requests").text
    assert "Erased on Monday." in root.get("/privacy-requests?on=ended").text
    assert "asks for a right" not in ada.get(f"/tickets/{desk.ticket.number}").text


def test_what_was_done_must_be_said_and_that_it_was_none_need_not(desk: Desk):
    root = desk.browser(desk.root)

    assert root.post(f"/privacy-requests/{desk.request.id}/end", {"outcome": "erased"}).status_code == 422
    assert root.post(f"/privacy-requests/{desk.request.id}/end", {"outcome": "x", "note": "y"}).status_code == 422
    assert root.post(f"/privacy-requests/{desk.request.id}/end", {"outcome": "not_a_request"}).status_code == 303
    root.post(f"/privacy-requests/{desk.request.id}/reopening")
    assert "Deletion" in root.get("/privacy-requests").text


def test_a_clock_that_ran_out_is_told(desk: Desk):
    with clock.stopped_at(clock.now() + timedelta(days=40)):
        page = desk.browser(desk.root).get("/privacy-requests").text

    assert "First answer overdue since" in page
    assert "Outcome overdue since" in page


def test_a_ticket_is_marked_by_hand(desk: Desk):
    root = desk.browser(desk.root)

    assert root.post("/privacy-requests", {"kind": "access", "number": "987654"}).status_code == 422
    assert root.post("/privacy-requests", {"kind": "access", "number": str(desk.ticket.number)}).status_code == 303
    assert "marked by hand" in root.get("/privacy-requests").text


def test_who_objects_to_a_use_is_a_click_from_being_left_out(desk: Desk):
    root = desk.browser(desk.root)
    assert "Leave them out" not in root.get("/privacy-requests").text
    with desk.runtime.db.transaction() as session:
        session.get_one(PrivacyRequest, desk.request.id).kinds = "objection erasure"

    page = root.get("/privacy-requests").text

    link = f"/settings/objections?who={desk.ticket.customer_id}"
    assert link in page
    assert f'value="{desk.ticket.customer_id}"' in root.get(link).text
