"""What is new in the HTML of a message."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("message_content", schema=None) as batch_op:
        batch_op.add_column(sa.Column("new_html", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("message_content", schema=None) as batch_op:
        batch_op.drop_column("new_html")
