"""Custom fields: what may stand in each kind, whose they are, retired without loss, found, and erased."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.desk import custom_fields, search
from helpdesk.desk.custom_fields import FieldRefused, NotAValue, Wanted
from helpdesk.models.agent import Agent
from helpdesk.models.custom_field import CustomField, FieldKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import erasure_steps
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.erasure_steps import Person
from tests.world import a_team, a_ticket, an_admin, an_agent, trail


@pytest.fixture
def root(session: Session) -> Agent:
    return an_admin(session)


def standing(session: Session, ticket: Ticket, by: Agent) -> dict[str, str]:
    return {one.field.name: one.value for one in custom_fields.of_ticket(session, ticket, by=by)}


def found(session: Session, typed: str, by: Agent) -> set[int]:
    return {ticket.id for ticket in search.search(session, typed, by=by).tickets}


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (FieldKind.TEXT, "  two\n words ", "two words"),
        (FieldKind.TEXT, "x" * 301, None),
        (FieldKind.NUMBER, "012.50", "12.5"),
        (FieldKind.NUMBER, "-0", "0"),
        (FieldKind.NUMBER, "100", "100"),
        (FieldKind.NUMBER, "1e999999", None),
        (FieldKind.NUMBER, "NaN", None),
        (FieldKind.NUMBER, "1,000", None),
        (FieldKind.CHOICE, "Red", "Red"),
        (FieldKind.CHOICE, "Green", None),
        (FieldKind.DATE, "2026-02-28", "2026-02-28"),
        (FieldKind.DATE, "2026-02-30", None),
        (FieldKind.CHECKBOX, "yes", "yes"),
        (FieldKind.CHECKBOX, "perhaps", None),
        (FieldKind.DATE, "", ""),
    ],
)
def test_each_kind_keeps_what_it_is_for(kind: FieldKind, typed: str, kept: str | None):
    field = CustomField(name="Any", key="any", kind=kind, choices="Red\nBlue")

    if kept is None:
        with pytest.raises(NotAValue):
            custom_fields.as_kept(field, typed)
    else:
        assert custom_fields.as_kept(field, typed) == kept


def test_a_team_has_fields_of_its_own_and_a_retired_one_keeps_what_stands_in_it(session, team, root, ada, ticket):
    order = custom_fields.add(session, FieldKind.TEXT, Wanted("Order"), by=root)
    lamp = custom_fields.add(session, FieldKind.CHOICE, Wanted("Lamp", "Arc\nBow", team.id), by=root)
    custom_fields.add(session, FieldKind.DATE, Wanted("Due", team_id=a_team(session).id), by=root)
    custom_fields.fill_in(session, ticket, {order.id: "A-17", lamp.id: "Arc"}, by=ada)
    assert standing(session, ticket, ada) == {"Order": "A-17", "Lamp": "Arc"}

    custom_fields.retire(session, order, by=root)
    custom_fields.change(session, lamp, Wanted("Lamp", "Bow", team.id), by=root)
    custom_fields.fill_in(session, ticket, {order.id: "B-18", lamp.id: "Arc"}, by=ada)

    assert standing(session, ticket, ada) == {"Order": "A-17", "Lamp": "Arc"}
    assert standing(session, a_ticket(session, team), ada) == {"Lamp": ""}
    assert len(trail(session, "ticket.field")) == 1  # what changed nothing leaves nothing
    custom_fields.bring_back(session, order, by=root)
    assert standing(session, a_ticket(session, team), ada) == {"Order": "", "Lamp": ""}


def test_one_wrong_value_keeps_all_of_them_out_and_no_value_goes_on_the_trail(session, root, ada, ticket):
    order = custom_fields.add(session, FieldKind.TEXT, Wanted("Order"), by=root)
    due = custom_fields.add(session, FieldKind.DATE, Wanted("Due"), by=root)

    with pytest.raises(NotAValue):
        custom_fields.fill_in(session, ticket, {order.id: "A-17", due.id: "soon"}, by=ada)
    assert standing(session, ticket, ada) == {"Order": "", "Due": ""}

    custom_fields.fill_in(session, ticket, {order.id: "A-17"}, by=ada)
    assert b"A-17" not in trail(session, "ticket.field")[0].core


def test_fields_are_put_in_order_and_two_of_one_name_have_two_keys(session, root):
    one, two = (custom_fields.add(session, FieldKind.TEXT, Wanted("Größe & Farbe"), by=root) for _ in "ab")

    custom_fields.move(session, two, is_up=True, by=root)
    custom_fields.move(session, two, is_up=True, by=root)

    assert (one.key, two.key) == ("größe-farbe", "größe-farbe-2")
    assert [field.id for field in custom_fields.all_of(session)] == [two.id, one.id]


@pytest.mark.parametrize(
    ("kind", "wanted", "why"),
    [
        (FieldKind.TEXT, Wanted("  "), "nameless"),
        (FieldKind.CHOICE, Wanted("Lamp", " \n "), "choices"),
        (FieldKind.TEXT, Wanted("Lamp", team_id=987654), "team"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(session, root, kind, wanted, why):
    with pytest.raises(FieldRefused) as refused:
        custom_fields.add(session, kind, wanted, by=root)

    assert refused.value.why == why


def test_a_search_finds_by_field_what_may_be_read_and_nothing_else(session, team, root, ada, ticket):
    number = custom_fields.add(session, FieldKind.TEXT, Wanted("Order number"), by=root)
    foreign = a_ticket(session, a_team(session))
    for on, by in ((ticket, ada), (foreign, an_agent(session, foreign.team))):
        custom_fields.fill_in(session, on, {number.id: "ÄB 17"}, by=by)
    other = a_ticket(session, team)

    assert found(session, 'field:"order-number=äb  17"', ada) == {ticket.id}
    assert found(session, "field:Order-Number", ada) == {ticket.id}
    assert found(session, "-field:order-number", ada) == {other.id}
    assert found(session, "field:order-number=17", ada) == set()
    assert search.search(session, "field:nothing=1", by=ada).misunderstood
    assert found(session, "field:order-number", root) == set()  # an admin knows of both, and reads none


def test_who_may_not_read_a_ticket_neither_sees_nor_fills_in_its_fields(session, root, ticket):
    order = custom_fields.add(session, FieldKind.TEXT, Wanted("Order"), by=root)

    with pytest.raises(AccessDenied):
        custom_fields.of_ticket(session, ticket, by=root)
    with pytest.raises(AccessDenied):
        custom_fields.fill_in(session, ticket, {order.id: "A-17"}, by=root)


def test_an_erasure_takes_what_may_be_about_the_person_and_a_field_marked_later_too(session, root, ada, ticket):
    order = custom_fields.add(session, FieldKind.TEXT, Wanted("Order", is_personal=False), by=root)
    lamp = custom_fields.add(session, FieldKind.CHOICE, Wanted("Lamp", "Arc\nBow", is_personal=False), by=root)
    custom_fields.fill_in(session, ticket, {order.id: "of Nils Berg", lamp.id: "Arc"}, by=ada)

    person = Person(ticket.customer_id, frozenset())
    step = next(step for step in erasure_steps.STEPS if step.name == "tickets")
    step.erase(session, list(session.scalars(step.left(person))))
    session.refresh(ticket)

    assert order.is_personal
    assert standing(session, ticket, ada) == {"Order": "", "Lamp": "Arc"}
    custom_fields.fill_in(session, ticket, {order.id: "Nils again"}, by=ada)
    custom_fields.change(session, lamp, Wanted("Lamp", "Arc\nBow"), by=root)
    assert standing(session, ticket, ada) == {"Order": "", "Lamp": ""}
