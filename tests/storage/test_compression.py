"""Long texts in PostgreSQL: compressed at a third of the cost where the server knows how."""

import pytest
from sqlalchemy import ARRAY, Text, column, func, select, table

from helpdesk.models.content.stored_file import StoredFile
from helpdesk.storage import files
from helpdesk.storage.db import Database


def test_what_is_long_is_compressed_by_lz4(migrated_postgres_url: str):
    db = Database(migrated_postgres_url)
    with db.reading() as session:
        settings = table("pg_settings", column("name"), column("enumvals", ARRAY(Text)))
        known = select(settings.c.enumvals).where(settings.c.name == "default_toast_compression")
        if "lz4" not in (session.scalar(known) or ()):
            pytest.skip("this server does not know it")

    with db.transaction() as session:
        files.put(session, b"The lamp flickers. " * 1000)

    with db.reading() as session:
        assert session.scalar(select(func.pg_column_compression(StoredFile.body))) == "lz4"
    db.dispose()
