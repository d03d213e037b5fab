"""Suggestions: the earlier ticket that a new one looks like."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "suggestion",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("because", WORD, nullable=False),
        sa.Column("answer", WORD, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_suggestion_ticket_id"),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name="fk_suggestion_other_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_suggestion"),
    )
    op.create_index("ix_suggestion_other_id", "suggestion", ["other_id"])
    op.create_index("ix_ticket_of_customer", "ticket", ["customer_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_ticket_of_customer", "ticket")
    op.drop_index("ix_suggestion_other_id", "suggestion")
    op.drop_table("suggestion")
