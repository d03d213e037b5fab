"""Each route for DPO, auditor and developer: as for an agent of another team, but for what is written here."""

from typing import Final

import pytest

from helpdesk.models.role import Role
from tests import world
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk
from tests.web.test_matrix import FORMS, ROWS, address, routes

OTHER_ROLES: Final = (Role.DPO, Role.AUDITOR, Role.DEVELOPER)
OTTOS: Final = 2  # the column of an agent of another team

# the DPO knows of every ticket, decides about grants, and handles none
ROWS_OF_OTHERS: Final[dict[str, tuple[int, int, int]]] = {
    "GET access_reviews.index": (200, 200, 404),
    "GET access_reviews.report": (200, 200, 404),
    "GET audit.download": (200, 200, 404),
    "GET audit.index": (200, 200, 404),
    "POST drafts.add_file_to_new": (404, 404, 404),
    "POST drafts.bring_back": (404, 404, 404),
    "POST drafts.discard": (404, 404, 404),
    "POST drafts.save_new": (404, 404, 404),
    "POST bulk.ask": (404, 404, 404),
    "GET bulk.choices": (404, 404, 404),
    "POST erasures.create": (422, 404, 404),
    "GET erasures.index": (200, 404, 404),
    "POST grants.approve": (422, 404, 404),
    "POST grants.ask": (303, 404, 404),
    "POST grants.end": (303, 404, 404),
    "POST grants.extend": (422, 404, 404),
    "POST grants.review": (422, 404, 404),
    "GET history.show": (403, 404, 404),
    "GET inbox.of_mailbox": (200, 404, 404),
    "GET inbox.of_team": (200, 404, 404),
    "GET messages.show": (302, 404, 404),
    "POST objections.create": (303, 404, 404),
    "GET objections.index": (200, 404, 404),
    "GET outreach.new": (404, 404, 404),
    "POST presence.beat": (204, 404, 404),
    "GET reports.index": (404, 404, 404),
    "POST saved_replies.create": (404, 404, 404),
    "GET saved_replies.index": (404, 404, 404),
    "POST sending.choose": (404, 404, 404),
    "GET sending.index": (404, 404, 404),
    "POST statistics_settings.add_tag": (303, 404, 404),
    "POST statistics_settings.add_theme": (303, 404, 404),
    "POST statistics_settings.choose": (303, 404, 404),
    "GET statistics_settings.index": (200, 404, 404),
    "POST statistics_settings.remove_tag": (303, 404, 404),
    "POST statistics_settings.remove_theme": (303, 404, 404),
    "POST statistics_settings.send": (303, 404, 404),
    "POST privacy_requests.create": (303, 404, 404),
    "POST privacy_requests.end": (303, 404, 404),
    "GET privacy_requests.index": (200, 404, 404),
    "POST privacy_requests.take_up_again": (303, 404, 404),
    "GET tickets.news": (200, 404, 404),
    "GET tickets.show": (403, 404, 404),
    "POST tickets.state_purpose": (303, 404, 404),
}


def expected(route: str, role: Role) -> int:
    written = ROWS_OF_OTHERS.get(route)
    return written[OTHER_ROLES.index(role)] if written else ROWS[route][OTTOS]


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_every_route_answers_each_other_role_as_written(desk: Desk, role: Role):
    with desk.runtime.db.transaction() as session:
        somebody = world.an_agent(session, name="Iris Vogt", role=role)
        somebody.password_hash = PASSWORD_HASH
    browser, wrong = desk.browser(somebody), {}
    browser.get("/sign-in")
    for method, rule in sorted(routes(desk), key=lambda route: route[1].endpoint == "sign_in.sign_out"):
        url = address(desk, rule) + ("?q=lamp" if rule.endpoint == "search.show" else "")
        answer = browser.get(url) if method == "GET" else browser.post(url, FORMS.get(rule.endpoint, {}))
        answer.close()
        route = f"{method} {rule.endpoint}"
        if answer.status_code != expected(route, role):
            wrong[route] = (answer.status_code, expected(route, role))

    assert not wrong


HOMES: Final = {Role.DPO: "/inbox/open", Role.AUDITOR: "/audit", Role.DEVELOPER: "/grants"}


def test_each_begins_where_their_work_is_and_no_empty_list_promises_mail(desk: Desk):
    for role, home in HOMES.items():
        with desk.runtime.db.transaction() as session:
            somebody = world.an_agent(session, role=role)
            somebody.password_hash = PASSWORD_HASH
        browser = desk.browser(somebody)

        assert browser.get("/").headers["Location"] == home
        assert ("Your role sees no tickets." in browser.get("/inbox/open").text) == (role is not Role.DPO)


def test_no_row_of_theirs_is_left_over_or_says_what_goes_without_saying():
    assert set(ROWS_OF_OTHERS) <= set(ROWS)
    assert not [route for route, row in ROWS_OF_OTHERS.items() if set(row) == {ROWS[route][OTTOS]}]
