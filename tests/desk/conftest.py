"""Who most tests of the desk begin with: a team, and Ada, an agent of it."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent, Team
from tests import world


@pytest.fixture
def team(session: Session) -> Team:
    return world.a_team(session)


@pytest.fixture
def ada(session: Session, team: Team) -> Agent:
    return world.an_agent(session, team)
