"""Reading without asking first is told to the customer and reviewed by two people."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import permissions
from helpdesk.models.access_grant import AccessGrant, Purpose, Scope
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.privacy import grants
from helpdesk.privacy.grants import Wish
from helpdesk.storage.vault import Vault
from tests.promises.conftest import Look
from tests.world import a_ticket, an_admin

pytestmark = pytest.mark.promise("break-glass-reviewed")


@pytest.fixture
def used(session: Session) -> AccessGrant:
    wish = Wish(Scope.TICKET, a_ticket(session).id, Purpose.SECURITY, "An account is being taken over", 60)
    return permissions.break_glass(session, Vault(b"v" * 32), wish, by=an_admin(session))


def test_where_nobody_did_it_that_is_said(look: Look):
    assert look("break-glass-reviewed").figures == {"used": 0}


@pytest.fixture
def told(session: Session, used: AccessGrant) -> Delivery:
    """The customer's mail server has taken the email that tells of it."""
    session.flush()
    delivery = session.scalars(
        select(Delivery).join(OutboundEmail).where(OutboundEmail.access_grant_id == used.id)
    ).one()
    delivery.state = DeliveryState.ACCEPTED
    return delivery


@pytest.mark.usefixtures("told")
def test_two_people_look_at_it_within_the_days_promised(session: Session, used: AccessGrant, look: Look):
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        grants.sweep(session)
        assert not look("break-glass-reviewed").is_broken
        for _ in range(2):
            grants.review(session, used, by=an_admin(session), is_right=True)

    with clock.stopped_at(clock.now() + timedelta(days=30)):
        found = look("break-glass-reviewed")
    assert not found.is_broken
    assert (found.figures["told"], found.figures["wrong"]) == (1, 0)


@pytest.mark.parametrize(
    ("state", "hours", "is_broken"),
    [
        (DeliveryState.QUEUED, 1, False),
        (DeliveryState.QUEUED, 80, True),
        (DeliveryState.FAILED, 80, True),
        (DeliveryState.ACCEPTED, 80, False),
    ],
)
def test_a_customer_who_is_not_told_breaks_the_promise(
    session: Session, used: AccessGrant, told: Delivery, look: Look, state: DeliveryState, hours: int, is_broken: bool
):  # fmt: skip
    told.state = state
    grants.end(session, used, by=an_admin(session))

    with clock.stopped_at(clock.now() + timedelta(hours=hours)):
        found = look("break-glass-reviewed")

    assert found.is_broken is is_broken
    assert found.figures["told"] == (state is DeliveryState.ACCEPTED)


@pytest.mark.usefixtures("told")
def test_nobody_looking_at_it_breaks_the_promise(session: Session, used: AccessGrant, look: Look):
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        grants.sweep(session)

        assert look("break-glass-reviewed").is_broken
        assert not look("break-glass-reviewed", review_days=20).is_broken
