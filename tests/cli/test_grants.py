"""Permission at the command line: asked for, gone on with, given back; second step and brakes as in the browser."""

from collections.abc import Callable
from dataclasses import dataclass

import pyotp
import pytest
from click.testing import Result
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import second_factor
from helpdesk.models.access_grant import AccessGrant, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent, Role
from helpdesk.models.sign_in import LoginThrottle
from helpdesk.privacy import grants, settings
from helpdesk.runtime import Runtime
from tests import world
from tests.web.browser import PASSWORD, PASSWORD_HASH

Command = Callable[..., Result]
WHY = ("--purpose", "bug", "--reason", "The export fails")


@dataclass
class Host:
    email: str
    id: int
    ticket: int
    customer: int


@pytest.fixture
def dave(runtime: Runtime) -> Host:
    with runtime.db.transaction() as session:
        ticket = world.a_ticket(session, text="It flickers a lot")
        dave = world.an_agent(session, name="Dave Host", role=Role.DEVELOPER)
        dave.password_hash = PASSWORD_HASH
        return Host(dave.email, dave.id, ticket.id, ticket.customer_id)


@pytest.fixture
def typed(helpdesk: Command, dave: Host) -> Command:
    def run(*words: str, password: str = PASSWORD, code: str = "") -> Result:
        environment = {"HELPDESK_AGENT_PASSWORD": password, "HELPDESK_AGENT_CODE": code}
        return helpdesk(*words, "--as", dave.email, environment=environment)

    return run


def only_grant(runtime: Runtime) -> AccessGrant:
    with runtime.db.reading() as session:
        return session.scalars(select(AccessGrant).order_by(AccessGrant.id.desc())).first() or pytest.fail("none")


def test_a_permission_is_asked_for_gone_on_with_and_given_back(typed: Command, runtime: Runtime, dave: Host):
    assert typed("grant", "ask", "--customer", str(dave.customer), *WHY).exit_code == 0
    asked = only_grant(runtime)
    assert (asked.scope, asked.scope_id, asked.state) == (Scope.CUSTOMER, dave.customer, GrantState.REQUESTED)
    assert typed("grant", "extend", str(asked.id), "--reason", "more").exit_code == 1  # nothing to go on with yet
    with runtime.db.transaction() as session:
        grants.allow_by_customer(session, session.get_one(AccessGrant, asked.id))

    assert "flickers" in typed("ticket", "show", str(dave.ticket)).stdout
    assert f"{asked.id}  customer {dave.customer}  active" in typed("grant", "list").stdout
    assert typed("grant", "extend", str(asked.id), "--reason", "It still fails", "--hours", "4").exit_code == 0
    further = only_grant(runtime)
    assert (further.parent_id, further.state, further.asked_minutes) == (asked.id, GrantState.REQUESTED, 240)

    assert typed("grant", "end", str(asked.id)).stdout == f"Permission {asked.id}: closed.\n"
    assert typed("grant", "end", str(asked.id)).exit_code == 0
    assert "flickers" not in typed("ticket", "show", str(dave.ticket)).output


@pytest.mark.parametrize("hours", ["4", "100000"])
def test_what_is_not_there_is_asked_for_in_the_same_words(typed: Command, dave: Host, hours: str):
    for option, there in (("--ticket", dave.ticket), ("--customer", dave.customer), ("--team", 1)):
        real, missing = (
            typed("grant", "ask", option, str(number), "--hours", hours, *WHY) for number in (there, 987654)
        )
        assert (real.exit_code, real.output) == (missing.exit_code, missing.output)


def test_nobody_ends_or_extends_what_is_not_theirs(typed: Command, runtime: Runtime, dave: Host):
    with runtime.db.transaction() as session:
        ada = world.an_agent(session)
        wish = grants.Wish(Scope.TICKET, dave.ticket, Purpose.BUG, "mine", 60)
        of_ada = grants.ask(session, wish, by=ada).id

    ended, gone_on = typed("grant", "end", str(of_ada)), typed("grant", "extend", str(of_ada), "--reason", "x")

    assert {ended.exit_code, gone_on.exit_code} == {1}
    assert only_grant(runtime).state is GrantState.REQUESTED


def test_the_second_step_is_asked_for_and_a_code_is_worth_one_use(typed: Command, runtime: Runtime, dave: Host):
    with runtime.db.transaction() as session:
        me = session.get_one(Agent, dave.id)
        second_factor.begin_app(session, runtime.vault, me)
        session.flush()
        secret, _ = second_factor.pending_app(session, runtime.vault, me, desk="d") or pytest.fail("no app")
        assert second_factor.confirm_app(session, runtime.vault, me, pyotp.TOTP(secret).at(clock.now()))
        code = second_factor.new_codes(session, runtime.vault, me)[0]

    assert typed("grant", "list", code="000000").exit_code == 1
    assert typed("grant", "list", code=code).exit_code == 0
    assert typed("grant", "list", code=code).exit_code == 1


def test_who_owes_a_second_step_sets_it_up_in_the_browser_first(typed: Command, runtime: Runtime, dave: Host):
    with runtime.db.transaction() as session:
        everybody = second_factor.SigningIn(second_factor_for="everybody")
        settings.change(session, everybody, by=session.get_one(Agent, dave.id))

    assert "set one up in the browser" in typed("grant", "list").stderr


def test_guessing_is_braked_and_keeps_no_address(typed: Command, runtime: Runtime):
    for _ in range(6):
        refused = typed("grant", "list", password="guessed").stderr

    assert "too many attempts" in typed("grant", "list").stderr
    assert "too many attempts" in refused
    with runtime.db.reading() as session:
        assert all(key.split(":")[0] in {"account", "place"} for key in session.scalars(select(LoginThrottle.key)))
