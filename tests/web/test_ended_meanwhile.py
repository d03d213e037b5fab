"""A login that ends while its form is looked at: a view that writes later than it asked who is there does not."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Connection, event

from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.setting import Setting
from helpdesk.models.sign_in import LoginSession
from tests.servers.identity_provider import CLIENT, IdentityProvider
from tests.web.browser import PASSWORD
from tests.web.desk import Desk

NEW = {"current": PASSWORD, "password": "nine blue kites over town", "again": "nine blue kites over town"}


def ending_after_the_first_look(desk: Desk) -> None:
    """Every login ends once somebody has looked who is there."""
    engine, path = desk.runtime.db.engine, desk.runtime.db.engine.url.database

    def hear(_connection: Connection) -> None:
        with closing(sqlite3.connect(str(path))) as another, another:
            another.execute("UPDATE login_session SET ended_at = '2026-01-01 00:00:00'")

    event.listen(engine, "rollback", hear, once=True)


@pytest.mark.parametrize(
    ("url", "form"), [("/settings/account/password", NEW), ("/confirmation", {"password": PASSWORD})], ids=str
)
def test_a_login_that_ended_while_a_password_was_looked_at_writes_nothing(desk: Desk, url: str, form: dict[str, str]):
    ada = desk.browser(desk.ada)
    with desk.runtime.db.reading() as session:
        last = session.query(AuditEvent).count()
        before = session.get_one(Agent, desk.ada.id).password_hash

    ending_after_the_first_look(desk)
    answer = ada.post(url, form)

    assert answer.status_code == 401
    assert "nine blue kites" not in answer.text
    with desk.runtime.db.reading() as session:
        assert session.query(AuditEvent).count() == last
        assert session.get_one(Agent, desk.ada.id).password_hash == before
        assert session.query(LoginSession).filter_by(agent_id=desk.ada.id, ended_at=None).count() == 0


def test_a_login_that_ended_while_the_provider_was_asked_chooses_none(
    desk: Desk, identity_provider: IdentityProvider
):
    root = desk.browser(desk.root)
    ending_after_the_first_look(desk)
    form = {"name": "ID", "discovery_url": identity_provider.discovery_url, "client_id": CLIENT, "is_on": "1"}

    answer = root.post("/settings/sign-in/single", form)

    assert answer.status_code == 401
    with desk.runtime.db.reading() as session:
        assert session.get(Setting, "single_sign_on") is None
