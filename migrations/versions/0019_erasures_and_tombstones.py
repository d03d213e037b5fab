"""Erasures, their tombstones, and the marks of what was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_UNFINISHED = sa.text("state = 'running' OR scrubbed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("policy_version", ID, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("files_left", sa.Text(), nullable=False),
        sa.Column("scrubbed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["agent.id"], name="fk_erasure_by_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_erasure_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasure_customer_id", "erasure", ["customer_id"])
    op.create_index(
        "ix_erasure_unfinished", "erasure", ["id"], sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED
    )
    op.create_table(
        "tombstone",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_tombstone"),
    )
    for table in ("customer", "ticket", "message"):
        op.add_column(table, sa.Column("erased_at", MOMENT, nullable=True))


def downgrade() -> None:
    for table in ("message", "ticket", "customer"):
        op.drop_column(table, "erased_at")
    op.drop_table("tombstone")
    op.drop_table("erasure")
