"""A discarded draft can be brought back for half a minute."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_DISCARDED = sa.text("discarded_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("draft", sa.Column("discarded_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_draft_discarded", "draft", ["discarded_at"], sqlite_where=_DISCARDED, postgresql_where=_DISCARDED
    )


def downgrade() -> None:
    op.drop_index("ix_draft_discarded", "draft")
    op.drop_column("draft", "discarded_at")
