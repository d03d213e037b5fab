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


@pytest.mark.parametrize("narrowed", [{}, {"agent_id": 2}, {"days": MANY + 1}], ids=str)
def test_refusals_of_long_ago_are_found_without_walking_the_trail(trail: Session, narrowed: dict[str, int]):
    since = clock.now() - timedelta(days=narrowed["days"]) if "days" in narrowed else None
    found, plan = answered(trail, Question("refusals", agent_id=narrowed.get("agent_id"), since=since))

    assert len(found) == (FEW // 4 if "agent_id" in narrowed else FEW)
    assert "ix_audit_event_refused" in plan or "ix_audit_event_actor" in plan
    assert "SCAN audit_event" not in plan.replace("SCAN audit_event USING INDEX ix_audit_event_refused", "")
    assert "Seq Scan on audit_event" not in plan


def test_changes_are_neither_readings_nor_refusals(trail: Session):
    assert inspection.answer(trail, Question("changes")) == []


def test_a_report_counts_each_event_of_its_period_where_it_belongs(session: Session):
    now = clock.now()
    kinds = [
        ("agent", "1", "ticket.read", "ordinary handling"), ("agent", "1", "search", ""),
        ("agent", "2", "ticket.read", "grant 3"), ("agent", "2", "ticket.refused", ""),
        ("nobody", "", "login.refused", ""), ("machine", "delivery", "message.read", "delivery"),
        ("agent", "2", "grant.ask", ""), ("agent", "2", "reading.flag", ""), ("agent", "1", "ticket.close", ""),
    ]  # fmt: skip
    for kind, who, action, basis in kinds:
        for at in (now, now - timedelta(days=40)):
            row = AuditEvent(
                actor_kind=kind, actor_id=who, action=action, basis=basis, object_kind="ticket", core=b"{}"
            )
            row.at = at
            session.add(row)
    session.flush()

    found = inspection.summary(session, since=now - timedelta(days=1), until=now + timedelta(days=1))

    assert (found.ordinary, found.granted, found.refused) == ({1: 2}, {2: 1}, {2: 1})
    assert (found.machines, found.grants, found.flags) == ({"delivery": 1}, {"grant.ask": 1}, 1)
    assert found.people == [1, 2]


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
