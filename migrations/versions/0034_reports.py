"""Tickets by the moment they were opened, for reports and for statistics."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ticket_opened", "ticket", ["opened_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_ticket_opened", "ticket")
