"""The permission audit's questions, as both databases answer them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.audit import AuditEvent
from helpdesk.privacy import inspection
from helpdesk.privacy.inspection import Question

MANY, FEW = 4_000, 20


@pytest.fixture
def trail(session: Session) -> Session:
    """Refusals of long ago, and readings ever since."""
    begun = clock.now() - timedelta(days=MANY)
    rows = [
        {
            "at": begun + timedelta(days=number), "action": "ticket.refused" if number < FEW else "ticket.read",
            "actor_kind": "agent", "actor_id": str(number % 4 + 1), "object_kind": "ticket", "object_id": number,
            "basis": "", "core": b'{"facts":{}}',
        }
        for number in range(MANY)
    ]  # fmt: skip
    session.execute(insert(AuditEvent), rows)
    session.execute(text("ANALYZE"))
    return session


@pytest.mark.parametrize("narrowed", [{}, {"agent_id": 2}, {"since": clock.now() - timedelta(days=MANY)}], ids=str)
def test_refusals_of_long_ago_are_found_without_walking_the_trail(trail: Session, narrowed: dict[str, Any]):
    found, plan = answered(trail, Question("refusals", **narrowed))

    assert len(found) == (FEW // 4 if "agent_id" in narrowed else FEW)
    assert "ix_audit_event_refused" in plan or "ix_audit_event_actor" in plan
    assert "SCAN audit_event" not in plan.replace("SCAN audit_event USING INDEX ix_audit_event_refused", "")
    assert "Seq Scan on audit_event" not in plan


def test_changes_are_neither_readings_nor_refusals(trail: Session):
    assert inspection.answer(trail, Question("changes")) == []


def answered(session: Session, question: Question) -> tuple[list[inspection.Entry], str]:
    """What a question finds, and by what plan its events were looked for."""
    asked: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if "FROM audit_event" in statement:
            asked.append((statement, given))

    event.listen(session.get_bind(), "before_cursor_execute", hear)
    try:
        found = inspection.answer(session, question)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", hear)
    explain = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    rows = session.connection().exec_driver_sql(f"{explain} {asked[0][0]}", asked[0][1])
    return found, "\n".join(str(row[-1]) for row in rows)
