"""No IP address is kept: not in a column, not in a log, not in what the program writes."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, log
from helpdesk.models.base import Base
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


VISITOR = "203.0.113.77"


def test_a_visitors_address_is_nowhere_afterwards(desk: Desk, caplog: pytest.LogCaptureFixture):
    """Whatever somebody does at the desk's doors: not in any row, not in Redis, not in a line of the log."""
    stranger, ada = desk.browser(), desk.browser()
    for browser in (stranger, ada):
        browser.client.environ_base["REMOTE_ADDR"] = VISITOR
        browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = VISITOR
        browser.get("/sign-in")
    for _ in range(6):
        stranger.post("/sign-in", {"email": desk.ada.email, "password": "wrong"})
    for path in (
        "/sign-in/second-step",
        "/passkeys/challenge",
        "/passkeys/sign-in",
        "/sign-in/single",
        "/password-resets",
    ):
        stranger.post(path, {"email": desk.otto.email, "code": "000000", "credential": "{}", "state": "x"})
    stranger.get(f"/permission/{desk.secret}")
    with clock.stopped_at(clock.now() + timedelta(minutes=20)):
        assert ada.sign_in(desk.ada.email).status_code == 303
        ada.get(f"/tickets/{desk.ticket.number}")
        ada.post(f"/tickets/{desk.ticket.number}/notes", {"text": "He called twice."})
        ada.post("/confirmation", {"password": "wrong"})
        ada.post("/settings/account/password", {"current": "wrong"})

    assert VISITOR not in everything_kept(desk) + everything_in_redis(desk) + said(caplog)


def test_looking_everywhere_finds_what_is_there(desk: Desk, caplog: pytest.LogCaptureFixture):
    with desk.runtime.db.transaction() as session:
        session.add(LoginThrottle(key=f"place:{VISITOR}"))
    desk.runtime.doorbell.redis.hset("presence", VISITOR, "1")
    logging.getLogger("werkzeug").warning("who: %s", "here")

    assert VISITOR in everything_kept(desk)
    assert VISITOR in everything_in_redis(desk)
    assert "who: here" in said(caplog)


def everything_kept(desk: Desk) -> str:
    with desk.runtime.db.reading() as session:
        return "\n".join(
            str(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)).all()
        )


def everything_in_redis(desk: Desk) -> str:
    client = desk.runtime.doorbell.redis
    return "\n".join(f"{key!r} {client.dump(key)!r}" for key in client.scan_iter())


def said(caplog: pytest.LogCaptureFixture) -> str:
    formatter = log.JsonLines()
    return "\n".join(formatter.format(record) for record in caplog.records)
