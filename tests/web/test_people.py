"""The people of the desk: invited, given roles and teams by somebody who may, and out at once when disabled."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import agents, password_resets, roles
from helpdesk.models.access_grant import AccessGrant, Approver, GrantState
from helpdesk.models.agent import Agent, Role, Team, TeamMember
from helpdesk.models.audit import AuditEvent
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.role import OwnRole, Permission, Scope
from helpdesk.models.second_factor import Passkey
from helpdesk.models.sign_in import PasswordReset
from helpdesk.privacy import grants
from tests import world
from tests.web.browser import PASSWORD, PASSWORD_HASH, Browser
from tests.web.desk import Desk

NEW = {"password": "nine blue kites over town", "again": "nine blue kites over town"}


def is_in(browser: Browser) -> bool:
    return browser.get("/inbox/open").status_code == 200


def invited(desk: Desk, root: Browser, email: str = "eva@desk.example") -> tuple[int, str]:
    """Somebody new, and the path of the link they were mailed."""
    answer = root.post("/settings/agents", {"name": "Eva Lind", "email": email, "role": "lead"})
    agent_id = int(re.findall(r"/settings/agents/(\d+)", answer.headers["Location"])[0])
    return agent_id, link_of(desk, agent_id)


def link_of(desk: Desk, agent_id: int) -> str:
    with desk.runtime.db.reading() as session:
        newest = select(PasswordReset).where(PasswordReset.agent_id == agent_id).order_by(PasswordReset.id.desc())
        reset = session.scalars(newest).first()
        assert reset is not None
        return f"/password-resets/{password_resets.secret_of(desk.runtime.vault, reset.nonce)}"


def one(desk: Desk, agent_id: int) -> Agent:
    with desk.runtime.db.reading() as session:
        return session.get_one(Agent, agent_id)


def with_role(desk: Desk, *permissions: Permission, scope: Scope = Scope.TEAM) -> Browser:
    """Somebody in charge of people with a role of the desk's own."""
    with desk.runtime.db.transaction() as session:
        words = " ".join(one.value for one in permissions)
        made = OwnRole(name=f"Shift {words}", scope=scope, permission_words=words)
        somebody = world.an_agent(session, name="Mia Kern", role=Role.OWN)
        somebody.own_role, somebody.password_hash = made, PASSWORD_HASH
    return desk.browser(somebody)


def test_an_invitation_is_mailed_works_once_and_makes_an_agent(desk: Desk):
    agent_id, link = invited(desk, desk.browser(desk.root))
    guest = desk.browser()

    with desk.runtime.db.reading() as session:
        assert session.scalars(select(OutboundEmail.purpose)).all()[-1] is Purpose.PASSWORD_RESET
    assert guest.post(link, NEW).status_code == 303
    assert guest.post(link, NEW).status_code == 404
    assert guest.sign_in("eva@desk.example", NEW["password"]).status_code == 303
    assert one(desk, agent_id).role is Role.LEAD


def test_an_invitation_ends_after_three_days_by_a_newer_one_and_by_revoking(desk: Desk):
    root = desk.browser(desk.root)
    agent_id, first = invited(desk, root)
    with clock.stopped_at(clock.now() + timedelta(days=3, minutes=1)):
        assert desk.browser().get(first).status_code == 404

    root.post(f"/settings/agents/{agent_id}/invitation")
    second = link_of(desk, agent_id)
    assert (desk.browser().get(first).status_code, desk.browser().get(second).status_code) == (404, 200)

    root.post(f"/settings/agents/{agent_id}/invitation/revocation")
    assert desk.browser().get(second).status_code == 404


def test_the_same_address_is_invited_once_and_a_wrong_one_never(desk: Desk):
    root = desk.browser(desk.root)
    invited(desk, root)

    again = root.post("/settings/agents", {"name": "E", "email": "EVA@desk.example", "role": "agent"})
    wrong = root.post("/settings/agents", {"name": "E", "email": "eva", "role": "agent"})
    no_role = root.post("/settings/agents", {"name": "E", "email": "e@desk.example", "role": "emperor"})

    assert [answer.status_code for answer in (again, wrong, no_role)] == [422, 422, 422]


