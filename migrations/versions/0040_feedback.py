"""Feedback: who may be written to."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contact_consent",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_contact_consent_customer_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_contact_consent_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_contact_consent"),
    )
    op.create_index("ix_contact_consent_customer_id", "contact_consent", ["customer_id"])


def downgrade() -> None:
    op.drop_table("contact_consent")
