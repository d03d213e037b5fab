"""Leases: one holder at a time, on both databases."""

from datetime import timedelta

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.storage import leases

MINUTE = timedelta(minutes=1)


def test_a_lease_has_one_holder_until_it_lapses(session: Session):
    assert leases.take(session, "poll:1", holder="first", lasting=MINUTE)
    assert not leases.take(session, "poll:1", holder="second", lasting=MINUTE)
    assert leases.take(session, "poll:1", holder="first", lasting=MINUTE)

    with clock.stopped_at(clock.now() + MINUTE):
        assert leases.take(session, "poll:1", holder="second", lasting=MINUTE)
        assert not leases.take(session, "poll:1", holder="first", lasting=MINUTE)


def test_a_lease_given_back_is_free_at_once(session: Session):
    leases.take(session, "seal", holder="first", lasting=MINUTE)
    leases.release(session, "seal", holder="second")
    assert not leases.take(session, "seal", holder="second", lasting=MINUTE)

    leases.release(session, "seal", holder="first")
    assert leases.take(session, "seal", holder="second", lasting=MINUTE)


def test_a_lease_of_a_clock_that_was_put_back_is_free(session: Session):
    with clock.stopped_at(clock.now() + 60 * MINUTE):
        assert leases.take(session, "seal", holder="first", lasting=MINUTE)

    assert leases.take(session, "seal", holder="second", lasting=MINUTE)
    assert not leases.take(session, "seal", holder="first", lasting=MINUTE)
