"""Nothing but argon2id is kept of a password."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.desk import agents
from helpdesk.privacy.readers import Machine
from tests.promises.conftest import Look
from tests.world import an_agent

pytestmark = pytest.mark.promise("passwords-hashed")


def test_a_password_that_is_set_is_kept_as_argon2id(session: Session, look: Look):
    an_agent(session)
    agents.set_password(session, an_agent(session), "seven brown herons wade", by=Machine.COMMAND)

    found = look("passwords-hashed")

    assert not found.is_broken
    assert found.figures == {"people": 1}


@pytest.mark.parametrize("kept", ["seven brown herons wade", "$2b$12$abcdef", "$argon2i$v=19$m=1"])
def test_anything_else_breaks_the_promise(session: Session, look: Look, kept: str):
    an_agent(session).password_hash = kept

    assert look("passwords-hashed").is_broken
