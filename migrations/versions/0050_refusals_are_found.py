"""Refusals are few among a million readings: an index of them alone, so that who asks for them walks no trail."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_REFUSED = sa.text("action LIKE '%.refused'")


def upgrade() -> None:
    op.create_index("ix_audit_event_refused", "audit_event", ["id"], sqlite_where=_REFUSED, postgresql_where=_REFUSED)


def downgrade() -> None:
    op.drop_index("ix_audit_event_refused", table_name="audit_event")
