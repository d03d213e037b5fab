"""Why a copy of what was sent could not be put into its folder."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mailbox") as table:
        table.add_column(sa.Column("sent_copy_error", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("mailbox") as table:
        table.drop_column("sent_copy_error")
