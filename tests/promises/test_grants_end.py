"""A permission ends when it says, and opens nothing after that."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.access_grant import AccessGrant, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, grants
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.grants import Wish
from tests.promises.conftest import Look
from tests.world import a_team, a_ticket, an_agent

pytestmark = pytest.mark.promise("grants-end")


@pytest.fixture
def ticket(session: Session) -> Ticket:
    return a_ticket(session)


@pytest.fixture
def otto(session: Session) -> Agent:
    return an_agent(session, a_team(session))


@pytest.fixture
def grant(session: Session, ticket: Ticket, otto: Agent) -> AccessGrant:
    """For one hour from now."""
    asked = grants.ask(session, Wish(Scope.TICKET, ticket.id, Purpose.BUG, "The export fails", 60), by=otto)
    grants.allow_by_customer(session, asked)
    return asked


def test_a_live_grant_is_used_ends_and_opens_nothing_more(session, ticket, otto, grant, look: Look):
    access.read(session, ticket, by=otto)
    assert look("grants-end").figures == {"live": 1, "ended": 0}

    with clock.stopped_at(clock.now() + timedelta(minutes=61)):
        with pytest.raises(AccessDenied):
            access.read(session, ticket, by=otto)
        grants.sweep(session)
        found = look("grants-end")

    assert not found.is_broken
    assert found.figures == {"live": 0, "ended": 1}


def test_a_grant_that_is_live_long_past_its_end_breaks_the_promise(grant, look: Look):
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        assert look("grants-end").is_broken


def test_a_reading_after_the_end_breaks_the_promise(session, ticket, otto, grant, look: Look):
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        grants.sweep(session)
        audit.record(session, "ticket.read", by=otto, on=("ticket", ticket.id), basis=f"grant {grant.id}")

        assert look("grants-end").is_broken
