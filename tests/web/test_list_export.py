"""A list as a file: what it holds and what it does not, for whom, and no cell that calculates."""

import csv
import io

from helpdesk.desk import custom_fields, tickets
from helpdesk.desk.custom_fields import Wanted
from helpdesk.models.agent import Agent, Role, Team
from helpdesk.models.audit import AuditShown
from helpdesk.models.custom_field import FieldKind
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import protection
from tests import world
from tests.web.browser import PASSWORD_HASH, Browser
from tests.web.desk import Desk


def a_lead(desk: Desk) -> Agent:
    with desk.runtime.db.transaction() as session:
        lead = world.an_agent(session, session.get_one(Team, desk.ticket.team_id), name="Lea Mohn", role=Role.LEAD)
        lead.password_hash = PASSWORD_HASH
        return lead


def rows(browser: Browser, url: str) -> list[dict[str, str]]:
    answer = browser.get(url)
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_it_holds_states_tags_and_fields_and_nothing_of_a_person_and_no_formula(desk: Desk):
    lead = a_lead(desk)
    with desk.runtime.db.transaction() as session:
        ada, ticket = session.get_one(Agent, desk.ada.id), session.get_one(Ticket, desk.ticket.id)
        root = session.get_one(Agent, desk.root.id)
        lamp = Wanted("=Lamp", "=1+1\n@SUM(A1)", is_personal=False)
        chosen = custom_fields.add(session, FieldKind.CHOICE, lamp, by=root)
        done = custom_fields.add(session, FieldKind.CHECKBOX, Wanted("Done", is_personal=False), by=root)
        order = custom_fields.add(session, FieldKind.TEXT, Wanted("Order"), by=root)
        custom_fields.fill_in(session, ticket, {chosen.id: "=1+1", done.id: "yes", order.id: "of Nils Berg"}, by=ada)
        tickets.tag(session, ticket, "=cmd|' /c calc'!a1", by=ada)

    page = desk.browser(lead).get("/list.csv?view=open").text
    (row,) = rows(desk.browser(lead), "/list.csv?view=open")

    assert row["Number"] == str(desk.ticket.number)
    assert (row["'=Lamp"], row["Done"]) == ("'=1+1", "yes")
    assert row["Tags"].startswith("'=cmd")
    assert "Order" not in row
    with desk.runtime.db.transaction() as session:
        protection.protect(session, session.get_one(Ticket, desk.ticket.id), by=session.get_one(Agent, desk.ada.id))
    (protected,) = rows(desk.browser(lead), "/list.csv?view=open")
    assert (protected["Number"], protected["'=Lamp"], protected["Done"], protected["Tags"]) == (
        row["Number"],
        "",
        "",
        "",
    )
    desk.browser(lead).post(f"/tickets/{desk.ticket.number}/purpose", {"purpose": "answer"})
    for word in ("flickers", "Nils", "customer.example"):
        assert word not in page
    assert [one["Number"] for one in rows(desk.browser(lead), "/list.csv?q=is:open")] == [row["Number"]]
    assert [one["Number"] for one in rows(desk.browser(lead), "/list.csv?q=lamp")] == [row["Number"]]


def test_what_may_not_be_read_has_neither_tags_nor_fields_and_what_is_out_of_sight_is_not_there(desk: Desk):
    lead = a_lead(desk)
    with desk.runtime.db.transaction() as session:
        team, ada = session.get_one(Team, desk.ticket.team_id), session.get_one(Agent, desk.ada.id)
        old = world.a_ticket(session, team, status=Status.CLOSED, at=world.days_ago(90))
        new = world.a_ticket(session, team, status=Status.CLOSED)
        foreign = world.a_ticket(session, status=Status.CLOSED)
        tickets.tag(session, old, "secret", by=ada)
        tickets.tag(session, new, "fine", by=ada)
        old_id, new_id, foreign_id = old.id, new.id, foreign.id

    found = rows(desk.browser(lead), "/list.csv?view=closed")

    assert {one["Number"]: one["Tags"] for one in found} == {str(old_id): "", str(new_id): "fine"}
    with desk.runtime.db.transaction() as session:
        by_none, by_right = world.trail(session, "list.export")
        assert (by_none.basis, by_right.basis) == ("", "ordinary handling")
        assert session.get(AuditShown, (old_id, by_none.id)) is not None
        assert session.get(AuditShown, (new_id, by_right.id)) is not None
        assert all(session.get(AuditShown, (foreign_id, event.id)) is None for event in (by_none, by_right))


def test_who_may_not_take_lists_away_sees_no_way_to(desk: Desk):
    ada = desk.browser(desk.ada)

    assert "list.csv" not in ada.get("/inbox/open").text
    assert ada.get("/list.csv?view=open").status_code == 404
    assert 'href="/list.csv?view=open"' in desk.browser(a_lead(desk)).get("/inbox/open").text
