"""Digests of themes."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "theme_digest",
        sa.Column("id", ID, nullable=False),
        sa.Column("report_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("outbound_email_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_theme_digest_agent_id"),
        sa.ForeignKeyConstraint(
            ["outbound_email_id"], ["outbound_email.id"], name="fk_theme_digest_outbound_email_id"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["theme_report.id"], name="fk_theme_digest_report_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_theme_digest"),
        sa.UniqueConstraint("report_id", "agent_id", name="uq_theme_digest_report_id"),
    )
    op.create_index("ix_theme_digest_outbound_email_id", "theme_digest", ["outbound_email_id"])


def downgrade() -> None:
    op.drop_table("theme_digest")
