"""Brings a database to the form this version knows, and tells how far it is."""

import logging
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from helpdesk import paths
from helpdesk.storage.db import Database, DatabaseUnreachable, FormBroken

# any number of our own: two machines that start at once migrate one after the other
_POSTGRES_LOCK = 0x63616E64


class NotMigrated(Exception):
    """The database has not the form this version needs; the message says which command brings it there."""


class MadeByNewerVersion(Exception):
    """A newer version has changed this database: install that version again, or restore a backup from before."""


class MigrationFailed(Exception):
    """A migration could not be done; the database is as it was."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a database has been migrated; `current` is None for an empty one."""

    current: str | None
    head: str
    known: frozenset[str]

    @property
    def is_at_head(self) -> bool:
        return self.current == self.head

    @property
    def is_newer(self) -> bool:
        return self.current is not None and self.current not in self.known


def standing(database: Database) -> Standing:
    """Raises DatabaseBusy, DatabaseUnreachable."""
    scripts = ScriptDirectory.from_config(_alembic())
    with database.reading() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    head = scripts.get_current_head()
    assert head is not None  # noqa: S101  a wheel without migrations would be a mistake of ours
    return Standing(current, head, frozenset(script.revision for script in scripts.walk_revisions()))


def upgrade(database: Database) -> Standing:
    """Bring the database to the newest form, or leave it as it was; returns where it stood before.

    Raises MadeByNewerVersion, MigrationFailed, DatabaseBusy, DatabaseUnreachable.
    """
    before = standing(database)
    if before.is_newer:
        raise MadeByNewerVersion(
            f"the database has the form {before.current}, which this version does not know: "
            "install the newer version again, or restore a backup that was made before it"
        )
    if before.is_at_head:
        return before
    settings = _alembic()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        with database.changing_form() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _POSTGRES_LOCK})
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    except (CommandError, FormBroken, DatabaseError, DatabaseUnreachable) as error:
        words = error if isinstance(error, DatabaseUnreachable) else type(error).__name__
        raise MigrationFailed(
            f"the database could not be migrated and is as it was ({words}); make a backup, "
            "and show 'helpdesk --debug migrate' to whoever helps you"
        ) from error
    return before


def require_head(database: Database) -> None:
    """Raises NotMigrated unless the database has the form this version needs."""
    if database.is_missing:
        raise NotMigrated(f"there is no database at {database.engine.url.database}: run 'helpdesk migrate' first")
    now = standing(database)
    if now.is_newer:
        raise NotMigrated(
            f"the database has the form {now.current}, made by a newer version: install that one again, "
            "or restore a backup that was made before it"
        )
    if now.current is None:
        raise NotMigrated("the database is empty: run 'helpdesk migrate' first")
    if not now.is_at_head:
        raise NotMigrated(f"the database has the form {now.current}, not {now.head}: run 'helpdesk migrate' first")


def _alembic() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(paths.migrations()).replace("%", "%%"))
    return settings
