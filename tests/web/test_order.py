"""A list the other way around: kept while one pages on, opens tickets of it and comes back."""

import re

import pytest

from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from tests import world
from tests.web.desk import Desk


def filled(desk: Desk) -> list[int]:
    """Sixty more tickets, the longest waiting first; the desk's own came last."""
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        made = [world.a_ticket(session, team, mailbox=mailbox, at=world.days_ago(90 - n)) for n in range(60)]
        return [*(ticket.number for ticket in made), desk.ticket.number]


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="row-(\d+)"', page)]


def test_the_newest_first_on_every_page_of_it(desk: Desk):
    waiting, ada = filled(desk), desk.browser(desk.ada)
    assert numbers(ada.get("/inbox/open").text) == waiting[:50]

    page = ada.get("/inbox/open?turned=1").text
    more = re.search(r'hx-get="([^"]+)" hx-target="#more"', page)
    assert more is not None
    rest = ada.get(more[1].replace("&amp;", "&")).text

    assert numbers(page) + numbers(rest) == waiting[::-1]
    assert 'title="Longest waiting first"' in page
    assert numbers(ada.get("/inbox/closed?turned=1").text) == []


def test_a_list_stays_as_its_reader_turned_it(desk: Desk):
    waiting, ada = filled(desk), desk.browser(desk.ada)
    page = ada.get("/inbox/open").text
    where = re.search(r'action="([^"]+)" hx-boost="false">.*?value="1" title="Newest first"', page)
    assert where is not None
    url = where[1].replace("&amp;", "&")

    turned = ada.post(url, {"turned": "1"})

    assert (turned.status_code, turned.headers["Location"]) == (303, "/inbox/open")
    assert numbers(ada.get("/inbox/open").text) == waiting[::-1][:50]
    assert numbers(ada.get("/inbox/open?turned=0").text) == waiting[:50]  # as an address says
    assert 'href="/inbox/open" data-back' in ada.get(f"/tickets/{waiting[30]}?view=open").text
    assert numbers(ada.get("/inbox/unassigned").text) == waiting[:50]  # a list of its own
    assert numbers(desk.browser(desk.root).get("/inbox/open").text) == waiting[:50]  # and a reader of her own
    ada.post(url, {"turned": "0"})
    assert numbers(ada.get("/inbox/open").text) == waiting[:50]


@pytest.mark.parametrize("where", ["view=nonsense", "team=99999999999999999999", "mailbox=x", "q=lamp", "turned=7"])
def test_an_order_of_no_list_is_no_error(desk: Desk, where: str):
    ada = desk.browser(desk.ada)

    assert ada.post(f"/list-order?{where}", {"turned": "1"}).status_code == 303


def test_a_ticket_remembers_the_order_of_its_list_and_what_comes_next_in_it(desk: Desk):
    waiting, ada = filled(desk), desk.browser(desk.ada)
    ticket = ada.get(f"/tickets/{waiting[30]}?view=open&turned=1").text
    assert 'href="/inbox/open?turned=1" data-back' in ticket

    ada.post("/settings/sending", {"goes_to": "next", "undo_seconds": "10", "then": "stay"})
    sent = ada.post(
        f"/tickets/{waiting[30]}/replies?view=open&turned=1", {"text": "Done.", "then": "stay", "key": "0" * 16}
    )
    assert sent.headers["Location"].startswith(f"/tickets/{waiting[29]}?view=open")
    assert "turned=1" in sent.headers["Location"]
