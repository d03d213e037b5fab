"""Reading all that waits again: in pieces, with progress, and whoever is killed in between."""

from datetime import timedelta

from sqlalchemy import select

from helpdesk import clock
from helpdesk import runtime as runtimes
from helpdesk.desk import ledger, rereading
from helpdesk.desk.ledger import Arrived
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.rereading import Rereading
from helpdesk.runtime import Runtime
from tests.workers.desks import an_email
from tests.world import a_mailbox, a_team, an_agent
from workers import again


def a_desk_with(here: Runtime, waiting: int) -> Agent:
    """Emails that an older program could not read, in two mailboxes of one team, and an agent of it."""
    with here.db.transaction() as session:
        team = a_team(session)
        for mailbox in (a_mailbox(session, team), a_mailbox(session, team)):
            place = ledger.position(session, mailbox.id, "INBOX", 1)
            raws = [an_email(mailbox.id * 1000 + number) for number in range(waiting)]
            arrived = [
                Arrived(uid, raw, len(raw), clock.now(), Outcome.QUARANTINED, "it could not be read")
                for uid, raw in enumerate(raws, 1)
            ]
            ledger.keep(session, place, arrived)
        return an_agent(session, team)


def ask(here: Runtime, ada: Agent) -> int:
    with here.db.transaction() as session:
        asked = rereading.ask(session, by=session.merge(ada))
        assert asked is not None
        return asked.id


def state(here: Runtime, rereading_id: int) -> Rereading:
    with here.db.reading() as session:
        return session.get_one(Rereading, rereading_id)


def outcomes(here: Runtime) -> set[Outcome]:
    with here.db.reading() as session:
        return set(session.scalars(select(InboundEmail.outcome)))


def test_all_that_waits_is_read_again_and_told_as_it_goes(runtime: Runtime, monkeypatch):
    monkeypatch.setattr(rereading, "PIECE", 4)
    use(runtime)
    asked = ask(runtime, a_desk_with(runtime, 5))
    assert (state(runtime, asked).total, state(runtime, asked).done) == (10, 0)

    again.read_all_again(asked)

    done = state(runtime, asked)
    assert (done.done, done.finished_at is not None) == (10, True)
    assert outcomes(runtime) == {Outcome.NEW_TICKET}


def test_asking_twice_is_asking_once_and_where_nothing_waits_nothing_is_asked(runtime: Runtime):
    ada = a_desk_with(runtime, 1)
    assert ask(runtime, ada) == ask(runtime, ada)

    with runtime.db.transaction() as session:
        assert rereading.ask(session, by=an_agent(session, a_team(session))) is None


def test_a_reading_whose_worker_died_is_gone_on_with_and_loses_nothing(runtime: Runtime, monkeypatch):
    monkeypatch.setattr(rereading, "PIECE", 3)
    use(runtime)
    asked = ask(runtime, a_desk_with(runtime, 4))
    with runtime.db.transaction() as session:  # a piece was begun, and its worker killed
        assert len(rereading.claim(session, session.get_one(Rereading, asked))) == 3

    again.go_on()
    assert state(runtime, asked).finished_at is None  # somebody may still be at it
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        again.go_on()

    assert state(runtime, asked).finished_at is not None
    with runtime.db.reading() as session:
        left = [email.outcome for email in session.scalars(select(InboundEmail))]
    assert sorted(left) == [Outcome.NEW_TICKET] * 5 + [Outcome.STORED] * 3  # those are the poller's


def use(here: Runtime) -> None:
    """As in a worker's process."""
    runtimes.use(here)
