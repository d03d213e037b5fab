"""The search is made anew: rows that are there have their letters folded as before."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "search_renewal",
        sa.Column("id", ID, nullable=False),
        sa.Column("below_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_renewal"),
    )
    op.execute("INSERT INTO search_renewal (below_id) SELECT max(id) + 1 FROM search_text HAVING max(id) IS NOT NULL")


def downgrade() -> None:
    op.drop_table("search_renewal")
