"""Objections: customers whose tickets are left out of what is reckoned from many people's mail."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "objection",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("wish", sa.String(length=40), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by_id", ID, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_objection_customer_id"),
        sa.ForeignKeyConstraint(["noted_by_id"], ["agent.id"], name="fk_objection_noted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_objection"),
    )
    op.create_index(
        "ix_objection_in_force",
        "objection",
        ["customer_id", "wish"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("objection")
