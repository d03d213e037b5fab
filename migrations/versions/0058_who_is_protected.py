"""The few customers who are protected are found without looking at the others: each list of tickets asks for them."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_customer_protected",
        "customer",
        ["id"],
        sqlite_where=sa.text("is_protected = 1"),
        postgresql_where=sa.text("is_protected"),
    )


def downgrade() -> None:
    op.drop_index("ix_customer_protected", "customer")
