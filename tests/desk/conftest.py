"""What most tests of the desk begin with: a team, Ada, an agent of it, and a ticket with it."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent, Team
from helpdesk.models.ticket import Ticket
from tests import world


@pytest.fixture
def team(session: Session) -> Team:
    return world.a_team(session)


@pytest.fixture
def ada(session: Session, team: Team) -> Agent:
    return world.an_agent(session, team)


@pytest.fixture
def ticket(session: Session, team: Team) -> Ticket:
    return world.a_ticket(session, team)
