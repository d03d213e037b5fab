"""From which editor an email or a note came is kept: the same from it once more is once."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("sending", "note"):
        op.add_column(table, sa.Column("key", sa.Text(), nullable=True))
        op.create_index(f"ix_{table}_key", table, ["agent_id", "key"])


def downgrade() -> None:
    for table in ("note", "sending"):
        op.drop_index(f"ix_{table}_key", table_name=table)
        op.drop_column(table, "key")
