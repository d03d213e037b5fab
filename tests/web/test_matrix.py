"""Each route for each role and for own and foreign objects, from the application's own map of addresses."""

from typing import Any

import pytest
from flask import url_for
from sqlalchemy import select
from werkzeug.routing import Rule

from helpdesk import clock
from helpdesk.models.base import Base
from tests.web import matrix, people_matrix, statistics_matrix, writing_matrix
from tests.web.desk import Desk

ROWS = matrix.ROWS | people_matrix.ROWS | statistics_matrix.ROWS | writing_matrix.ROWS
FORMS = matrix.FORMS | people_matrix.FORMS | statistics_matrix.FORMS | writing_matrix.FORMS

METHODS = ("GET", "POST")
PROTECTED_BY_THEIR_ADDRESS = {
    "password_resets.consume",
    "feedback.answer",
    "feedback.leave",
    "permission.answer",
    "record.ask",
    "record.choose_digest",
    "record.open_with_code",
    "record.revoke",
    "record.stop_digest",
}
ROLES = ("nobody", "ada", "otto", "root")


def routes(desk: Desk) -> list[tuple[str, Rule]]:
    rules = sorted(desk.app.url_map.iter_rules(), key=lambda rule: rule.endpoint)
    return [(method, rule) for rule in rules for method in METHODS if method in (rule.methods or ())]


def address(desk: Desk, rule: Rule) -> str:
    """The route's address, for things of Ada's team."""
    values: dict[str, Any] = {
        "number": desk.ticket.number,
        "delivery_id": 987654,
        "mailbox_id": desk.ticket.mailbox_id,
        "other": desk.ticket.number,
        "draft_id": desk.draft.id,
        "notice_id": 987654,
        "note_id": 987654,
        "field_id": 987654,
        "file_id": desk.draft_file.id,
        "reply_id": desk.saved_reply.id,
        "message_id": desk.message.id,
        "attachment_id": desk.attachment.id,
        "position": 1,
        "team_id": desk.ticket.team_id,
        "tag_id": 1,
        "token": "x" * 43,
        "email_id": desk.held.id,
        "erasure_id": 1,
        "objection_id": 987654,
        "item_id": 1,
        "flag_id": 1,
        "bulk_id": 987654,
        "block_id": desk.blocked.id,
        "rule_id": desk.rule.id,
        "request_id": desk.request.id,
        "rereading_id": desk.reading.id,
        "report_id": desk.report.id,
        "grant_id": desk.grant.id,
        "agent_id": desk.ada.id,
        "role_id": 987654,
        "login_id": 987654,
        "passkey_id": 987654,
        "secret": desk.secret,
        "view": "open",
        "view_id": 987654,
        "version": "1",
        "name": "css/base.css",
    }
    with desk.app.test_request_context(base_url="http://localhost"):
        return url_for(rule.endpoint, **{name: values[name] for name in rule.arguments}, _external=False)


def changed(desk: Desk) -> dict[str, object]:
    """A picture of every table that a GET may not touch."""
    may_grow = {"audit_event", "audit_shown", "audit_payload", "audit_unsealed", "login_session"}
    with desk.runtime.db.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in may_grow]
        return {table.name: session.execute(select(table)).all() for table in tables}


def test_every_route_has_its_row_and_no_row_is_left_over(desk: Desk):
    assert {f"{method} {rule.endpoint}" for method, rule in routes(desk)} == set(ROWS)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_each_role_as_written(desk: Desk, role: str):
    wrong = {}
    browser = desk.browser(getattr(desk, role, None))
    browser.get("/sign-in")
    now = clock.now()
    for method, rule in sorted(routes(desk), key=lambda route: route[1].endpoint == "sign_in.sign_out"):
        url = address(desk, rule) + ("?q=lamp" if rule.endpoint == "search.show" else "")
        form = FORMS.get(rule.endpoint, {})
        with clock.stopped_at(now):  # else the machine's pace would decide whether a step was made just now
            answer = browser.get(url) if method == "GET" else browser.post(url, form)
            answer.close()
        expected = ROWS[f"{method} {rule.endpoint}"][ROLES.index(role)]
        if answer.status_code != expected:
            wrong[f"{method} {url}"] = (answer.status_code, expected)

    assert not wrong


def test_what_does_not_exist_answers_like_what_is_not_visible(desk: Desk):
    otto = desk.browser(desk.otto)

    foreign = otto.get(f"/tickets/{desk.ticket.number}")
    missing = otto.get("/tickets/987654")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.text == missing.text


def test_getting_a_page_twice_changes_nothing_but_the_trail_and_last_seen(desk: Desk):
    ada, before = desk.browser(desk.ada), changed(desk)

    for method, rule in routes(desk):
        for _ in range(2 if method == "GET" else 0):
            ada.get(address(desk, rule)).close()

    assert changed(desk) == before


def test_no_change_without_a_token(desk: Desk):
    ada, accepted = desk.browser(desk.ada), []
    ada.token = ""

    for method, rule in routes(desk):
        if method == "POST" and rule.endpoint not in PROTECTED_BY_THEIR_ADDRESS:
            answer = ada.post(address(desk, rule), FORMS.get(rule.endpoint, {}))
            accepted += [rule.endpoint] if answer.status_code != 400 else []

    assert not accepted


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_no_change_asked_for_by_another_site(desk: Desk, headers: dict[str, str]):
    ada = desk.browser(desk.ada)

    answer = ada.post(f"/tickets/{desk.ticket.number}/closure", headers=headers)

    assert answer.status_code == 400
