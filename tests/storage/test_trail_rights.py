"""PostgreSQL itself refuses to take anything back from the trail, also where somebody switched the triggers off."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from helpdesk.cli.doctor.database import trail as examine_trail
from helpdesk.cli.doctor.finding import State
from helpdesk.privacy import audit, chain
from helpdesk.storage import migrations
from helpdesk.storage.db import Database
from tests.servers.postgres import OWNER, Postgres

ROLE = "desk_of_its_own"


@pytest.fixture
def ordinary(postgres: Postgres) -> Iterator[Database]:
    """A database that belongs to a role without special rights, as an operator makes one."""
    name = postgres.create()
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN")
        connection.execute(f"ALTER DATABASE {name} OWNER TO {ROLE}")
    db = Database(postgres.url(name).replace(f"//{OWNER}@", f"//{ROLE}@"))
    migrations.upgrade(db)
    yield db
    db.dispose()
    postgres.drop(name)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP ROLE {ROLE}")


def test_the_desks_own_role_adds_to_the_trail_and_takes_nothing_back(ordinary: Database):
    with ordinary.transaction() as session:
        audit.record(session, "search", by=None, on=("list", None), words="lamp")
        session.flush()
        chain.seal(session, holder="test")
    with ordinary.transaction() as session:
        session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        session.execute(text("ALTER TABLE audit_link DISABLE TRIGGER USER"))

    for tampering in (
        "UPDATE audit_event SET action = 'nothing'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event CASCADE",
        "UPDATE audit_link SET hash = ''",
        "DELETE FROM audit_link",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), ordinary.transaction() as session:
            session.execute(text(tampering))
    with ordinary.reading() as session:
        assert chain.verify(session).fault is None
        assert all(finding.state is State.OK for finding in examine_trail(session))


def test_doctor_tells_when_the_right_was_given_back_and_of_a_superuser(ordinary: Database, postgres_url: str):
    with ordinary.transaction() as session:
        session.execute(text("GRANT DELETE ON audit_event TO CURRENT_USER"))
    with ordinary.reading() as session:
        (wrong,) = [finding for finding in examine_trail(session) if finding.state is not State.OK]
    assert (wrong.cause, "DELETE on audit_event" in wrong.says) == ("rights", True)

    db = Database(postgres_url)
    migrations.upgrade(db)
    with db.reading() as session:
        assert [finding.cause for finding in examine_trail(session) if finding.cause] == ["superuser"]
    db.dispose()
