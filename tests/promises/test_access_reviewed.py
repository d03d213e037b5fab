"""Who may what is looked at each quarter: decided by others, signed by name, overdue when nobody does."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import access_reviews
from helpdesk.desk.access_reviews import ReviewRefused
from helpdesk.models.access_grant import AccessGrant, Approver, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent, Role
from helpdesk.models.inspection import AccessReview, ReviewedAccess
from helpdesk.privacy import audit, grants
from helpdesk.privacy.grants import Wish
from helpdesk.privacy.readers import Machine
from tests import world
from tests.promises.conftest import Look

pytestmark = pytest.mark.promise("access-reviewed")


@pytest.fixture
def root(session: Session) -> Agent:
    return world.an_admin(session)


def begun(session: Session) -> tuple[AccessReview, list[ReviewedAccess]]:
    session.flush()
    review = access_reviews.begin(session)
    assert review is not None
    return review, list(access_reviews.items(session, review))


def test_every_role_and_live_grant_is_in_it_once_a_quarter(session: Session, root: Agent):
    dave, ticket = world.an_agent(session, role=Role.DEVELOPER), world.a_ticket(session)
    grant = grants.ask(session, Wish(Scope.TICKET, ticket.id, Purpose.BUG, "why", 60), by=dave)
    grant.approver = Approver.ADMIN
    grants.approve(session, grant, by=root)

    _review, items = begun(session)

    assert {(one.agent_id, one.grant_id) for one in items} == {
        (root.id, None), (dave.id, None), (dave.id, grant.id),
    }  # fmt: skip
    assert access_reviews.begin(session) is None
    with clock.stopped_at(clock.now() + timedelta(days=93)):
        assert access_reviews.begin(session) is not None


def test_what_is_ended_is_over_at_once_and_nobody_confirms_themselves(session: Session, root: Agent):
    other = world.an_admin(session)
    dave, ticket = world.an_agent(session, role=Role.DEVELOPER), world.a_ticket(session)
    grant = grants.ask(session, Wish(Scope.TICKET, ticket.id, Purpose.BUG, "why", 60), by=dave)
    grant.approver = Approver.ADMIN
    grants.approve(session, grant, by=root)
    review, items = begun(session)
    of = {(one.agent_id, one.grant_id): one for one in items}

    with pytest.raises(ReviewRefused, match="somebody else"):
        access_reviews.decide(session, of[root.id, None], by=root, is_confirmed=True)
    with pytest.raises(ReviewRefused, match="only somebody"):
        access_reviews.decide(session, of[root.id, None], by=dave, is_confirmed=True)
    with pytest.raises(ReviewRefused, match="not decided"):
        access_reviews.sign(session, review, by=root)
    access_reviews.decide(session, of[root.id, None], by=other, is_confirmed=True)
    access_reviews.decide(session, of[other.id, None], by=root, is_confirmed=True)
    access_reviews.decide(session, of[dave.id, grant.id], by=root, is_confirmed=False)
    access_reviews.decide(session, of[dave.id, None], by=root, is_confirmed=False)
    access_reviews.sign(session, review, by=root)

    assert session.get_one(AccessGrant, grant.id).state is GrantState.REVOKED
    assert session.get_one(Agent, dave.id).is_disabled
    assert review.signed_by_id == root.id


def test_an_unsigned_review_breaks_the_promise_when_its_time_is_over(session: Session, root: Agent, look: Look):
    assert not look("access-reviewed").is_broken
    review, items = begun(session)

    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert look("access-reviewed").is_broken
        for item in items:
            access_reviews.decide(session, item, by=root, is_confirmed=True)  # alone in charge: the trail shows it
        access_reviews.sign(session, review, by=root)
        found = look("access-reviewed")

    assert not found.is_broken
    assert found.figures["signed"] == 1
    with clock.stopped_at(clock.now() + timedelta(days=120)):
        assert look("access-reviewed").is_broken  # signed once, and never looked again
    assert session.scalars(select(AccessReview)).one().signed_by_id == root.id


@pytest.mark.parametrize(("days", "is_broken"), [(2, False), (120, True)])
def test_a_desk_that_never_begins_one_breaks_the_promise(session: Session, look: Look, days: int, is_broken: bool):
    with clock.stopped_at(clock.now() - timedelta(days=days)):
        audit.record(session, "desk.begin", by=Machine.COMMAND, on=("desk", None))

    assert look("access-reviewed").is_broken is is_broken
