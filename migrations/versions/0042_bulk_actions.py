"""Bulk actions."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
UNDER_WAY = sa.text("finished_at IS NULL OR (undo_asked_at IS NOT NULL AND undone_at IS NULL)")


def upgrade() -> None:
    op.create_table(
        "bulk",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("argument", sa.Text(), nullable=False),
        *[
            sa.Column(name, ID, nullable=False)
            for name in ("total", "done", "already", "refused", "put_back", "changed_since")
        ],
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("undo_asked_at", MOMENT, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_bulk_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk"),
        sa.UniqueConstraint("agent_id", "key", name="uq_bulk_agent_id"),
    )
    op.create_index("ix_bulk_under_way", "bulk", ["moved_at"], sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY)
    op.create_table(
        "bulk_item",
        sa.Column("bulk_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk.id"], name="fk_bulk_item_bulk_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_bulk_item_ticket_id"),
        sa.PrimaryKeyConstraint("bulk_id", "ticket_id", name="pk_bulk_item"),
    )
    op.create_index("ix_bulk_item_ticket_id", "bulk_item", ["ticket_id"])
    op.create_index("ix_bulk_item_state", "bulk_item", ["bulk_id", "state", "position"])


def downgrade() -> None:
    op.drop_table("bulk_item")
    op.drop_table("bulk")
