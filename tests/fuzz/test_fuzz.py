"""The fuzzer repeats itself, keeps count, and would see what it looks for."""

import pytest

from helpdesk.runtime import Runtime
from tests.fuzz import mail
from tests.fuzz.mutations import email_number
from tests.fuzz.seeds import all_seeds
from tests.workers.desks import an_email
from tests.world import a_mailbox, a_team


@pytest.fixture
def desk(runtime: Runtime) -> Runtime:
    with runtime.db.transaction() as session:
        a_mailbox(session, a_team(session))
    return runtime


def test_a_number_means_the_same_email_again():
    seeds = all_seeds()

    once, again = ([email_number(number, seeds, seed=3) for number in range(200)] for _ in range(2))

    assert once == again
    assert once != [email_number(number, seeds, seed=4) for number in range(200)]


def test_a_batch_of_spoilt_email_is_taken_in_without_a_finding(desk: Runtime):
    seeds = all_seeds()

    found = list(mail.tried(desk, {number: email_number(number, seeds, seed=5) for number in range(mail.BATCH)}))

    assert [(one.number, one.what) for one in found] == []


def test_an_email_that_takes_too_long_is_a_finding(desk: Runtime, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mail, "SLOW", 0.0)

    found = list(mail.tried(desk, {7: an_email(1)}))

    assert [one.number for one in found] == [7]
    assert "took" in found[0].what
