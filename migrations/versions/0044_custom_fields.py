"""Custom fields of tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("position", ID, nullable=False),
        sa.Column("is_personal", sa.Boolean(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_custom_field_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_custom_field"),
        sa.UniqueConstraint("key", name="uq_custom_field_key"),
    )
    op.create_table(
        "field_value",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("field_id", ID, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_field_value_ticket_id"),
        sa.ForeignKeyConstraint(["field_id"], ["custom_field.id"], name="fk_field_value_field_id"),
        sa.PrimaryKeyConstraint("ticket_id", "field_id", name="pk_field_value"),
    )
    op.create_index("ix_field_value_folded", "field_value", ["field_id", "folded"])


def downgrade() -> None:
    op.drop_table("field_value")
    op.drop_table("custom_field")
