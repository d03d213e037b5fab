"""Which tickets a list showed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_shown",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name="fk_audit_shown_event_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_audit_shown_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "event_id", name="pk_audit_shown"),
    )


def downgrade() -> None:
    op.drop_table("audit_shown")
