"""Reading at the command line: by permission only, refused and asked for like anywhere, and on the trail."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from click.testing import Result
from sqlalchemy import select

from helpdesk.models.access_grant import AccessGrant, Approver, GrantState
from helpdesk.models.agent import Agent, Role
from helpdesk.models.audit import AuditEvent
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import grants, protection
from helpdesk.runtime import Runtime
from tests import world
from tests.web.browser import PASSWORD, PASSWORD_HASH

Command = Callable[..., Result]


@dataclass
class People:
    ticket: int
    developer: str
    agent: str


@pytest.fixture
def people(runtime: Runtime) -> People:
    with runtime.db.transaction() as session:
        team = world.a_team(session)
        ticket = world.a_ticket(session, team, subject="Lamp", text="It \x1b[31mflickers\x1b[0m\x07 a lot")
        dave = world.an_agent(session, name="Dave Host", role=Role.DEVELOPER)
        ada = world.an_agent(session, team)
        dave.password_hash = ada.password_hash = PASSWORD_HASH
        return People(ticket.id, dave.email, ada.email)


@pytest.fixture
def typed(helpdesk: Command) -> Callable[..., Result]:
    def run(*words: str, password: str = PASSWORD) -> Result:
        return helpdesk(*words, environment={"HELPDESK_AGENT_PASSWORD": password})

    return run


def actions(runtime: Runtime) -> list[tuple[str, str]]:
    with runtime.db.reading() as session:
        return [(event.action, event.basis) for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id))]


def test_a_host_is_refused_asks_is_allowed_and_reads_with_the_grant_on_the_trail(
    typed: Callable[..., Result], runtime: Runtime, people: People
):
    number, me = str(people.ticket), ("--as", people.developer)

    refused = typed("ticket", "show", number, *me)
    assert refused.exit_code == 1
    assert f"helpdesk ticket ask {number}" in refused.stderr
    assert "flickers" not in refused.output
    asked = typed("ticket", "ask", number, *me, "--purpose", "bug", "--reason", "The export fails")
    assert asked.exit_code == 0
    assert typed("ticket", "show", number, *me).exit_code == 1

    with runtime.db.transaction() as session:
        grant = session.scalars(select(AccessGrant)).one()
        assert (grant.state, grant.approver) == (GrantState.REQUESTED, Approver.CUSTOMER)
        grants.allow_by_customer(session, grant)
    shown = typed("ticket", "show", number, *me)

    assert "It [31mflickers[0m a lot" in shown.stdout  # the words, none of the signs a terminal obeys
    assert ("ticket.read", f"grant {grant.id}") in actions(runtime)
    assert actions(runtime).count(("ticket.refused", "")) == 2

    with runtime.db.transaction() as session:
        grants.refuse_by_customer(session, session.get_one(AccessGrant, grant.id))
    assert typed("ticket", "show", number, *me).exit_code == 1


def without(number: str, said: str) -> str:
    """What was said, whatever the number; a digit inside of an address is no number."""
    return re.sub(rf"\b{number}\b", "N", said)


def test_what_does_not_exist_is_refused_in_the_same_words(typed: Callable[..., Result], people: People):
    me = ("--as", people.developer)

    missing, foreign = typed("ticket", "show", "987654", *me), typed("ticket", "show", str(people.ticket), *me)
    asked = [
        without(number, typed("ticket", "ask", number, *me, "--purpose", "bug", "--reason", "x").stdout)
        for number in ("987654", str(people.ticket))
    ]

    assert without("987654", missing.stderr) == without(str(people.ticket), foreign.stderr)
    assert asked[0] == asked[1]


def test_an_agent_reads_by_ordinary_handling_and_says_what_for_where_a_ticket_is_protected(
    typed: Callable[..., Result], runtime: Runtime, people: People
):
    number, me = str(people.ticket), ("--as", people.agent)
    assert typed("ticket", "show", number, *me).exit_code == 0

    with runtime.db.transaction() as session:
        ada = session.scalars(select(Agent).where(Agent.email == people.agent)).one()
        protection.protect(session, session.get_one(Ticket, people.ticket), by=ada)

    assert "say what for" in typed("ticket", "show", number, *me).stderr
    assert typed("ticket", "show", number, *me, "--purpose", "answer").exit_code == 0


def test_a_wrong_password_opens_nothing_and_is_on_the_trail(
    typed: Callable[..., Result], runtime: Runtime, people: People
):
    refused = typed("ticket", "show", str(people.ticket), "--as", people.agent, password="guessed")

    assert refused.exit_code == 1
    assert "flickers" not in refused.output
    assert "login.refused" in [action for action, _basis in actions(runtime)]
