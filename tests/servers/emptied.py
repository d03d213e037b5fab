"""One migrated PostgreSQL database that is emptied for each test: a copy for each would take 0.1 s."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import event

from helpdesk.storage.db import Database
from tests.servers.postgres import Postgres

ANEW = """
DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    PERFORM setval(it.sequencename::regclass, 1, false);
  END LOOP;
END $$
"""

EMPTY = """
DO $$ DECLARE it record; BEGIN
  SET LOCAL session_replication_role = replica;  -- no foreign keys, and no append-only tables
  FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', it.tablename);
  END LOOP;
END $$
"""

NOW = "SELECT txid_snapshot_xmax(txid_current_snapshot())"

# every transaction that may have changed something was undone, on the whole server: then there is nothing to delete
UNTOUCHED = """
SELECT coalesce(bool_and(txid_status(one) = 'aborted'), true)
FROM generate_series(%s, txid_snapshot_xmax(txid_current_snapshot()) - 1) AS one
"""

# what a test does to tables, columns, triggers or functions shows here
SHAPE = """
SELECT count(*), sum(hashtextextended(shape, 0)) FROM (
  SELECT oid || ' ' || xmin FROM pg_class UNION ALL
  SELECT attrelid || ' ' || attnum || ' ' || xmin FROM pg_attribute UNION ALL
  SELECT oid || ' ' || xmin FROM pg_trigger UNION ALL
  SELECT oid || ' ' || xmin FROM pg_proc
) AS everything(shape)
"""

ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL(%(spared)s)
"""


@dataclass
class EmptiedDatabase:
    """Gives the same database again and again, and a new one after a test that changed its shape.

    Who empties it stays connected: a new connection learns the catalog anew, which takes much longer than emptying.
    """

    postgres: Postgres
    template: str
    _name: str = ""
    _shape: tuple[object, ...] = field(default=(), repr=False)
    _connection: psycopg.Connection | None = field(default=None, init=False, repr=False)
    _lent: Database | None = field(default=None, init=False, repr=False)
    _emptied_at: int = field(default=0, init=False, repr=False)
    _spared: list[int] = field(default_factory=list, init=False, repr=False)

    def url(self) -> str:
        """Of an empty, migrated database; who was connected to it no longer is."""
        self._take_back()
        return self._ready()

    def lent(self) -> Database:
        """The same for one who commits nothing and sends nobody away: its connections are those of the one before."""
        if self._lent and self._lent.engine.pool.checkedout():  # type: ignore[attr-defined]
            self._take_back()
        url = self._ready()
        if self._lent is None:
            self._lent = Database(url)
            event.listen(self._lent.engine, "connect", self._spare)
        return self._lent

    def close(self) -> None:
        self._take_back()
        if self._connection:
            self._connection.close()
            self._connection = None

    def _ready(self) -> str:
        if not self._name or not (self._is_untouched() or self._emptied() == self._shape):
            self.close()
            self._name = self.postgres.create(like=self.template)
            self._shape = self._emptied()
        connection = self._connected()
        connection.execute(ANEW)
        (self._emptied_at,) = connection.execute(NOW).fetchone() or (0,)
        return self.postgres.url(self._name)

    def _is_untouched(self) -> bool:
        return self._connected().execute(UNTOUCHED, (self._emptied_at,)).fetchone() == (True,)

    def _take_back(self) -> None:
        if self._lent:
            self._lent.dispose()
        self._lent, self._spared = None, []

    def _spare(self, connection: Any, _record: object) -> None:
        self._spared.append(connection.info.backend_pid)

    def _emptied(self) -> tuple[object, ...]:
        connection = self._connected()
        connection.execute(EMPTY)
        return connection.execute(SHAPE).fetchone() or ()

    def _connected(self) -> psycopg.Connection:
        """Alone; connected anew where a test sent everybody away."""
        try:
            if self._connection:
                self._connection.execute(ALONE, {"spared": self._spared})
                return self._connection
        except psycopg.OperationalError:
            self.close()
        self._connection = psycopg.connect(self.postgres.url(self._name), autocommit=True, prepare_threshold=None)
        self._connection.execute(ALONE, {"spared": self._spared})
        return self._connection
