"""A merge knows how the ticket stood that it led to, so that it stands so again when it is undone."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("merge") as batch:
        batch.add_column(sa.Column("target_before", sa.Text()))
        batch.add_column(sa.Column("target_after", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("merge") as batch:
        batch.drop_column("target_after")
        batch.drop_column("target_before")
