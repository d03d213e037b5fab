"""The clockwork keeps the trail: events are sealed and signed, grants end when they say."""

import pytest

from helpdesk import runtime as current
from helpdesk.privacy import audit, chain, checkpoints
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from workers import trail


@pytest.fixture
def here(runtime: Runtime) -> Runtime:
    current.use(runtime)
    return runtime


def test_events_are_sealed_and_signed(here: Runtime):
    with here.db.transaction() as session:
        for at in range(3):
            audit.record(session, "ticket.close", by=Machine.DEMO, on=("ticket", at))

    trail.seal()
    trail.checkpoint()

    with here.db.reading() as session:
        found = chain.verify(session)
        signed = checkpoints.latest(session)
    assert (found.links, found.unsealed, found.fault) == (3, 0, None)
    assert signed is not None
    assert signed.size == 3
