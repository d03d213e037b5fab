"""Privacy requests by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("came_at", MOMENT, nullable=False),
        sa.Column("answer_due_at", MOMENT, nullable=False),
        sa.Column("outcome_due_at", MOMENT, nullable=False),
        sa.Column("added_by_id", ID, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_as", sa.String(length=40), nullable=True),
        sa.Column("ended_by_id", ID, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["agent.id"], name="fk_privacy_request_added_by_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["agent.id"], name="fk_privacy_request_ended_by_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_privacy_request_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_request"),
        sa.UniqueConstraint("message_id", name="uq_privacy_request_message_id"),
    )
    op.create_index(
        "ix_privacy_request_open",
        "privacy_request",
        ["outcome_due_at", "id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("privacy_request")
