"""Unusual reading, and the quarterly review of who may what."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reading_flag",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("readings", ID, nullable=False),
        sa.Column("usual", ID, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("outbound_email_id", ID, nullable=True),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.Column("looked_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_reading_flag_agent_id"),
        sa.ForeignKeyConstraint(["looked_by_id"], ["agent.id"], name="fk_reading_flag_looked_by_id"),
        sa.ForeignKeyConstraint(
            ["outbound_email_id"], ["outbound_email.id"], name="fk_reading_flag_outbound_email_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reading_flag"),
        sa.UniqueConstraint("agent_id", "day", name="uq_reading_flag_agent_id"),
    )
    op.create_index("ix_reading_flag_outbound_email_id", "reading_flag", ["outbound_email_id"])
    op.create_table(
        "access_review",
        sa.Column("id", ID, nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("signed_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["signed_by_id"], ["agent.id"], name="fk_access_review_signed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_review"),
        sa.UniqueConstraint("quarter", name="uq_access_review_quarter"),
    )
    op.create_table(
        "reviewed_access",
        sa.Column("id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("grant_id", ID, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_reviewed_access_agent_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["agent.id"], name="fk_reviewed_access_decided_by_id"),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name="fk_reviewed_access_grant_id"),
        sa.ForeignKeyConstraint(["review_id"], ["access_review.id"], name="fk_reviewed_access_review_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviewed_access"),
    )
    op.create_index("ix_reviewed_access_review", "reviewed_access", ["review_id", "id"])


def downgrade() -> None:
    op.drop_table("reviewed_access")
    op.drop_table("access_review")
    op.drop_table("reading_flag")
