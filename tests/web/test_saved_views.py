"""Searches kept under a name: one's own, everybody's, and who may forget them."""

import re

from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from tests import world
from tests.web.browser import Browser
from tests.web.desk import Desk


def views_of(browser: Browser) -> list[str]:
    page = browser.get("/settings").text
    return re.findall(r'href="/search\?q=[^"]*" title="([^"]*)"(?! data-view)', page)


def test_a_kept_search_is_in_the_views_of_who_kept_it_and_a_shared_one_in_everybodys(desk: Desk):
    ada, otto = desk.browser(desk.ada), desk.browser(desk.otto)

    ada.post("/saved-views", {"name": "Dark lamps", "q": "lamp is:open"})
    ada.post("/saved-views", {"name": "Chairs", "q": "chair", "shared": "1"})

    assert views_of(ada) == ["Dark lamps", "Chairs"]
    assert views_of(otto) == ["Chairs"]
    assert "flickers" not in otto.get("/search?q=lamp+is:open").text  # the view tells what is searched, not found


def test_it_is_forgotten_by_its_owner_or_who_sets_up_the_desk_and_by_nobody_else(desk: Desk):
    ada, otto, root = (desk.browser(one) for one in (desk.ada, desk.otto, desk.root))
    for name in ("private", "shared"):
        ada.post("/saved-views", {"name": name, "q": name} | ({"shared": "1"} if name == "shared" else {}))

    assert "Forget this view" in ada.get("/search?q=private").text
    assert "Forget this view" not in otto.get("/search?q=shared").text
    assert otto.post("/saved-views/2/removal").status_code == 404
    assert root.post("/saved-views/1/removal").status_code == 404
    assert root.post("/saved-views/2/removal").status_code == 303
    assert ada.post("/saved-views/1/removal").status_code == 303
    assert views_of(ada) == []


def test_the_same_search_again_takes_the_new_name_and_nonsense_is_refused_with_a_reason(desk: Desk):
    ada = desk.browser(desk.ada)
    for name in ("One", "Two <b>"):
        ada.post("/saved-views", {"name": name, "q": "lamp"})
    assert views_of(ada) == ["Two &lt;b&gt;"]

    nameless = ada.post("/saved-views", {"name": "  ", "q": "lamp"})
    empty = ada.post("/saved-views", {"name": "Nothing", "q": "  "})

    assert "Give the view a name." in ada.get(nameless.headers["Location"]).text
    assert views_of(ada) == ["Two &lt;b&gt;"]
    assert empty.status_code == 303


def test_ones_own_are_put_in_order_renamed_and_shared_and_others_stay_where_they_are(desk: Desk):
    ada, otto, root = (desk.browser(one) for one in (desk.ada, desk.otto, desk.root))
    for name in ("One", "Two", "Three"):
        ada.post("/saved-views", {"name": name, "q": name.lower()})
    otto.post("/saved-views", {"name": "Of Otto", "q": "otto", "shared": "1"})
    assert views_of(ada) == ["One", "Two", "Three", "Of Otto"]

    ada.post("/saved-views/3/place", {"up": "1"})
    ada.post("/saved-views/1/place", {"up": "1"})  # the first goes no further
    assert ada.post("/saved-views/4/place", {"up": "1"}).status_code == 404
    assert views_of(ada) == ["One", "Three", "Two", "Of Otto"]

    assert ada.post("/saved-views/2/name", {"name": " ", "shared": "1"}).status_code == 422
    assert ada.post("/saved-views/2/name", {"name": "Zwei", "shared": "1"}).status_code == 303
    assert views_of(otto) == ["Of Otto", "Zwei"]
    assert otto.post("/saved-views/2/name", {"name": "Mine"}).status_code == 404
    root.post("/saved-views/2/name", {"name": "The desk's two"})  # who sets up the desk names it, and it stays shared
    assert "The desk&#39;s two" in views_of(ada)
    assert views_of(otto) == ["Of Otto", "The desk&#39;s two"]
    ada.post("/saved-views/2/name", {"name": "Two"})
    assert views_of(otto) == ["Of Otto"]


def test_on_a_ticket_they_stand_in_the_same_order_as_elsewhere(desk: Desk):
    ada = desk.browser(desk.ada)
    for name in ("B", "A", "C"):
        ada.post("/saved-views", {"name": name, "q": name})
    ada.post("/saved-views/3/place", {"up": "1"})

    page = ada.get(f"/tickets/{desk.ticket.number}").text

    assert re.findall(r'href="/search\?q=[^"]*" title="([ABC])"', page) == ["B", "C", "A"] == views_of(ada)


def test_a_view_of_filters_alone_has_pages_and_the_way_back_from_a_ticket_is_to_the_same_one(desk: Desk):
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        for number in range(60):
            world.a_ticket(session, team, mailbox=mailbox, subject=f"Chair {number}", at=world.days_ago(number + 1))
    ada = desk.browser(desk.ada)
    first = ada.get("/search?q=is:open").text
    more = re.search(r'href="(/search\?q=is(?::|%3A)open&amp;after=[^"]+)"', first)
    assert more is not None

    second = ada.get(more[1].replace("&amp;", "&")).text

    shown = [set(re.findall(r'id="row-([0-9]+)"', page)) for page in (first, second)]
    assert (len(shown[0]), shown[0] & shown[1]) == (50, set())
    assert len(shown[0] | shown[1]) == 61
    row = re.search(r'href="(/tickets/[0-9]+\?q=is(?::|%3A)open&amp;after=[^"]+)"', second)
    assert row is not None
    ticket = ada.get(row[1].replace("&amp;", "&")).text
    assert more[1] in ticket
