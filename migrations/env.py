"""Alembic's entry: the database of the runtime that calls us, or of the configuration."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from helpdesk import config
from helpdesk.models.base import Moment
from helpdesk.models.every import metadata
from helpdesk.storage.db import Database

# made by the migrations by hand, for one kind of database each: not compared
_BY_HAND = ("search_index", "ix_search_text_words", "ix_customer_address_begins", "ix_message_address_begins")


def _compared(_object: object, name: str | None, _kind: str, _reflected: bool, _compare_to: object) -> bool:  # noqa: FBT001
    return not (name or "").startswith(_BY_HAND)


def _rendered(kind: str, thing: object, _context: object) -> str | Literal[False]:
    # a migration never imports models: what a column was on its day must not change with them
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=_compared,
        render_item=_rendered,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_given: Connection | None = context.config.attributes.get("connection")
if _given is not None:
    _run(_given)
else:
    _database = Database(context.config.attributes.get("url") or config.load().database_url)
    with _database.engine.connect() as _connection, _connection.begin():
        _run(_connection)
    _database.dispose()
