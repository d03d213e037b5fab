"""Views of mailboxes: where there are several, each has a list of those of its open tickets that one may see."""

import re

from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Status
from tests import world
from tests.web.desk import Desk


def a_second_mailbox(desk: Desk) -> tuple[Mailbox, list[int]]:
    """Of the same team, with two open tickets, a closed one, and one that another team has."""
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        mailbox = world.a_mailbox(session, team, "billing@desk.example")
        mailbox.name = "Billing"
        made = [world.a_ticket(session, team, mailbox=mailbox, at=world.days_ago(3 - n)) for n in range(2)]
        world.a_ticket(session, team, mailbox=mailbox, status=Status.CLOSED)
        world.a_ticket(session, world.a_team(session), mailbox=mailbox)
        return mailbox, [ticket.number for ticket in made]


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="row-(\d+)"', page)]


def test_a_mailbox_has_a_view_with_its_open_tickets_and_their_count(desk: Desk):
    (mailbox, waiting), ada = a_second_mailbox(desk), desk.browser(desk.ada)

    page = ada.get(f"/mailboxes/{mailbox.id}/inbox").text

    assert numbers(page) == waiting
    assert "<h1>Billing</h1>" in page
    assert f'data-count="mailbox-{mailbox.id}">2</span>' in page
    assert (ada.get("/counters").json or {})[f"mailbox-{mailbox.id}"] == "2"
    ticket = ada.get(f"/tickets/{waiting[0]}?mailbox={mailbox.id}").text
    assert f'href="/mailboxes/{mailbox.id}/inbox" data-back' in ticket
    assert 'class="box"' not in page  # it is the same for all
    assert numbers(ada.get("/search?q=mailbox:billing is:open").text) == waiting[::-1]


def test_rows_name_the_mailbox_they_came_to_where_there_are_several(desk: Desk):
    ada = desk.browser(desk.ada)
    assert 'class="box"' not in ada.get("/inbox/open").text
    assert "<h2>Mailboxes</h2>" not in ada.get("/inbox/open").text

    a_second_mailbox(desk)

    page = ada.get("/inbox/open").text
    assert page.count('title="Came to: Billing"') == 2
    assert "<h2>Mailboxes</h2>" in page


def test_what_all_mailboxes_are_called_is_not_repeated_and_two_of_a_name_are_told_by_their_addresses(desk: Desk):
    mailbox, _waiting = a_second_mailbox(desk)
    with desk.runtime.db.transaction() as session:
        session.get_one(Mailbox, mailbox.id).name = "Lamps Billing"
        session.get_one(Mailbox, desk.ticket.mailbox_id).name = "Lamps"
        first = session.get_one(Mailbox, desk.ticket.mailbox_id).address
    ada = desk.browser(desk.ada)
    assert 'title="Came to: Lamps Billing"' in ada.get("/inbox/open").text

    with desk.runtime.db.transaction() as session:
        session.get_one(Mailbox, desk.ticket.mailbox_id).name = "Lamps Support"
    assert 'title="Came to: Billing"' in ada.get("/inbox/open").text

    with desk.runtime.db.transaction() as session:
        session.get_one(Mailbox, mailbox.id).name = "Lamps Support"
    page = ada.get("/inbox/open").text
    assert 'title="Came to: billing@desk.example"' in page
    assert f'title="Came to: {first}"' in page


def test_a_mailbox_of_others_or_one_that_is_switched_off_has_no_view(desk: Desk):
    mailbox, _waiting = a_second_mailbox(desk)
    with desk.runtime.db.transaction() as session:
        foreign = world.a_mailbox(session, world.a_team(session))
        off = world.a_mailbox(session, session.get_one(Team, desk.ticket.team_id))
        off.is_active = False
    ada = desk.browser(desk.ada)

    assert ada.get(f"/mailboxes/{foreign.id}/inbox").status_code == 404
    assert ada.get(f"/mailboxes/{off.id}/inbox").status_code == 404
    assert f"/mailboxes/{foreign.id}/" not in ada.get("/inbox/open").text
    assert desk.browser(desk.root).get(f"/mailboxes/{foreign.id}/inbox").status_code == 200
    assert ada.get(f"/tickets/{desk.ticket.number}?mailbox=x{mailbox.id}").status_code == 200
