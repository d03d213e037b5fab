"""Merges of tickets, with the way back, and links between tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)
MOVED = "origin_ticket_id IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "merge",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("target_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("status_before", WORD, nullable=False),
        sa.Column("closed_before", MOMENT, nullable=True),
        sa.Column("awaited_us", sa.Boolean(), nullable=False),
        sa.Column("merged_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_merge_agent_id"),
        sa.ForeignKeyConstraint(["source_id"], ["ticket.id"], name="fk_merge_source_id"),
        sa.ForeignKeyConstraint(["target_id"], ["ticket.id"], name="fk_merge_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_merge"),
    )
    op.create_index("ix_merge_source_id", "merge", ["source_id"])
    op.create_index("ix_merge_target_id", "merge", ["target_id"])
    op.create_table(
        "ticket_link",
        sa.Column("id", ID, nullable=False),
        sa.Column("first_id", ID, nullable=False),
        sa.Column("second_id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_ticket_link_agent_id"),
        sa.ForeignKeyConstraint(["first_id"], ["ticket.id"], name="fk_ticket_link_first_id"),
        sa.ForeignKeyConstraint(["second_id"], ["ticket.id"], name="fk_ticket_link_second_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_link"),
        sa.UniqueConstraint("first_id", "second_id", name="uq_ticket_link_first_id"),
    )
    op.create_index("ix_ticket_link_second_id", "ticket_link", ["second_id"])
    with op.batch_alter_table("ticket") as batch:
        batch.add_column(sa.Column("merged_into_id", ID, nullable=True))
        batch.add_column(sa.Column("merged_count", ID, nullable=False, server_default="0"))
        batch.create_foreign_key("fk_ticket_merged_into_id", "ticket", ["merged_into_id"], ["id"])
    with op.batch_alter_table("ticket") as batch:
        batch.alter_column("merged_count", server_default=None)
    for table in ("message", "note"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("origin_ticket_id", ID, nullable=True))
            batch.create_foreign_key(f"fk_{table}_origin_ticket_id", "ticket", ["origin_ticket_id"], ["id"])
    op.create_index(
        "ix_message_origin",
        "message",
        ["origin_ticket_id"],
        sqlite_where=sa.text(MOVED),
        postgresql_where=sa.text(MOVED),
    )


def downgrade() -> None:
    op.drop_index("ix_message_origin", "message")
    for table in ("note", "message"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_origin_ticket_id", type_="foreignkey")
            batch.drop_column("origin_ticket_id")
    with op.batch_alter_table("ticket") as batch:
        batch.drop_column("merged_count")
        batch.drop_constraint("fk_ticket_merged_into_id", type_="foreignkey")
        batch.drop_column("merged_into_id")
    op.drop_table("ticket_link")
    op.drop_table("merge")
