"""Staff forwards."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "staff_forward",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("author_email", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("colleague_email", sa.Text(), nullable=False),
        sa.Column("colleague_name", sa.Text(), nullable=False),
        sa.Column("reading", WORD, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_staff_forward_ticket_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_staff_forward_message_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_staff_forward"),
    )
    op.create_index("ix_staff_forward_message_id", "staff_forward", ["message_id"])


def downgrade() -> None:
    op.drop_index("ix_staff_forward_message_id", "staff_forward")
    op.drop_table("staff_forward")
