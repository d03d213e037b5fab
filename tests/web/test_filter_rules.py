"""Filter rules in the settings: written, previewed with what the admin may see, switched on."""

import json

from sqlalchemy import select

from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.filter_rule import FilterRule
from helpdesk.models.role import Scope
from tests.web.desk import Desk

LAMPS = {"name": "Lamps", "field": "subject", "is_not": "0", "words": "lamp, Lampe", "tags": "Light,  light , lamp"}


def the_newest(desk: Desk) -> FilterRule:
    with desk.runtime.db.reading() as session:
        return session.scalars(select(FilterRule).order_by(FilterRule.id.desc()).limit(1)).one()


def test_a_rule_is_written_previewed_and_switched_on(desk: Desk):
    root = desk.browser(desk.root)

    saved = root.post("/settings/filter-rules", LAMPS)

    rule = the_newest(desk)
    assert saved.headers["Location"].endswith(f"/{rule.id}/preview")
    assert (rule.is_on, json.loads(rule.actions)["tags"]) == (False, ["light", "lamp"])
    assert "Of the last 2 emails it would have hit 1" in " ".join(root.get(saved.headers["Location"]).text.split())
    root.post(f"/settings/filter-rules/{rule.id}/state", {"on": "1"})
    assert the_newest(desk).is_on
    assert "Subject has lamp, Lampe" in root.get("/settings/filter-rules").text


def test_the_preview_names_tickets_the_admin_knows_of_and_shows_no_subject_they_may_not_read(desk: Desk):
    root = desk.browser(desk.root)
    url = root.post("/settings/filter-rules", LAMPS).headers["Location"]
    page = root.get(url).text
    assert f"/tickets/{desk.ticket.number}" in page
    assert "not yours to read" in page
    assert "The lamp flickers" not in page

    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.root.id).narrower_scope = Scope.MINE
    page = root.get(url).text
    assert f"/tickets/{desk.ticket.number}" not in page
    assert "1 more that is on no ticket you may see" in page


def test_a_preview_is_a_machines_reading_with_a_basis_that_names_the_emails(desk: Desk):
    root = desk.browser(desk.root)
    root.get(root.post("/settings/filter-rules", LAMPS).headers["Location"])

    with desk.runtime.db.reading() as session:
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "email.compare")).all()
    assert (event.actor_id, event.basis.split(":")[0]) == ("rules", "rules")
    assert desk.held.id in json.loads(event.core)["facts"]["emails"]


def test_what_is_wrong_with_a_rule_is_said_and_what_was_typed_is_kept(desk: Desk):
    answer = desk.browser(desk.root).post("/settings/filter-rules", {**LAMPS, "tags": ""})

    assert answer.status_code == 422
    assert "Choose what is to be done." in answer.text
    assert 'value="lamp, Lampe"' in answer.text


def test_a_header_is_written_with_a_colon(desk: Desk):
    root = desk.browser(desk.root)
    root.post("/settings/filter-rules", {**LAMPS, "field": "header", "words": "X-Priority: 1, 2"})

    assert json.loads(the_newest(desk).conditions)[0] == {
        "field": "header", "words": ["1", "2"], "name": "X-Priority", "is_not": False,
    }  # fmt: skip
    assert 'value="X-Priority: 1, 2"' in root.get(f"/settings/filter-rules/{the_newest(desk).id}").text
