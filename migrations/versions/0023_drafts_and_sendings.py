"""Drafts, sendings with their way back, snoozes, saved replies and signatures."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)
HELD = "held_at IS NOT NULL"
LATER = "is_later AND taken_back_at IS NULL"


def upgrade() -> None:
    _drafts()
    _sendings()
    _texts()
    with op.batch_alter_table("ticket") as batch:
        batch.add_column(sa.Column("woke_at", MOMENT, nullable=True))
    with op.batch_alter_table("message") as batch:
        batch.add_column(sa.Column("taken_back_at", MOMENT, nullable=True))


def _drafts() -> None:
    op.create_table(
        "draft",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("seen_message", ID, nullable=False),
        sa.Column("seen_note", ID, nullable=False),
        sa.Column("held_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_draft_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_draft_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("agent_id", "key", name="uq_draft_agent_id"),
    )
    op.create_index("ix_draft_ticket", "draft", ["ticket_id", "agent_id"])
    op.create_index(
        "ix_draft_held", "draft", ["agent_id"], sqlite_where=sa.text(HELD), postgresql_where=sa.text(HELD)
    )
    op.create_table(
        "draft_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("draft_id", ID, nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_file_draft_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_file"),
    )
    op.create_index("ix_draft_file_draft_id", "draft_file", ["draft_id"])
    op.create_table(
        "draft_content",
        sa.Column("draft_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_content_draft_id"),
        sa.PrimaryKeyConstraint("draft_id", name="pk_draft_content"),
    )
    op.create_table(
        "draft_file_content",
        sa.Column("draft_file_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["stored_file.digest"], name="fk_draft_file_content_digest"),
        sa.ForeignKeyConstraint(["draft_file_id"], ["draft_file.id"], name="fk_draft_file_content_draft_file_id"),
        sa.PrimaryKeyConstraint("draft_file_id", name="pk_draft_file_content"),
    )
    op.create_index("ix_draft_file_content_digest", "draft_file_content", ["digest"])


def _sendings() -> None:
    op.create_table(
        "sending",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("leaves_at", MOMENT, nullable=False),
        sa.Column("is_later", sa.Boolean(), nullable=False),
        sa.Column("status_before", WORD, nullable=False),
        sa.Column("closed_before", MOMENT, nullable=True),
        sa.Column("awaited_us", sa.Boolean(), nullable=False),
        sa.Column("waiting_before", MOMENT, nullable=False),
        sa.Column("replied_before", MOMENT, nullable=True),
        sa.Column("failed_before", sa.Boolean(), nullable=False),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_sending_agent_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_sending_message_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_sending_ticket_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_sending"),
    )
    op.create_index("ix_sending_agent", "sending", ["agent_id", "leaves_at"])
    op.create_index(
        "ix_sending_later", "sending", ["ticket_id"], sqlite_where=sa.text(LATER), postgresql_where=sa.text(LATER)
    )
    op.create_table(
        "snooze",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("ends_on_reply", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_snooze_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_snooze_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_snooze"),
    )
    op.create_index("ix_snooze_until", "snooze", ["until"])


def _texts() -> None:
    op.create_table(
        "saved_reply",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("used_count", ID, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_saved_reply_agent_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_saved_reply_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_reply"),
    )
    op.create_index("ix_saved_reply_agent_id", "saved_reply", ["agent_id"])
    op.create_index("ix_saved_reply_team_id", "saved_reply", ["team_id"])
    op.create_table(
        "signature",
        sa.Column("id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mailbox_id", ID, nullable=True),
        sa.Column("agent_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_signature_agent_id"),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name="fk_signature_mailbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signature"),
        sa.UniqueConstraint("mailbox_id", "agent_id", name="uq_signature_mailbox_id"),
    )


def downgrade() -> None:
    for table in ("signature", "saved_reply", "snooze", "sending"):
        op.drop_table(table)
    for table in ("draft_file_content", "draft_content", "draft_file", "draft"):
        op.drop_table(table)
    with op.batch_alter_table("message") as batch:
        batch.drop_column("taken_back_at")
    with op.batch_alter_table("ticket") as batch:
        batch.drop_column("woke_at")
