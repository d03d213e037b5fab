"""The trail can't be changed unnoticed: it is sealed and signed in time."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.privacy import audit, chain, checkpoints
from helpdesk.privacy.readers import Machine
from helpdesk.storage.vault import Vault
from tests.privacy.test_chain import without_triggers
from tests.promises.conftest import Look

pytestmark = pytest.mark.promise("audit-trail-whole")
SIGNER = checkpoints.signer(Vault(b"k" * 32), "desk.example")


@pytest.fixture
def sealed(session: Session) -> None:
    for at in range(5):
        audit.record(session, "ticket.close", by=Machine.DEMO, on=("ticket", at))
    session.flush()
    chain.seal(session, holder="a")


def test_a_sealed_and_signed_trail_is_whole(session: Session, sealed: None, look: Look):
    checkpoints.make(session, SIGNER)

    with clock.stopped_at(clock.now() + timedelta(days=9)):  # nothing happened since, so nothing is unsigned
        found = look("audit-trail-whole")

    assert not found.is_broken
    assert found.figures == {"links": 5, "unsealed": 0, "signed": 5}


def test_a_changed_event_breaks_the_promise(session: Session, sealed: None, look: Look):
    without_triggers(session)
    session.execute(text("UPDATE audit_event SET actor_id = 'x' WHERE id = (SELECT max(id) FROM audit_event)"))

    assert look("audit-trail-whole").is_broken


def test_a_trail_written_anew_does_not_agree_with_what_was_signed(session: Session, sealed: None, look: Look):
    made = checkpoints.make(session, SIGNER)
    assert made is not None
    made.chain_hash = b"x" * 32

    assert look("audit-trail-whole").is_broken


def test_a_trail_that_nobody_signs_breaks_the_promise(sealed: None, look: Look):
    assert not look("audit-trail-whole").is_broken
    with clock.stopped_at(clock.now() + timedelta(hours=27)):
        assert look("audit-trail-whole").is_broken


def test_a_trail_that_nobody_seals_breaks_the_promise(session: Session, look: Look):
    audit.record(session, "ticket.close", by=Machine.DEMO, on=("ticket", 1))
    session.flush()

    assert not look("audit-trail-whole").is_broken
    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        assert look("audit-trail-whole").is_broken
