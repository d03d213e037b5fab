"""Followers of tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "follower",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_follower_ticket_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_follower_agent_id"),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name="pk_follower"),
    )
    op.create_index("ix_follower_agent_id", "follower", ["agent_id"])


def downgrade() -> None:
    op.drop_table("follower")
