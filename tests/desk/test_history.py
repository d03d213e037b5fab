"""The history of a ticket: every change, to who may read it, a page at a time, and no more than they may know."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import custom_fields, followers, history, links, merges, permissions, places, snooze, tickets
from helpdesk.desk.custom_fields import Wanted
from helpdesk.models.access_grant import Purpose, Scope
from helpdesk.models.agent import Agent, Team
from helpdesk.models.custom_field import FieldKind
from helpdesk.models.ticket import Place, Priority, Ticket
from helpdesk.privacy import access, protection
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.grants import Wish
from helpdesk.storage.vault import Vault
from tests import world

VAULT = Vault(b"k" * 32)


@pytest.fixture
def ticket(session: Session, team: Team) -> Ticket:
    return world.a_ticket(session, team)


def actions(session: Session, ticket: Ticket, by: Agent) -> list[str]:
    session.flush()
    return [step.event.action for step in history.of_ticket(session, ticket, by=by).steps]


def test_all_that_was_done_is_told_in_its_order_and_no_reading(
    session: Session, team: Team, ada: Agent, ticket: Ticket
):
    order = custom_fields.add(session, FieldKind.TEXT, Wanted("Order"), by=world.an_admin(session))
    other = world.a_ticket(session, team)
    access.read(session, ticket, by=ada)
    tickets.assign(session, ticket, ada, by=ada)
    tickets.tag(session, ticket, "lamp", by=ada)
    places.prioritise(session, ticket, Priority.HIGH, by=ada)
    custom_fields.fill_in(session, ticket, {order.id: "A-17"}, by=ada)
    followers.follow(session, ticket, by=ada)
    links.link(session, ticket, other, by=ada)
    tickets.note(session, ticket, "A word", by=ada)
    snooze.snooze(session, ticket, until=clock.now() + timedelta(hours=2), by=ada)
    protection.protect(session, ticket, by=ada)
    protection.protect(session, ticket, by=ada, is_on=False)
    tickets.close(session, ticket, by=ada)

    found = history.of_ticket(session, ticket, by=ada)

    assert [step.event.action for step in found.steps] == [
        "ticket.assign", "ticket.tag", "ticket.prioritise", "ticket.field", "ticket.follow", "ticket.link",
        "ticket.note", "ticket.snooze", "protection.set", "protection.lift", "ticket.close",
    ]  # fmt: skip
    assert found.agents == {ada.id: ada.name}
    assert (set(found.tags.values()), set(found.fields.values()), found.known) == ({"lamp"}, {"Order"}, {other.id})


def test_it_goes_on_where_a_merge_took_it_and_tells_no_number_that_is_out_of_sight(
    session: Session, team: Team, ada: Agent, ticket: Ticket
):
    source = world.a_ticket(session, team)
    tickets.tag(session, source, "before", by=ada)
    hidden = world.a_ticket(session)
    bo = world.an_agent(session, team, session.get_one(Team, hidden.team_id))
    links.link(session, ticket, hidden, by=bo)
    merges.merge(session, source, ticket, by=ada)

    found = history.of_ticket(session, ticket, by=ada)

    assert [(step.event.action, step.ticket_id) for step in found.steps] == [
        ("ticket.tag", source.id), ("ticket.link", ticket.id),
        ("ticket.merge", source.id), ("ticket.merge", ticket.id),
    ]  # fmt: skip
    assert hidden.id not in found.known
    assert hidden.id in history.of_ticket(session, ticket, by=bo).known


def test_permissions_to_read_it_are_told_and_those_to_read_others_are_not(
    session: Session, ada: Agent, ticket: Ticket
):
    otto = world.an_agent(session, world.a_team(session), name="Otto")
    for one in (ticket, world.a_ticket(session)):
        permissions.ask(session, VAULT, Wish(Scope.TICKET, one.id, Purpose.BUG, "It fails", 60), by=otto)

    (step,) = history.of_ticket(session, ticket, by=ada).steps

    assert step.event.action == "grant.ask"
    assert step.grant is not None
    assert step.grant.agent_id == otto.id


def test_who_may_not_read_it_learns_nothing_of_it(session: Session, ticket: Ticket):
    for stranger in (world.an_agent(session, world.a_team(session)), world.an_admin(session)):
        with pytest.raises(AccessDenied):
            history.of_ticket(session, ticket, by=stranger)


def test_many_steps_come_a_page_at_a_time_with_none_twice_or_left_out(session: Session, ada: Agent, ticket: Ticket):
    for number in range(history.PAGE * 2 + 10):
        places.put(session, ticket, Place.SPAM if number % 2 else Place.TRASH, by=ada)
    session.flush()

    seen: list[int] = []
    before: int | None = None
    while True:
        page = history.of_ticket(session, ticket, by=ada, before=before)
        seen = [*(step.event.id for step in page.steps), *seen]
        before = page.before
        if before is None:
            break

    assert len(seen) == history.PAGE * 2 + 10
    assert seen == sorted(set(seen))
