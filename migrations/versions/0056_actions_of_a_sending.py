"""What saved replies did with a ticket is kept with the sending: taken back, it stands in the editor again."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sending") as batch:
        batch.add_column(sa.Column("actions", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("sending") as batch:
        batch.alter_column("actions", server_default=None)


def downgrade() -> None:
    op.drop_column("sending", "actions")
