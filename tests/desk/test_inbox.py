"""The lists: who sees which tickets, in which order, page by page, and how many there are."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.desk import counters, inbox, search
from helpdesk.desk.inbox import Part, View
from helpdesk.desk.tickets import assign
from helpdesk.models.agent import AgentMailbox, Role
from helpdesk.models.role import OwnRole, Permission, Scope
from helpdesk.models.ticket import Place, Status
from helpdesk.privacy import access
from helpdesk.privacy.access import AccessDenied
from tests.world import a_mailbox, a_team, a_ticket, an_admin, an_agent, days_ago


def test_an_agent_sees_the_teams_tickets_an_admin_all_a_disabled_agent_none(session: Session):
    team = a_team(session)
    ours, theirs = a_ticket(session, team), a_ticket(session)
    ada, root = an_agent(session, team), an_admin(session)

    def seen(agent):
        return set(session.scalars(inbox.visible(agent)))

    assert seen(ada) == {ours}
    assert seen(root) == {ours, theirs}
    ada.is_disabled = root.is_disabled = True
    assert seen(ada) == seen(root) == set()


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.AGENT, 3), (Role.LEAD, 3), (Role.ADMIN, 4), (Role.DPO, 4), (Role.AUDITOR, 0), (Role.DEVELOPER, 0)],
)
def test_each_role_sees_as_far_as_its_scope(session: Session, role: Role, sees: int):
    team = a_team(session)
    someone = an_agent(session, team, role=role)
    for _ in range(3):
        a_ticket(session, team)
    a_ticket(session)

    assert len(session.scalars(inbox.visible(someone)).all()) == sees


def test_a_scope_can_be_narrower_for_one_person(session: Session):
    team = a_team(session)
    ada = an_agent(session, team)
    mine, unassigned = a_ticket(session, team), a_ticket(session, team)
    mine.assignee = ada
    ada.narrower_scope = Scope.MINE
    session.flush()

    assert session.scalars(inbox.visible(ada)).all() == [mine]
    assert access.read(session, mine, by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, unassigned, by=ada)


def test_who_sees_their_own_and_what_is_free_finds_each_ticket_until_a_colleague_takes_it(session: Session):
    team = a_team(session)
    ada, ben = an_agent(session, team), an_agent(session, team, name="Ben Roth")
    mine, free, bens, _elsewhere = (
        a_ticket(session, team),
        a_ticket(session, team),
        a_ticket(session, team),
        a_ticket(session),
    )
    mine.assignee, bens.assignee = ada, ben
    ada.narrower_scope = Scope.MINE_OR_FREE
    session.flush()

    assert set(session.scalars(inbox.visible(ada))) == {mine, free}
    assert [inbox.count(session, ada, view) for view in (View.OPEN, View.UNASSIGNED)] == [2, 1]
    assert {one.id for one in search.search(session, "lamp", by=ada).tickets} == {free.id, mine.id}
    with pytest.raises(AccessDenied):
        access.read(session, bens, by=ada)
    assign(session, free, ben, by=ada)
    assert set(session.scalars(inbox.visible(ada))) == {mine}


def test_a_role_of_ones_own_has_the_permissions_and_the_scope_it_was_given(session: Session):
    role = OwnRole(name="night shift", scope=Scope.MAILBOX, permission_words="handle export unheard-of")
    team = a_team(session)
    ada = an_agent(session, team, role=Role.OWN)
    ada.own_role = role
    ours, theirs = a_ticket(session, team), a_ticket(session, team)
    session.add(AgentMailbox(agent_id=ada.id, mailbox_id=ours.mailbox_id))
    session.flush()

    assert (ada.may(Permission.HANDLE), ada.may(Permission.EXPORT), ada.may(Permission.GRANT)) == (True, True, False)
    assert session.scalars(inbox.visible(ada)).all() == [ours]
    with pytest.raises(AccessDenied):
        access.read(session, theirs, by=ada)


def test_the_longest_waiting_comes_first_and_pages_meet_without_gap_or_repeat(session: Session):
    team = a_team(session)
    ada = an_agent(session, team)
    moment = days_ago(1)
    tickets = [a_ticket(session, team, at=moment if number % 2 else days_ago(number)) for number in range(7)]

    first = inbox.page(session, ada, View.OPEN, size=3)
    second = inbox.page(session, ada, View.OPEN, after=first.after, size=3)
    last = inbox.page(session, ada, View.OPEN, after=second.after, size=3)

    listed = [*first.tickets, *second.tickets, *last.tickets]
    assert [ticket.id for ticket in listed] == [
        ticket.id for ticket in sorted(tickets, key=lambda ticket: (ticket.waiting_since, ticket.id))
    ]
    assert last.after is None


def test_closed_tickets_show_the_newest_first(session: Session):
    team = a_team(session)
    old, new = (a_ticket(session, team, status=Status.CLOSED, at=days_ago(days)) for days in (9, 2))

    page = inbox.page(session, an_agent(session, team), View.CLOSED)

    assert list(page.tickets) == [new, old]


@pytest.mark.parametrize(
    ("view", "expected"), [(View.OPEN, 2), (View.MINE, 1), (View.UNASSIGNED, 1), (View.PENDING, 1)]
)
def test_views_and_their_counts_agree(session: Session, view: View, expected: int):
    team = a_team(session)
    ada = an_agent(session, team)
    a_ticket(session, team).assignee = ada
    a_ticket(session, team)
    a_ticket(session, team, status=Status.PENDING)
    a_ticket(session, team).place = Place.SPAM
    a_ticket(session)
    session.flush()

    assert inbox.count(session, ada, view) == expected
    assert len(inbox.page(session, ada, view).tickets) == expected


def test_a_mailbox_holds_what_came_to_it_as_far_as_it_is_visible(session: Session):
    team, other = a_team(session), a_team(session)
    mailbox = a_mailbox(session, team)
    first, second = (a_ticket(session, team, mailbox=mailbox, at=days_ago(age)) for age in (2, 1))
    a_ticket(session, other, mailbox=mailbox)
    a_ticket(session, team)
    ada, otto = an_agent(session, team), an_agent(session, other)

    part = Part(mailbox_id=mailbox.id)

    assert inbox.page(session, ada, View.OPEN, part).tickets == [first, second]
    assert [inbox.count(session, by, View.OPEN, part) for by in (ada, otto, an_admin(session))] == [2, 1, 3]
    assert inbox.following(session, ada, View.OPEN, first, part) == second
    assert mailbox.id in {box.id for box in counters.mailboxes(session, ada)}
    assert mailbox.id not in {box.id for box in counters.mailboxes(session, otto)}


def test_who_sees_by_mailbox_has_the_views_of_those(session: Session):
    team = a_team(session)
    ada = an_agent(session, team, role=Role.OWN)
    ada.own_role = OwnRole(name="night shift", scope=Scope.MAILBOX, permission_words="handle")
    one, _two = a_mailbox(session, team), a_mailbox(session, team)
    session.add(AgentMailbox(agent_id=ada.id, mailbox_id=one.id))
    session.flush()

    assert [box.id for box in counters.mailboxes(session, ada)] == [one.id]
