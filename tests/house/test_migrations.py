"""Every migration goes up, agrees with the models, and goes down again, on both kinds of database."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.orm import Session

from helpdesk.models.theme_report import ReportTheme, ThemeReport
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine
from helpdesk.storage.db import Database
from tests.servers.database import alembic_for
from tests.web.desk import a_report


def test_the_migrations_go_up_agree_with_the_models_and_go_down(database_url: str):
    alembic = alembic_for(database_url)

    command.upgrade(alembic, "head")
    command.check(alembic)
    command.downgrade(alembic, "base")

    assert tables(database_url) <= {"alembic_version"}
    command.upgrade(alembic, "head")
    command.check(alembic)


def test_reports_that_are_kept_learn_which_weeks_may_be_told_and_which_were_the_clocks(database_url: str):
    alembic, engine = alembic_for(database_url), create_engine(database_url)
    command.upgrade(alembic, "head")
    with Session(engine) as session, session.begin():
        weekly, chosen = a_report(session, 1), a_report(session, 1)
        audit.record(session, "theme_report.ask", by=Machine.CLOCK, on=("theme_report", weekly.id))
        audit.record(session, "theme_report.ask", by=Machine.COMMAND, on=("theme_report", chosen.id))
        ids = weekly.id, chosen.id

    for change, form in ((command.downgrade, "0067"), (command.upgrade, "head")):
        database = Database(database_url)
        with database.changing_form() as alembic.attributes["connection"]:
            change(alembic, form)
        database.dispose()

    with Session(engine) as session:
        assert [session.get_one(ThemeReport, one).is_weekly for one in ids] == [True, False]
        themes = session.scalars(select(ReportTheme).order_by(ReportTheme.id)).all()
        told = [(theme.is_group, theme.told_weekly) for theme in themes]
        # five customers with two and four messages: twenty are not drawn apart from ten where somebody chose
        assert told == [(True, "[10.0, 20.0]"), (False, "[]"), (True, "[15.0, 15.0]"), (False, "[]")]
    engine.dispose()


def test_alembic_check_sees_a_column_that_no_migration_makes(migrated_url: str):
    alembic = alembic_for(migrated_url)
    engine = create_engine(migrated_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE customer ADD COLUMN forgotten integer"))
    engine.dispose()

    with pytest.raises(CommandError, match="forgotten"):
        command.check(alembic)


def test_there_is_one_line_of_migrations():
    alembic = ScriptDirectory.from_config(alembic_for("sqlite://"))

    assert len(alembic.get_heads()) == 1


# PostgreSQL databases are emptied between tests (tests/servers/emptied.py): rows made by a migration would be lost
def test_a_migrated_database_of_a_test_starts_without_rows(session: Session, db: Database):
    for table in tables(db.url) - {"alembic_version"}:
        if not table.startswith("search_"):
            assert session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() == 0, table  # noqa: S608 (our own)


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found
