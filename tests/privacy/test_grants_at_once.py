"""Two hands on one grant in the same moment: one decision counts, and the trail tells of no other."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import password_resets, permissions
from helpdesk.models.access_grant import AccessGrant, Approver, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, grants
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.grants import GrantRefused, Wish
from helpdesk.storage.db import Database
from helpdesk.storage.vault import Vault
from tests import world
from tests.at_once import at_once

VAULT = Vault(b"v" * 32)
DECISIONS = {"grant.allow", "grant.deny", "grant.revoke", "grant.lapse", "grant.approve"}


@dataclass
class Asked:
    """A grant that Ada asked for, and two admins who may decide about it."""

    db: Database
    grant_id: int
    ticket_id: int
    ada: int
    admins: tuple[int, int]

    def step(self, verb: Callable[[Session, AccessGrant], object]) -> Callable[[], None]:
        def do() -> None:
            with self.db.transaction() as session:
                verb(session, session.get_one(AccessGrant, self.grant_id))

        return do

    def approval(self, by: int) -> Callable[[], None]:
        return self.step(lambda session, grant: grants.approve(session, grant, by=session.get_one(Agent, by)))

    def now(self) -> tuple[GrantState, list[str]]:
        with self.db.transaction() as session:
            events = [event.action for action in DECISIONS for event in world.trail(session, action)]
            return session.get_one(AccessGrant, self.grant_id).state, sorted(events)

    def reads(self) -> bool:
        with self.db.reading() as session:
            try:
                access.read(session, session.get_one(Ticket, self.ticket_id), by=session.get_one(Agent, self.ada))
            except AccessDenied:
                return False
            return True


@pytest.fixture
def asked(db: Database) -> Asked:
    with db.transaction() as session:
        ticket = world.a_ticket(session)
        ada = world.an_agent(session, world.a_team(session))
        admins = world.an_admin(session), world.an_admin(session)
        wish = Wish(Scope.TICKET, ticket.id, Purpose.BUG, "The export fails", 24 * 60)
        grant = permissions.ask(session, VAULT, wish, by=ada)
        return Asked(db, grant.id, ticket.id, ada.id, (admins[0].id, admins[1].id))


def decided_by(asked: Asked, approver: Approver) -> None:
    with asked.db.transaction() as session:
        session.get_one(AccessGrant, asked.grant_id).approver = approver


def test_a_customer_who_allows_and_refuses_at_once_has_refused(asked: Asked):
    allow, refuse = at_once(
        asked.step(grants.allow_by_customer),
        asked.step(grants.refuse_by_customer),
    )

    assert refuse is None
    denied, revoked = (GrantState.DENIED, ["grant.deny"]), (GrantState.REVOKED, ["grant.allow", "grant.revoke"])
    assert asked.now() == (denied if isinstance(allow, GrantRefused) else revoked)
    assert not asked.reads()


def test_a_customer_who_allows_twice_at_once_has_allowed_once(asked: Asked):
    allow = asked.step(grants.allow_by_customer)

    raised = at_once(allow, allow)

    assert sorted(type(one).__name__ for one in raised) == ["GrantRefused", "NoneType"]
    assert asked.now() == (GrantState.ACTIVE, ["grant.allow"])


def test_two_people_say_yes_at_once_and_both_count(asked: Asked):
    decided_by(asked, Approver.TWO_PEOPLE)

    assert at_once(*map(asked.approval, asked.admins)) == [None, None]

    assert asked.now() == (GrantState.ACTIVE, ["grant.allow", "grant.approve"])


def test_one_person_who_says_yes_twice_at_once_counts_once(asked: Asked):
    decided_by(asked, Approver.TWO_PEOPLE)

    raised = at_once(asked.approval(asked.admins[0]), asked.approval(asked.admins[0]))

    assert sorted(type(one).__name__ for one in raised) == ["GrantRefused", "NoneType"]
    assert asked.now() == (GrantState.REQUESTED, ["grant.approve"])
    assert not asked.reads()


def test_who_asks_to_go_on_while_it_is_revoked_waits_for_a_new_answer(asked: Asked):
    asked.step(grants.allow_by_customer)()
    assert asked.reads()

    raised = at_once(
        asked.step(
            lambda session, grant: permissions.extend(
                session, VAULT, grant, "Not done yet", 60, by=session.get_one(Agent, asked.ada)
            )
        ),
        asked.step(grants.refuse_by_customer),
    )

    assert raised == [None, None]
    assert asked.now()[0] is GrantState.REVOKED
    with asked.db.reading() as session:
        further = session.query(AccessGrant).filter_by(parent_id=asked.grant_id).one()
        assert (further.state, further.approver) == (GrantState.REQUESTED, Approver.CUSTOMER)
    assert not asked.reads()


def test_what_is_allowed_in_its_last_moment_does_not_lapse_behind_it(asked: Asked):
    moment = clock.now() + timedelta(hours=72) - timedelta(seconds=1)
    swept = threading.Thread(target=asked.step(lambda session, _grant: grants.sweep(session)))

    with asked.db.transaction() as session:
        grant = session.get_one(AccessGrant, asked.grant_id)
        with clock.stopped_at(moment):
            grants.allow_by_customer(session, grant)
            session.flush()
        with clock.stopped_at(moment + timedelta(seconds=5)):
            swept.start()
            swept.join(0.3)  # it may wait for us, or pass by
    swept.join(30)

    assert asked.now() == (GrantState.ACTIVE, ["grant.allow"])


def test_a_mailed_link_sent_off_twice_at_once_sets_one_password(db: Database):
    with db.transaction() as session:
        ada = world.an_agent(session, world.a_team(session))
        reset = password_resets.begin(session, VAULT, ada, by=None, is_invitation=True)
        secret = password_resets.secret_of(VAULT, reset.nonce)

    def use(password: str) -> None:
        with db.transaction() as session:
            password_resets.use(session, secret, password)

    raised = at_once(lambda: use("seven green lamps in the fog"), lambda: use("nine brown herons at dusk"))

    assert sorted(type(one).__name__ for one in raised) == ["LinkExpired", "NoneType"]
    with db.transaction() as session:
        assert len(world.trail(session, "password.set")) == 1
