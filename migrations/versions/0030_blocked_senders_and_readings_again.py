"""Blocked senders, and readings again."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "blocked_sender",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("blocked_by_id", ID, nullable=False),
        sa.Column("blocked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["blocked_by_id"], ["agent.id"], name="fk_blocked_sender_blocked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_blocked_sender"),
        sa.UniqueConstraint("address", name="uq_blocked_sender_address"),
    )
    op.create_table(
        "rereading",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("total", ID, nullable=False),
        sa.Column("up_to_id", ID, nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.Column("done", ID, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_rereading_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rereading"),
    )
    with op.batch_alter_table("inbound_email", schema=None) as batch_op:
        batch_op.add_column(sa.Column("block_id", ID, nullable=True))
        batch_op.add_column(sa.Column("aside_from", sa.String(length=40), nullable=True))
        batch_op.create_foreign_key("fk_inbound_email_block_id", "blocked_sender", ["block_id"], ["id"])
        batch_op.create_index("ix_inbound_email_block_id", ["block_id"])
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("protection", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("protection")
    with op.batch_alter_table("inbound_email", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_email_block_id")
        batch_op.drop_constraint("fk_inbound_email_block_id", type_="foreignkey")
        batch_op.drop_column("aside_from")
        batch_op.drop_column("block_id")

    op.drop_table("rereading")
    op.drop_table("blocked_sender")
