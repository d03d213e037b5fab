"""Notes about a customer, and their organisation: the words in a table of content."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "customer_note",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_customer_note_agent_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_customer_note_customer_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_customer_note_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_note"),
    )
    op.create_index("ix_customer_note_customer", "customer_note", ["customer_id", "id"])
    op.create_table(
        "customer_note_content",
        sa.Column("note_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["customer_note.id"], name="fk_customer_note_content_note_id"),
        sa.PrimaryKeyConstraint("note_id", name="pk_customer_note_content"),
    )


def downgrade() -> None:
    op.drop_table("customer_note_content")
    op.drop_index("ix_customer_note_customer", "customer_note")
    op.drop_table("customer_note")
