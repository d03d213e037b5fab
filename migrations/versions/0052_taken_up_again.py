"""That one of us took up a closed ticket again, the customer not having written since."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("taken_up_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("ticket", "taken_up_at")
