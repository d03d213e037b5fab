"""The page of trash and drafts: how many days, what goes tonight, and a ticket that is gone."""

from helpdesk import clock
from helpdesk.desk import places, privacy_requests
from helpdesk.models.agent import Agent
from helpdesk.models.privacy_request import PrivacyRequest, RequestOutcome
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import purging, retention
from tests import world
from tests.web.desk import Desk

PAGE = "/settings/retention"


def throw_away(desk: Desk, *, days: float) -> None:
    with desk.runtime.db.transaction() as session:  # it would wait for that
        asked = session.get_one(PrivacyRequest, desk.request.id)
        privacy_requests.end(session, asked, RequestOutcome.WITHDRAWN, "", by=session.get_one(Agent, desk.root.id))
    with desk.runtime.db.transaction() as session, clock.stopped_at(world.days_ago(days)):
        ticket, ada = session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.ada.id)
        places.put(session, ticket, Place.TRASH, by=ada)


def test_it_says_what_goes_tonight_and_what_would_before_anything_is_saved(desk: Desk):
    throw_away(desk, days=12)
    root = desk.browser(desk.root)
    assert "<strong>0 tickets of the trash</strong>" in root.get(PAGE).text

    tried = root.get(f"{PAGE}?trash_goes=1&trash_days=10&draft_goes=1&draft_days=30").text
    assert "<strong>1 ticket of the trash</strong>" in tried
    assert "nothing is saved yet" in tried
    with desk.runtime.db.reading() as session:
        assert retention.of(session).trash_days == 30

    assert root.post(PAGE, {"trash_goes": "1", "trash_days": "10", "draft_days": "30"}).status_code == 303
    with desk.runtime.db.reading() as session:
        assert retention.of(session) == retention.Retention(trash_days=10, draft_days=0)
    assert "<strong>1 ticket of the trash</strong>" in root.get(PAGE).text


def test_what_is_no_number_of_days_is_said_so_and_kept_nowhere(desk: Desk):
    root = desk.browser(desk.root)
    for days in ("0", "-3", "3651", "a few", "9" * 30, ""):
        answer = root.post(PAGE, {"trash_goes": "1", "trash_days": days, "draft_days": "30"})
        assert answer.status_code == 422
        assert "1 to 3650" in answer.text
    assert root.get(f"{PAGE}?trash_goes=1&trash_days=x").status_code == 422
    with desk.runtime.db.reading() as session:
        assert retention.of(session) == retention.Retention()


def test_a_ticket_in_the_trash_says_when_it_goes_and_one_that_went_says_so(desk: Desk):
    ada = desk.browser(desk.ada)
    throw_away(desk, days=1)
    address = f"/tickets/{desk.ticket.number}"
    assert "It goes for good on" in ada.get(address).text
    throw_away_for_good(desk)

    page = ada.get(address)

    assert page.status_code == 410
    assert "This ticket is gone for good" in page.text
    assert "flickers" not in page.text
    for refused in (f"{address}/notes", f"{address}/replies"):
        assert ada.post(refused, {"text": "Hello"}).status_code in {403, 404, 410}
    assert ada.post(f"{address}/place", {"place": "desk"}).status_code in {403, 404, 410}
    assert f'/tickets/{desk.ticket.number}"' not in ada.get("/inbox/trash").text


def throw_away_for_good(desk: Desk) -> None:
    with desk.runtime.db.transaction() as session:
        session.get_one(Ticket, desk.ticket.id).trashed_at = world.days_ago(60)
        session.flush()
        begun = purging.begin(session, night=clock.now())
        for name, ids in purging.left(session, begun).items():
            purging.take(session, name, ids)
        purging.end(session, begun)