def test_disabling_ends_everything_at_once(desk: Desk):
    otto, root = desk.browser(desk.otto), desk.browser(desk.root)
    with desk.runtime.db.transaction() as session:
        grant = session.get_one(AccessGrant, desk.grant.id)
        grant.approver = Approver.ADMIN
        grants.approve(session, grant, by=session.get_one(Agent, desk.root.id))
        session.add(Passkey(agent_id=desk.otto.id, name="Phone", credential_id=b"x", public_key=b"y"))
        reset = password_resets.begin(session, desk.runtime.vault, session.get_one(Agent, desk.otto.id), by=None)
        link = f"/password-resets/{password_resets.secret_of(desk.runtime.vault, reset.nonce)}"
    assert otto.get(f"/tickets/{desk.ticket.number}").status_code == 200
    stream = otto.client.get("/events").response
    told = iter(stream)
    assert "event: live" in str(next(told))

    assert root.post(f"/settings/agents/{desk.otto.id}/disablement").status_code == 303

    assert any("signed-out" in str(line) for line in told)
    assert not is_in(otto)
    assert desk.browser().sign_in(desk.otto.email).status_code == 401
    assert desk.browser().get(link).status_code == 404
    with desk.runtime.db.reading() as session:
        assert session.get_one(AccessGrant, desk.grant.id).state is GrantState.REVOKED
        assert session.query(Passkey).count() == 0

    root.post(f"/settings/agents/{desk.otto.id}/disablement", {"undo": "1"})
    again = desk.browser(desk.otto)
    assert is_in(again)
    assert again.get(f"/tickets/{desk.ticket.number}").status_code == 404


def test_the_last_admin_stays_one(desk: Desk):
    with desk.runtime.db.transaction() as session:
        second = world.an_admin(session)
        second.password_hash = PASSWORD_HASH
    root, other = desk.browser(desk.root), desk.browser(second)

    assert root.post(f"/settings/agents/{second.id}", {"role": "agent"}).status_code == 303
    assert other.post(f"/settings/agents/{desk.root.id}", {"role": "agent"}).status_code == 404
    assert root.post(f"/settings/agents/{desk.root.id}/disablement").status_code == 422
    assert one(desk, desk.root.id).is_admin


