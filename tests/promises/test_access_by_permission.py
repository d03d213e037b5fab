"""What customers wrote is read on a basis only, and the trail can show it."""

import subprocess
import sys
import tomllib
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import links, merges
from helpdesk.models.access_grant import AccessGrant, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.message import Attachment, Message
from helpdesk.models.policy import PolicyVersion
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, grants, policy
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.grants import Wish
from tests import world
from tests.house.tree import ROOT
from tests.promises.conftest import Look
from tests.world import a_team, a_ticket, an_admin, an_agent

pytestmark = pytest.mark.promise("access-by-permission")
_IS_READING = AuditEvent.action.in_({"ticket.read", "message.read", "attachment.read"})


def _messages(session: Session, ticket: Ticket) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.ticket_id == ticket.id)))


def _a_file(session: Session, message: Message) -> Attachment:
    file = Attachment(message_id=message.id, position=1, media_type="text/plain", size=8)
    session.add(file)
    session.flush()
    access.write_attachment(session, file, name="plan.txt", body=b"to scale")
    return file


def _granted(session: Session, to: Agent, scope: Scope, scope_id: int) -> AccessGrant:
    grant = grants.ask(session, Wish(scope, scope_id, Purpose.BUG, "The export fails", 60), by=to)
    if scope is Scope.TEAM:
        grants.approve(session, grant, by=an_admin(session))
    else:
        grants.allow_by_customer(session, grant)
    return grant


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


@pytest.mark.parametrize("scope", [Scope.TICKET, Scope.CUSTOMER])
def test_a_grant_goes_along_with_what_it_was_given_for_where_that_is_merged_and_opens_nothing_else(
    session: Session, look: Look, scope: Scope
):
    lamps = a_team(session)
    ada, otto = an_agent(session, lamps), an_agent(session, a_team(session))
    first, second, third = (a_ticket(session, lamps) for _each in range(3))
    own, others, late = (_messages(session, one)[0] for one in (first, second, third))
    with_file, without = (_a_file(session, one) for one in (own, others))
    note = world.a_note(session, first, ada)
    _granted(session, otto, scope, first.id if scope is Scope.TICKET else first.customer_id)
    merges.merge(session, first, second, by=ada)
    merges.merge(session, second, third, by=ada)

    seen = access.read(session, first, by=otto)

    assert set(seen.messages) == {own.id}
    assert set(seen.notes) == {note.id}
    assert set(seen.attachment_names) == {with_file.id}
    assert access.read(session, own, by=otto).text
    assert access.read(session, with_file, by=otto).body == b"to scale"
    for closed in (second, third, others, late, without):
        with pytest.raises(AccessDenied):
            access.read(session, closed, by=otto)
    readings = session.scalars(select(AuditEvent).where(AuditEvent.actor_id == str(otto.id), _IS_READING)).all()
    assert {one.subject_id for one in readings} == {first.customer_id}
    assert not look("access-by-permission").is_broken


def test_what_goes_along_ends_with_the_grant_and_nothing_goes_along_with_ordinary_handling(session: Session):
    lamps, chairs = a_team(session), a_team(session)
    ada, otto, iris = an_agent(session, lamps, chairs), an_agent(session, a_team(session)), an_agent(session, lamps)
    first, second = a_ticket(session, lamps), a_ticket(session, chairs)
    (own,) = _messages(session, first)
    grant = _granted(session, otto, Scope.TICKET, first.id)
    _granted(session, iris, Scope.TEAM, lamps.id)
    merges.merge(session, first, second, by=ada)
    assert access.read(session, own, by=otto).text

    assert access.read(session, first, by=iris).messages == {}
    with pytest.raises(AccessDenied):
        access.read(session, own, by=iris)
    grants.end(session, grant, by=otto)
    for closed in (first, own):
        with pytest.raises(AccessDenied):
            access.read(session, closed, by=otto)


def test_what_was_split_off_or_unmerged_is_read_by_what_is_permitted_there(session: Session):
    lamps = a_team(session)
    ada, otto = an_agent(session, lamps), an_agent(session, a_team(session))
    first, second = a_ticket(session, lamps), a_ticket(session, lamps)
    (own,) = _messages(session, first)
    later = world.a_message(session, first)
    _granted(session, otto, Scope.TICKET, first.id)
    links.split(session, first, later, by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, later, by=otto)

    merges.merge(session, first, second, by=ada)
    merges.undo(session, first, by=ada)

    assert set(access.read(session, first, by=otto).messages) == {own.id}
    with pytest.raises(AccessDenied):
        access.read(session, second, by=otto)


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
