"""The settings: each page is there for whom it is for, and says when something was saved or is wrong."""

from flask import url_for

from helpdesk.models.role import Permission
from helpdesk.web import settings
from tests.web.desk import Desk


def addresses(desk: Desk) -> dict[str, str]:
    with desk.app.test_request_context(base_url="http://localhost"):
        pages = [page for _, pages in settings.SECTIONS for page in pages]
        return {
            page.endpoint: url_for(page.endpoint)
            for page in pages
            if page.permission not in {None, Permission.HANDLE}
        }


def test_an_admin_is_offered_every_page_and_an_agent_none_of_the_desks(desk: Desk):
    for_admin, for_agent = (desk.browser(who).get("/settings").text for who in (desk.root, desk.ada))

    for url in addresses(desk).values():
        assert f'href="{url}"' in for_admin
        assert f'href="{url}"' not in for_agent
        assert desk.browser(desk.ada).get(url).status_code == 404


def test_a_team_is_made_and_renamed_and_a_name_stands_for_one_team(desk: Desk):
    root = desk.browser(desk.root)

    assert "Saved." in root.get(root.post("/settings/teams", {"name": " Vases  "}).headers["Location"]).text
    renamed = root.post(f"/settings/teams/{desk.ticket.team_id}/name", {"name": "Lanterns"})
    taken = root.post(f"/settings/teams/{desk.ticket.team_id}/name", {"name": "vases"})

    assert renamed.status_code == 303
    assert (taken.status_code, "another team of this name" in taken.text) == (422, True)
    assert root.post("/settings/teams", {"name": "  "}).status_code == 422
    assert "Lanterns" in root.get("/settings/teams").text
