"""Unusual reading is flagged against the person's own days, once a day, and told without a name."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.config import Desk
from helpdesk.desk import compose, evidence, outbox
from helpdesk.models.agent import Agent, Role
from helpdesk.models.audit import AuditEvent
from helpdesk.models.inspection import ReadingFlag
from helpdesk.models.outbound_email import Delivery
from helpdesk.privacy import unusual
from helpdesk.storage.vault import Vault
from tests import world

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def ada(session: Session) -> Agent:
    """She reads twenty things a day, and has done so for ten days."""
    ada = world.an_agent(session, name="Ada Fischer")
    for day in range(1, 11):
        read(session, ada, 20, NOON - timedelta(days=day))
    return ada


def read(session: Session, agent: Agent, times: int, at: datetime) -> None:
    for number in range(times):
        session.add(
            AuditEvent(
                at=at, action="ticket.read", actor_kind="agent", actor_id=str(agent.id), object_kind="ticket",
                object_id=number, core=b"{}",
            )
        )  # fmt: skip
    session.flush()


def test_far_more_than_usual_is_flagged_once_and_a_busy_day_is_not(session: Session, ada: Agent):
    with clock.stopped_at(NOON):
        read(session, ada, 100, NOON)
        assert unusual.look(session) == []

        read(session, ada, 1, NOON)
        (flag,) = unusual.look(session)
        assert unusual.look(session) == []

    assert (flag.agent_id, flag.readings, flag.usual) == (ada.id, 101, 20)


def test_a_newcomer_is_measured_by_colleagues(session: Session, ada: Agent):
    eva = world.an_agent(session, name="Eva Neu")
    with clock.stopped_at(NOON):
        read(session, eva, 90, NOON)
        assert unusual.look(session) == []
        read(session, eva, 30, NOON)
        assert [flag.agent_id for flag in unusual.look(session)] == [eva.id]


def test_those_who_may_audit_are_told_by_number_and_link_and_not_whom_it_is_about(session: Session, ada: Agent):
    auditor, ada.role = world.an_agent(session, name="Aud Itor", role=Role.AUDITOR), Role.ADMIN
    world.a_mailbox(session, world.a_team(session))
    with clock.stopped_at(NOON):
        read(session, ada, 200, NOON)
        assert evidence.raise_flags(session) == 1
        row = session.scalars(select(Delivery)).one()
        claimed = outbox.claim(session, row.outbound_email_id)
        assert claimed is not None
        letter = compose.email(session, claimed, desk=Desk(), vault=Vault(b"k" * 32))

    assert row.email == auditor.email
    assert "200" in letter.text
    assert "Ada" not in letter.text


def test_looking_at_it_is_for_somebody_else(session: Session, ada: Agent):
    other = world.an_admin(session)
    with clock.stopped_at(NOON):
        read(session, ada, 200, NOON)
        (flag,) = unusual.look(session)

    unusual.note_looked(session, flag, by=ada)
    assert list(unusual.unseen(session)) == [flag]
    unusual.note_looked(session, flag, by=other)
    assert session.scalars(select(ReadingFlag)).one().looked_by_id == other.id
