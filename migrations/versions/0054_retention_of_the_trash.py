"""Since when a ticket is in the trash. What lies there already is as if it had been put there today."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_TICKET = sa.table("ticket", sa.column("place", sa.Text()), sa.column("trashed_at", sa.DateTime(timezone=True)))


def upgrade() -> None:
    op.add_column("ticket", sa.Column("trashed_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_ticket_trashed",
        "ticket",
        ["place", "trashed_at", "id"],
        sqlite_where=sa.text("trashed_at IS NOT NULL"),
        postgresql_where=sa.text("trashed_at IS NOT NULL"),
    )
    op.execute(_TICKET.update().where(_TICKET.c.place == "trash").values(trashed_at=sa.func.now()))


def downgrade() -> None:
    op.execute(_TICKET.update().where(_TICKET.c.place == "purged").values(place="trash"))
    op.drop_index("ix_ticket_trashed", "ticket")
    op.drop_column("ticket", "trashed_at")
