"""What counters look for: open tickets without anybody, and answers that did not arrive, by team.

Indexes of open tickets name the status too: without it SQLite takes an index of all tickets for as good.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_OPEN = "status = 'open' AND place = 'desk'"


def upgrade() -> None:
    op.drop_index("ix_ticket_open_by_team", "ticket")
    op.drop_index("ix_ticket_open_mine", "ticket")
    _index("ix_ticket_open_by_team", ["team_id", "status", "waiting_since", "id"], _OPEN)
    _index("ix_ticket_open_mine", ["assignee_id", "status", "waiting_since", "id"], _OPEN)
    _index(
        "ix_ticket_unassigned",
        ["team_id", "status", "assignee_id", "waiting_since", "id"],
        f"{_OPEN} AND assignee_id IS NULL",
    )
    op.create_index(
        "ix_ticket_failed_delivery",
        "ticket",
        ["team_id", "id"],
        sqlite_where=sa.text("has_failed_delivery IS 1"),
        postgresql_where=sa.text("has_failed_delivery IS TRUE"),
    )


def downgrade() -> None:
    for name in (
        "ix_ticket_failed_delivery",
        "ix_ticket_unassigned",
        "ix_ticket_open_mine",
        "ix_ticket_open_by_team",
    ):
        op.drop_index(name, "ticket")
    _index("ix_ticket_open_by_team", ["team_id", "waiting_since", "id"], _OPEN)
    _index("ix_ticket_open_mine", ["assignee_id", "waiting_since", "id"], _OPEN)


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "ticket", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
