"""Promises checked and announced; checkpoints that are mailed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "promise_check",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("policy_version", ID, nullable=False),
        sa.Column("promise", sa.Text(), nullable=False),
        sa.Column("standing", WORD, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promise_check"),
    )
    op.create_index("ix_promise_check_promise", "promise_check", ["promise", "id"])
    op.create_table(
        "policy_notice",
        sa.Column("version_id", ID, nullable=False),
        sa.Column("previous_id", ID, nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("effective_at", MOMENT, nullable=False),
        sa.Column("is_loosening", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["previous_id"], ["policy_version.id"], name="fk_policy_notice_previous_id"),
        sa.ForeignKeyConstraint(["version_id"], ["policy_version.id"], name="fk_policy_notice_version_id"),
        sa.PrimaryKeyConstraint("version_id", name="pk_policy_notice"),
    )
    with op.batch_alter_table("outbound_email", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checkpoint_size", ID, nullable=True))
        batch_op.create_foreign_key(
            "fk_outbound_email_checkpoint_size", "audit_checkpoint", ["checkpoint_size"], ["size"]
        )


def downgrade() -> None:
    with op.batch_alter_table("outbound_email", schema=None) as batch_op:
        batch_op.drop_constraint("fk_outbound_email_checkpoint_size", type_="foreignkey")
        batch_op.drop_column("checkpoint_size")

    op.drop_table("policy_notice")
    op.drop_index("ix_promise_check_promise", "promise_check")
    op.drop_table("promise_check")
