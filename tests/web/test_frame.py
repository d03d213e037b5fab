"""The counters around every list: put together once for a standing, and true whatever happens to it."""

import re
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.desk.inbox import View
from helpdesk.models.access_grant import AccessGrant
from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.role import Role
from helpdesk.privacy import basis, grants
from helpdesk.web import frame
from tests import world
from tests.web.browser import Browser
from tests.web.desk import Desk


def counted(browser: Browser) -> str:
    found = browser.get("/counters").json
    assert found is not None
    return str(found["open"])


def test_what_waits_for_an_agent_stands_first_and_all_of_the_desk_after_it(desk: Desk):
    ada = desk.browser(desk.ada)

    page = ada.get("/search?q=is:mentioned").text

    order = "mine unassigned mentions drafts snoozed waiting notices open pending closed spam trash".split()
    assert re.findall(r'data-view="([a-z]+)"', page) == order
    assert re.findall(r'data-view="(\w+)" aria-current="page"', page) == ["mentions"]
    assert set(order) <= (ada.get("/counters").json or {}).keys()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWN])
def test_no_moment_and_no_grant_is_in_a_statement_that_is_kept(
    desk: Desk, role: Role, monkeypatch: pytest.MonkeyPatch
):
    known = dict[object, object]()
    monkeypatch.setattr("helpdesk.storage.prepared._known", known)
    with desk.runtime.db.transaction() as session:
        agent_id = world.an_agent(session, world.a_team(session), role=role).id
    with desk.runtime.db.reading() as session:
        agent = session.get_one(Agent, agent_id)
        kept = frame.counting(agent, [(View.OPEN, None)])
        now = kept.statement.compile()
        assert frame.counting(agent, [(View.OPEN, None)]) is kept
        known.clear()
        with clock.stopped_at(clock.now() + timedelta(days=400)):
            later = frame.counting(agent, [(View.OPEN, None)]).statement.compile()

    assert (str(now), now.params) == (str(later), later.params)


def test_who_leaves_a_team_or_loses_a_role_counts_nothing_of_it(desk: Desk):
    ada = desk.browser(desk.ada)
    assert counted(ada) == "1"

    with desk.runtime.db.transaction() as session:
        session.query(TeamMember).filter_by(agent_id=desk.ada.id).delete()
    assert counted(ada) == ""

    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.ada.id).role = Role.ADMIN
    assert counted(ada) == "1"


def test_a_statement_with_grants_is_not_kept(desk: Desk):
    with desk.runtime.db.transaction() as session:
        asked = session.query(AccessGrant).filter_by(agent_id=desk.otto.id).one()
        grants.allow_by_customer(session, asked)

    with desk.runtime.db.reading() as session:
        assert basis.standing(session.get_one(Agent, desk.otto.id)) is None
    with desk.runtime.db.reading() as session:
        assert basis.standing(session.get_one(Agent, desk.ada.id)) is not None
