"""Saved views are put in order by who keeps them; fields set on many tickets at once remember what they held."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("saved_view") as batch:
        batch.add_column(sa.Column("position", ID, nullable=False, server_default="0"))
    with op.batch_alter_table("saved_view") as batch:
        batch.alter_column("position", server_default=None)
    op.add_column("field_value", sa.Column("kept_at", sa.DateTime(timezone=True)))
    op.add_column("field_value", sa.Column("replaced", sa.Text()))


def downgrade() -> None:
    op.drop_column("field_value", "replaced")
    op.drop_column("field_value", "kept_at")
    op.drop_column("saved_view", "position")
