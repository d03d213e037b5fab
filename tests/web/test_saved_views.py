"""Searches kept under a name: one's own, everybody's, and who may forget them."""

import re

from tests.web.browser import Browser
from tests.web.desk import Desk


def views_of(browser: Browser) -> list[str]:
    page = browser.get("/settings").text
    return re.findall(r'href="/search\?q=[^"]*" title="([^"]*)"(?! data-view)', page)


def test_a_kept_search_is_in_the_views_of_who_kept_it_and_a_shared_one_in_everybodys(desk: Desk):
    ada, otto = desk.browser(desk.ada), desk.browser(desk.otto)

    ada.post("/saved-views", {"name": "Dark lamps", "q": "lamp is:open"})
    ada.post("/saved-views", {"name": "Chairs", "q": "chair", "shared": "1"})

    assert views_of(ada) == ["Chairs", "Dark lamps"]
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
