"""Drafts of emails that will begin a ticket: they are on none yet."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_FILES = """
DELETE FROM draft_file_content WHERE draft_file_id IN (
    SELECT id FROM draft_file WHERE draft_id IN (SELECT id FROM draft WHERE ticket_id IS NULL)
)
"""
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _may_be_empty(is_allowed=True)


def downgrade() -> None:
    for statement in (
        _FILES,
        "DELETE FROM draft_file WHERE draft_id IN (SELECT id FROM draft WHERE ticket_id IS NULL)",
        "DELETE FROM draft_content WHERE draft_id IN (SELECT id FROM draft WHERE ticket_id IS NULL)",
        "DELETE FROM draft WHERE ticket_id IS NULL",
    ):
        op.execute(statement)
    _may_be_empty(is_allowed=False)


def _may_be_empty(*, is_allowed: bool) -> None:
    with op.batch_alter_table("draft", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.alter_column("ticket_id", existing_type=ID, nullable=is_allowed)
