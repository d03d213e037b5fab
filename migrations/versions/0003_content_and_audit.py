"""Content behind the gate, and the audit trail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


# The audit trail is append-only: the database itself refuses to change or remove an event.
_SQLITE = """
CREATE TRIGGER audit_event_no_{what} BEFORE {what} ON audit_event
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
"""
_POSTGRESQL = """
CREATE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$;
CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_event_append_only()
"""

# FTS5 reads the words from search_text and is kept by triggers; tokens are made by us, so its tokeniser only
# splits at spaces: every character of a token counts as one, marks too.
_FTS5 = (
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        words, content='search_text', content_rowid='id', detail='full', columnsize=0,
        tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* S* P* Co'"
    )
    """,
    """
    CREATE TRIGGER search_text_added AFTER INSERT ON search_text
    BEGIN INSERT INTO search_index(rowid, words) VALUES (new.id, new.words); END
    """,
    """
    CREATE TRIGGER search_text_removed AFTER DELETE ON search_text
    BEGIN INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.id, old.words); END
    """,
    """
    CREATE TRIGGER search_text_changed AFTER UPDATE OF words ON search_text
    BEGIN
        INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO search_index(rowid, words) VALUES (new.id, new.words);
    END
    """,
)


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", ID, nullable=True),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("core", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_event_actor", "audit_event", ["actor_kind", "actor_id", "action", "at"])
    op.create_index("ix_audit_event_object", "audit_event", ["object_kind", "object_id", "id"])
    op.create_index("ix_audit_event_subject", "audit_event", ["subject_id", "id"])
    op.create_table(
        "stored_file",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_stored_file"),
    )
    op.create_table(
        "audit_payload",
        sa.Column("event_id", ID, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name="fk_audit_payload_event_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_audit_payload"),
    )
    op.create_table(
        "ticket_content",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_content_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_ticket_content"),
    )
    op.create_table(
        "note_content",
        sa.Column("note_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name="fk_note_content_note_id"),
        sa.PrimaryKeyConstraint("note_id", name="pk_note_content"),
    )
    op.create_table(
        "raw_email",
        sa.Column("inbound_email_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["stored_file.digest"], name="fk_raw_email_digest"),
        sa.ForeignKeyConstraint(["inbound_email_id"], ["inbound_email.id"], name="fk_raw_email_inbound_email_id"),
        sa.PrimaryKeyConstraint("inbound_email_id", name="pk_raw_email"),
    )
    op.create_index("ix_raw_email_digest", "raw_email", ["digest"])
    op.create_table(
        "message_content",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("new_text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("html_policy", ID, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_message_content_message_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_message_content"),
    )
    op.create_table(
        "search_text",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("note_id", ID, nullable=True),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_search_text_message_id"),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name="fk_search_text_note_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_search_text_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_search_text"),
    )
    op.create_index("ix_search_text_message_id", "search_text", ["message_id"])
    op.create_index("ix_search_text_note_id", "search_text", ["note_id"])
    op.create_index("ix_search_text_ticket_id", "search_text", ["ticket_id"])
    op.create_table(
        "attachment_content",
        sa.Column("attachment_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name="fk_attachment_content_attachment_id"),
        sa.ForeignKeyConstraint(["digest"], ["stored_file.digest"], name="fk_attachment_content_digest"),
        sa.PrimaryKeyConstraint("attachment_id", name="pk_attachment_content"),
    )
    op.create_index("ix_attachment_content_digest", "attachment_content", ["digest"])

    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(what=what))
        for statement in _FTS5:
            op.execute(statement)
    else:
        op.execute(_POSTGRESQL)
        op.execute("CREATE INDEX ix_search_text_words ON search_text USING gin (words)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("attachment_content")
    op.drop_table("search_text")
    op.drop_table("message_content")
    op.drop_table("raw_email")
    op.drop_table("note_content")
    op.drop_table("ticket_content")
    op.drop_table("audit_payload")
    op.drop_table("stored_file")
    op.drop_table("audit_event")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_event_append_only")
