"""The open tickets of a mailbox are a list of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("status = 'open' AND place = 'desk'")


def upgrade() -> None:
    op.create_index(
        "ix_ticket_open_by_mailbox",
        "ticket",
        ["mailbox_id", "status", "waiting_since", "id", "team_id"],
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_open_by_mailbox", table_name="ticket")
