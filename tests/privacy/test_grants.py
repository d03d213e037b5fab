"""Grants: asked, decided, ended; what each opens, to whom, and until when."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import inbox, search
from helpdesk.models.access_grant import AccessGrant, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.policy import PolicyVersion
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, grants, policy, publication
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.grants import GrantRefused, Wish
from helpdesk.storage.vault import Vault
from tests.world import a_team, a_ticket, an_admin, an_agent, trail

DAY = 24 * 60
VAULT = Vault(b"v" * 32)


def wish(ticket: Ticket, *, days: float = 2, scope: Scope = Scope.TICKET) -> Wish:
    ids = {Scope.TICKET: ticket.id, Scope.CUSTOMER: ticket.customer_id, Scope.TEAM: ticket.team_id, Scope.DESK: None}
    return Wish(scope, ids[scope], Purpose.BUG, "The export fails for this ticket", int(days * DAY))


@pytest.fixture
def ticket(session: Session) -> Ticket:
    return a_ticket(session, text="the heliotrope lamp")


@pytest.fixture
def ada(session: Session) -> Agent:
    return an_agent(session, a_team(session))


def test_a_customer_allows_shorter_than_asked_and_the_grant_ends_when_it_says(session, ticket, ada):
    grant = grants.ask(session, wish(ticket), by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=ada)

    grants.allow_by_customer(session, grant, minutes=60)

    assert access.read(session, ticket, by=ada)
    (event,) = trail(session, "ticket.read")
    assert event.basis == f"grant {grant.id}"
    with clock.stopped_at(clock.now() + timedelta(minutes=60)), pytest.raises(AccessDenied):
        access.read(session, ticket, by=ada)


def test_a_customer_can_never_allow_longer_than_asked(session, ticket, ada):
    grant = grants.ask(session, wish(ticket, days=1), by=ada)
    grants.allow_by_customer(session, grant, minutes=30 * DAY)

    assert grant.starts_at
    assert grant.expires_at == grant.starts_at + timedelta(days=1)


def test_a_live_grant_makes_visible_findable_and_readable_and_nothing_else(session, ticket, ada):
    other = a_ticket(session, text="the heliotrope chair")

    def sees(thing: Ticket) -> bool:
        return thing in session.scalars(inbox.visible(ada)).all()

    assert not sees(ticket)
    grants.allow_by_customer(session, grants.ask(session, wish(ticket), by=ada))

    assert sees(ticket)
    assert not sees(other)
    assert search.search(session, "heliotrope", by=ada).tickets == [ticket]
    assert set(access.glimpse(session, [ticket, other], by=ada, view="open")) == {ticket.id}


def test_revoking_ends_it_at_once(session, ticket, ada):
    grant = grants.ask(session, wish(ticket), by=ada)
    grants.allow_by_customer(session, grant)
    grants.refuse_by_customer(session, grant)

    assert grant.state is GrantState.REVOKED
    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=ada)


def test_a_request_nobody_answers_lapses_and_can_be_decided_no_more(session, ticket, ada):
    grant = grants.ask(session, wish(ticket), by=ada)

    with clock.stopped_at(clock.now() + timedelta(hours=72)):
        with pytest.raises(GrantRefused):
            grants.allow_by_customer(session, grant)
        assert grants.sweep(session) == 1
        assert grants.sweep(session) == 0
    assert grant.state is GrantState.LAPSED


def test_what_was_refused_stays_refused(session, ticket, ada):
    grant = grants.ask(session, wish(ticket), by=ada)
    grants.refuse_by_customer(session, grant)

    with pytest.raises(GrantRefused):
        grants.allow_by_customer(session, grant)
    assert grant.state is GrantState.DENIED


def test_a_whole_teams_tickets_take_two_other_people(session, ticket, ada):
    grant = grants.ask(session, wish(ticket, days=0.5, scope=Scope.TEAM), by=ada)
    first, second = an_admin(session), an_admin(session)

    grants.approve(session, grant, by=first)
    with pytest.raises(GrantRefused):
        grants.approve(session, grant, by=first)
    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=ada)
    grants.approve(session, grant, by=second)

    assert access.read(session, ticket, by=ada)


def test_nobody_decides_for_themselves_and_agents_do_not_decide(session, ticket):
    publication.publish(session, '[access]\napprover = "admin"\n')
    root = an_admin(session)
    grant = grants.ask(session, wish(ticket), by=root)

    for decider in (root, an_agent(session)):
        with pytest.raises(GrantRefused):
            grants.approve(session, grant, by=decider)
    grants.approve(session, grant, by=an_admin(session))
    assert grant.state is GrantState.ACTIVE


@pytest.mark.parametrize("days", [0, -1, 7.1, 365])
def test_a_wish_that_is_too_long_or_none_is_refused(session, ticket, ada, days):
    with pytest.raises(GrantRefused):
        grants.ask(session, wish(ticket, days=days), by=ada)


def test_a_reason_is_needed_and_stays_out_of_the_core_of_the_trail(session, ticket, ada):
    with pytest.raises(GrantRefused):
        grants.ask(session, Wish(Scope.TICKET, ticket.id, Purpose.BUG, "  ", 60), by=ada)

    grants.ask(session, wish(ticket), by=ada)

    (event,) = trail(session, "grant.ask")
    assert b"export" not in event.core
    assert b'"words":"' in event.core


def test_break_glass_opens_at_once_for_four_hours_and_waits_for_two_reviews(session, ticket, ada):
    with pytest.raises(GrantRefused):
        grants.break_glass(session, wish(ticket, days=5 / 24), by=ada)
    grant = grants.break_glass(session, wish(ticket, days=1 / 24), by=ada)
    assert access.read(session, ticket, by=ada)

    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        grants.sweep(session)
    assert str(grant.state) == "must_review"
    first, second = an_admin(session), an_admin(session)
    grants.review(session, grant, by=first, is_right=True)
    with pytest.raises(GrantRefused):
        grants.review(session, grant, by=first, is_right=True)
    grants.review(session, grant, by=second, is_right=True)
    assert grant.state is GrantState.RATIFIED


def test_break_glass_can_be_revoked_and_is_reviewed_all_the_same(session, ticket, ada):
    grant = grants.break_glass(session, wish(ticket, days=1 / 24), by=ada)
    grants.end(session, grant, by=an_admin(session))

    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=ada)


@pytest.mark.parametrize("verdicts", [(True, False), (False, True), (False, False)])
def test_two_people_look_at_a_break_glass_also_when_the_first_finds_it_wrong(session, ticket, ada, verdicts):
    grant = grants.break_glass(session, wish(ticket, days=1 / 24), by=ada)
    grants.end(session, grant, by=ada)
    first, second, third = (an_admin(session) for _ in range(3))

    grants.review(session, grant, by=first, is_right=verdicts[0])
    assert str(grant.state) == "must_review"
    with pytest.raises(GrantRefused, match="somebody else"):
        grants.review(session, grant, by=first, is_right=True)
    grants.review(session, grant, by=second, is_right=verdicts[1])

    assert grant.state is GrantState.CONDEMNED
    assert {grant.first_by_id, grant.second_by_id} == {first.id, second.id}
    with pytest.raises(GrantRefused, match="nothing to review"):
        grants.review(session, grant, by=third, is_right=True)


def test_no_policy_lets_anybody_read_for_more_than_four_hours_without_asking(session, ticket, ada):
    with pytest.raises(policy.PolicyUnusable, match="break_glass_hours is 4 at the most"):
        publication.publish(session, "[access]\nbreak_glass_hours = 5\n")
    session.add(PolicyVersion(body="[access]\nbreak_glass_hours = 48\n"))  # of a release that let it
    session.flush()

    with pytest.raises(GrantRefused, match="one minute and 4 hours"):
        grants.break_glass(session, wish(ticket, days=5 / 24), by=ada)


def test_the_customers_link_finds_its_grant_and_no_other(session, ticket, ada):
    grant = grants.ask(session, wish(ticket), by=ada)
    secret = grants.link_secret(VAULT, grant)
    session.flush()

    assert grants.link_secret(VAULT, grant) == secret
    assert grants.of_link(session, secret) is grant
    assert grants.of_link(session, secret[:-1] + ("0" if secret[-1] != "0" else "1")) is None
    assert secret not in repr(session.get(AccessGrant, grant.id))


@pytest.mark.parametrize(("mode", "reads"), [("recent", True), ("team", True), ("strict", False)])
def test_the_policys_mode_says_what_ordinary_handling_is(session, mode, reads):
    team = a_team(session)
    ada, ticket = an_agent(session, team), a_ticket(session, team)
    publication.publish(session, f'[access]\nmode = "{mode}"\n')

    if reads:
        assert access.read(session, ticket, by=ada)
    else:
        with pytest.raises(AccessDenied):
            access.read(session, ticket, by=ada)


@pytest.mark.parametrize(
    "body", ["access = 3", '[access]\nmode = "open"', "[access]\nlongest_days = -1", "[access]\nx = 1", "["]
)
def test_a_policy_that_makes_no_sense_is_refused_by_name(session, body):
    with pytest.raises(policy.PolicyUnusable):
        publication.publish(session, body)
