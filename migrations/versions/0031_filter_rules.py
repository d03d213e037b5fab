"""Filter rules."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "filter_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("needs_all", sa.Boolean(), nullable=False),
        sa.Column("stops", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_filter_rule"),
    )
    op.create_table(
        "filter_hit",
        sa.Column("id", ID, nullable=False),
        sa.Column("rule_id", ID, nullable=False),
        sa.Column("inbound_email_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["inbound_email_id"], ["inbound_email.id"], name="fk_filter_hit_inbound_email_id"),
        sa.ForeignKeyConstraint(["rule_id"], ["filter_rule.id"], name="fk_filter_hit_rule_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_filter_hit_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_filter_hit"),
    )
    op.create_index("ix_filter_hit_inbound_email_id", "filter_hit", ["inbound_email_id"])
    op.create_index("ix_filter_hit_rule", "filter_hit", ["rule_id", "at"])
    op.create_index("ix_filter_hit_ticket_id", "filter_hit", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("filter_hit")
    op.drop_table("filter_rule")
