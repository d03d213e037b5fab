"""What customers wrote is read on a basis only, and the trail can show it."""

import subprocess
import sys
import tomllib
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.access_grant import Purpose, Scope
from helpdesk.models.policy import PolicyVersion
from helpdesk.privacy import access, audit, grants, policy
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.grants import Wish
from tests.house.tree import ROOT
from tests.promises.conftest import Look
from tests.world import a_team, a_ticket, an_agent

pytestmark = pytest.mark.promise("access-by-permission")


def test_who_has_no_basis_reads_nothing_and_the_trail_shows_the_basis_of_the_others(session: Session, look: Look):
    lamps = a_team(session)
    ticket, ada, otto = a_ticket(session, lamps), an_agent(session, lamps), an_agent(session, a_team(session))

    access.read(session, ticket, by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=otto)

    found = look("access-by-permission")
    assert not found.is_broken
    assert (found.figures["readings"], found.figures["granted"]) == (1, 0)


def test_a_reading_by_a_grant_is_counted(session: Session, look: Look):
    ticket, otto = a_ticket(session), an_agent(session, a_team(session))
    grant = grants.ask(session, Wish(Scope.TICKET, ticket.id, Purpose.BUG, "The export fails", 60), by=otto)
    grants.allow_by_customer(session, grant)

    access.read(session, ticket, by=otto)

    assert look("access-by-permission").figures["granted"] == 1


@pytest.mark.parametrize("basis", ["", "grant 4711", "grant x"])
def test_a_reading_without_a_basis_that_holds_breaks_the_promise(session: Session, look: Look, basis: str):
    ticket, otto = a_ticket(session), an_agent(session)
    audit.record(session, "ticket.read", by=otto, on=("ticket", ticket.id), basis=basis)

    assert look("access-by-permission").is_broken


def test_a_grant_of_somebody_else_is_no_basis(session: Session, look: Look):
    ticket, ada, otto = a_ticket(session), an_agent(session), an_agent(session)
    grant = grants.ask(session, Wish(Scope.TICKET, ticket.id, Purpose.BUG, "The export fails", 60), by=otto)
    grants.allow_by_customer(session, grant)
    audit.record(session, "ticket.read", by=ada, on=("ticket", ticket.id), basis=f"grant {grant.id}")

    assert look("access-by-permission").is_broken


@pytest.mark.parametrize(("strict_from", "is_broken"), [(1, False), (-1, True)])
def test_ordinary_handling_is_no_basis_from_the_hour_in_which_the_policy_became_strict(
    session: Session, look: Look, monkeypatch: pytest.MonkeyPatch, strict_from: int, *, is_broken: bool
):
    ticket, ada, now = a_ticket(session), an_agent(session), clock.now()
    for days, (mode, hour) in enumerate([("recent", -2), ("strict", strict_from), ("strict", 2)], start=1):
        at = now + timedelta(hours=hour)
        body = f'[access]\nmode = "{mode}"\nlongest_days = {days}\n'
        session.add(PolicyVersion(body=body, published_at=at, effective_at=at))
        session.flush()
    audit.record(session, "ticket.read", by=ada, on=("ticket", ticket.id), basis="ordinary handling")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=3))
    policy.forget(session)

    assert look("access-by-permission").is_broken is is_broken


def test_the_gate_is_the_only_way_to_content():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    gate = next(one for one in contracts if one["name"] == "Content is reached through the gate only")
    gates = (
        "helpdesk.privacy.access -> ",  # what was written
        "helpdesk.privacy.drafts -> ",  # what is being written
        "helpdesk.privacy.custom_fields -> ",  # what is written beside it
        "helpdesk.privacy.customer_notes -> ",  # what is written about a customer
        "helpdesk.privacy.redactions -> ",  # what is blacked out of it
        "helpdesk.privacy.indexing -> ",  # what makes it found, made anew
    )
    assert all(exception.startswith(gates) for exception in gate["ignore_imports"])

    linter = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    said = subprocess.run(linter, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert said.returncode == 0, said.stdout
    assert "Content is reached through the gate only KEPT" in said.stdout
