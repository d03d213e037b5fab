"""To whom a message went is searched."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_message_address_email", "message_address", ["email"])


def downgrade() -> None:
    op.drop_index("ix_message_address_email", "message_address")