def test_two_admins_who_demote_each_other_at_once_leave_one(db):
    with db.transaction() as session:
        pair = [world.an_admin(session), world.an_admin(session)]
    start = threading.Barrier(2)

    def demote(whom: Agent, by: Agent) -> None:
        start.wait(10)
        with db.transaction() as session:
            try:
                agents.change_role(
                    session, session.get_one(Agent, whom.id), Role.AGENT, by=session.get_one(Agent, by.id)
                )
            except (agents.LastAdmin, roles.BeyondOwn):
                session.rollback()

    threads = [threading.Thread(target=demote, args=pair), threading.Thread(target=demote, args=pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with db.reading() as session:
        assert session.query(Agent).filter_by(role=Role.ADMIN).count() == 1


@pytest.mark.parametrize(
    "form", [{"role": "admin"}, {"role": "dpo"}, {"role": "lead"}, {"role": "agent", "is_admin": "1", "id": "3"}]
)
def test_nobody_gives_what_they_do_not_have(desk: Desk, form: dict[str, str]):
    mia = with_role(desk, Permission.PEOPLE, Permission.HANDLE)

    answer = mia.post(f"/settings/agents/{desk.otto.id}", form)

    assert answer.status_code == (303 if form["role"] == "agent" else 422)
    assert one(desk, desk.otto.id).role is Role.AGENT


def test_nobody_changes_somebody_who_may_more_or_themselves(desk: Desk):
    mia, root = with_role(desk, Permission.PEOPLE, Permission.HANDLE), desk.browser(desk.root)

    for path in ("", "/disablement", "/second-step/removal"):
        assert mia.post(f"/settings/agents/{desk.root.id}{path}", {"role": "agent"}).status_code == 422
    assert root.post(f"/settings/agents/{desk.root.id}", {"role": "agent"}).status_code == 422
    assert one(desk, desk.root.id).is_admin


def test_who_is_in_a_team_reads_so_nobody_puts_themselves_into_one_while_a_colleague_could(desk: Desk):
    root, team = desk.browser(desk.root), str(desk.ticket.team_id)
    assert root.post(f"/settings/teams/{team}/members", {"agent": str(desk.root.id)}).status_code == 303

    with_role(desk, Permission.PEOPLE)
    root.post(f"/settings/teams/{team}/members", {"agent": str(desk.ada.id)})
    for path, form in (
        (f"/settings/teams/{team}/members", {"agent": str(desk.root.id)}),
        (f"/settings/agents/{desk.root.id}", {"role": "admin", "team": team}),
    ):
        assert root.post(path, form).status_code == 422
    with desk.runtime.db.reading() as session:
        assert session.get(TeamMember, (desk.ticket.team_id, desk.root.id)) is None
        assert session.get(TeamMember, (desk.ticket.team_id, desk.ada.id)) is not None


def test_a_role_of_the_desks_own_works_at_the_next_click_and_is_on_the_trail(desk: Desk):
    root = desk.browser(desk.root)
    form = {"name": "Night  shift", "permission": "audit", "scope": "none"}
    assert root.post("/settings/roles", form).status_code == 303
    with desk.runtime.db.reading() as session:
        role = session.query(OwnRole).one()
    ada = desk.browser(desk.ada)
    assert ada.get("/audit").status_code == 404

    root.post(f"/settings/agents/{desk.ada.id}", {"role": f"own:{role.id}"})
    assert (ada.get("/audit").status_code, is_in(ada)) == (200, True)
    assert ada.get(f"/tickets/{desk.ticket.number}").status_code == 404

    held = root.post(f"/settings/roles/{role.id}/removal")
    root.post(f"/settings/roles/{role.id}", {**form, "permission": "handle"})
    assert (held.status_code, ada.get("/audit").status_code) == (422, 404)
    with desk.runtime.db.reading() as session:
        events = [event.action for event in session.query(AuditEvent).filter_by(object_kind="role")]
    assert events == ["role.add", "role.change"]


def test_no_role_of_the_desks_own_is_called_like_one_that_every_desk_has(desk: Desk):
    root = desk.browser(desk.root)
    for name in ("admin", " Team  Lead", "Verwaltung", "Datenschutz"):
        refused = root.post("/settings/roles", {"name": name, "permission": "handle", "scope": "all"})
        assert (refused.status_code, "There is another role of this name." in refused.text) == (422, True), name


def test_a_scope_is_narrowed_and_never_widened(desk: Desk):
    root, ada = desk.browser(desk.root), desk.browser(desk.ada)
    url = f"/settings/agents/{desk.ada.id}"

    root.post(url, {"role": "agent", "scope": "mine", "team": str(desk.ticket.team_id)})
    assert (one(desk, desk.ada.id).scope, ada.get(f"/tickets/{desk.ticket.number}").status_code) == (Scope.MINE, 404)
    root.post(url, {"role": "agent", "scope": "mine_or_free", "team": str(desk.ticket.team_id)})
    assert (one(desk, desk.ada.id).scope, ada.get(f"/tickets/{desk.ticket.number}").status_code) == (
        Scope.MINE_OR_FREE,
        200,
    )
    with desk.runtime.db.transaction() as session:
        kim = world.an_agent(session, session.get_one(Team, desk.ticket.team_id), name="Kim Lee")
    given = ada.post(f"/tickets/{desk.ticket.number}/assignment", {"assignee": str(kim.id)})
    assert "is with others now" in ada.get(given.headers["Location"]).text
    root.post(url, {"role": "agent", "scope": "all", "team": str(desk.ticket.team_id)})
    assert (one(desk, desk.ada.id).scope, ada.get(f"/tickets/{desk.ticket.number}").status_code) == (Scope.TEAM, 200)


def test_roles_wait_for_a_proof_of_presence(desk: Desk):
    root = desk.browser(desk.root)
    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        asked = root.post(f"/settings/agents/{desk.ada.id}", {"role": "admin"})

        assert (asked.status_code, one(desk, desk.ada.id).role) == (401, Role.AGENT)
        assert root.post("/confirmation", {"password": PASSWORD}).status_code == 303
        assert root.post(f"/settings/agents/{desk.ada.id}", {"role": "admin"}).status_code == 303
