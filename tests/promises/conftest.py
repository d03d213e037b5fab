"""A check as a test asks it: on the rows of the test, with the parameters of a policy."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from helpdesk.privacy import policy
from helpdesk.privacy.promises import REGISTER, Evidence
from helpdesk.privacy.promises.check import Asked

Look = Callable[..., Evidence]


@pytest.fixture
def look(session: Session) -> Look:
    """Whatever the nightly check of a promise would find now, by its id."""

    def run(name: str, **parameters: int) -> Evidence:
        session.flush()
        check = REGISTER[name]
        return check.look(Asked(session, policy.current(session), {**check.parameters, **parameters}))

    return run
