"""The permission audit over ten thousand events: few statements, and what is asked by name is found by an index."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, insert

from helpdesk import clock
from helpdesk.models.audit import AuditEvent
from tests.web.desk import Desk

MANY = 10_000


@pytest.fixture
def many(desk: Desk) -> Desk:
    """Readings of the ticket and of others, by the agents and by machines, some by a permission."""
    core = json.dumps({"facts": {"ticket": desk.ticket.id}}).encode()
    rows = [
        {
            "at": clock.now(), "action": "ticket.read", "actor_kind": "agent",
            "actor_id": str(desk.ada.id if number % 5 else desk.otto.id), "object_kind": "ticket",
            "object_id": desk.ticket.id if number % 7 == 0 else number, "subject_id": desk.ticket.customer_id,
            "basis": "ordinary handling" if number % 5 else f"grant {desk.grant.id}", "core": core,
        }
        for number in range(MANY)
    ]  # fmt: skip
    rows[:200] = [row | {"action": "ticket.refused"} for row in rows[:200]]  # of long ago
    with desk.runtime.db.transaction() as session:
        session.execute(insert(AuditEvent), rows)
    return desk


def asked_by(desk: Desk, url: str) -> list[tuple[str, Any]]:
    """The statements of a page, with what they were given."""
    root, asked = desk.browser(desk.root), list[tuple[str, Any]]()

    def hear(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        asked.append((statement, given))

    event.listen(desk.runtime.db.engine, "before_cursor_execute", hear)
    try:
        assert root.get(url).text.count("ticket.ref" if "refusals" in url else "ticket.read") > 90
    finally:
        event.remove(desk.runtime.db.engine, "before_cursor_execute", hear)
    return [one for one in asked if one[0].startswith("SELECT")]


# question → whether it walks the trail from its end, until a page is full, or looks its rows up
QUESTIONS = {
    "": True,
    "kind=all": True,
    "since=2026-01-01": True,
    "before=5000": False,
    "agent={agent}": False,
    "customer={customer}": False,
    "ticket={ticket}": False,
    "grant={grant}": False,
    "kind=refusals": False,
    "kind=refusals&since=2026-01-01": False,
    "agent={agent}&ticket={ticket}": False,
}


def test_each_question_is_answered_in_few_statements_and_who_asks_for_one_thing_walks_no_trail(many: Desk):
    named = {"agent": many.ada.id, "customer": many.ticket.customer_id, "ticket": many.ticket.id}

    for question, walks in QUESTIONS.items():
        asked = asked_by(many, f"/audit?{question.format(**named, grant=many.grant.id)}")
        plans = list(plans_of(many, asked))

        assert len(asked) <= 16, (question, [statement for statement, _ in asked])
        walked = [step for step in plans if step.startswith("SCAN audit_event") and "_refused" not in step]
        assert bool(walked) == walks, (question, plans)
        assert not (walks and any("TEMP B-TREE" in step for step in plans)), (question, plans)


def plans_of(desk: Desk, asked: list[tuple[str, Any]]) -> Iterator[str]:
    """How the database finds the events themselves."""
    with desk.runtime.db.engine.connect() as connection:
        for statement, given in asked:
            is_of_each_page = "UNION" in statement
            if "FROM audit_event" in statement and "LIMIT" in statement and not is_of_each_page:
                for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given):
                    yield str(step[3])
