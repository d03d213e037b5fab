"""Themes that went into others."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("theme_report", sa.Column("merged", sa.Text(), nullable=False, server_default="{}"))
    with op.batch_alter_table("theme_report") as table:
        table.alter_column("merged", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("theme_report") as table:
        table.drop_column("merged")
