"""No IP address is kept: not in a column, not in a log, not in what the program writes."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.sign_in import LoginThrottle
from helpdesk.privacy import audit, policy
from helpdesk.privacy.promises import traces
from helpdesk.privacy.promises.check import Asked
from helpdesk.privacy.readers import Machine
from tests.promises.conftest import Look
from tests.web.desk import Desk

pytestmark = pytest.mark.promise("no-ip-addresses")


def test_there_is_no_place_for_one(look: Look):
    assert not look("no-ip-addresses").is_broken


def test_a_day_at_the_desk_leaves_none(desk: Desk):
    stranger = desk.browser()
    stranger.get("/sign-in")
    assert stranger.post("/sign-in", {"email": "nobody@desk.example", "password": "wrong"}).status_code == 401
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")

    with desk.runtime.db.reading() as session:
        check = traces.no_address_is_kept(Asked(session, policy.current(session), {"rows": 100}))
        assert session.query(LoginThrottle).count()
        assert session.query(InboundEmail).count()
    assert not check.is_broken


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8::5"])
def test_an_address_in_the_trail_breaks_the_promise(session: Session, look: Look, address: str):
    audit.record(session, "sign_in.refused", by=Machine.COMMAND, on=("agent", 1), facts={"from": address})

    assert look("no-ip-addresses").is_broken


def test_an_address_as_a_throttles_key_breaks_the_promise(session: Session, look: Look):
    session.add(LoginThrottle(key="place 198.51.100.7"))

    assert look("no-ip-addresses").is_broken
