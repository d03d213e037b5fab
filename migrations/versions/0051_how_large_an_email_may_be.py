"""How large an email of a mailbox may be: as somebody chose, and as its server says."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("mailbox") as table:
        table.add_column(sa.Column("largest_mb", NUMBER))
        table.add_column(sa.Column("smtp_takes", NUMBER))


def downgrade() -> None:
    with op.batch_alter_table("mailbox") as table:
        table.drop_column("smtp_takes")
        table.drop_column("largest_mb")
