"""A snooze knows the note that says why."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("snooze") as batch:
        batch.add_column(sa.Column("note_id", ID))
        batch.create_foreign_key("fk_snooze_note_id", "note", ["note_id"], ["id"], ondelete="SET NULL")
        batch.create_index("ix_snooze_note_id", ["note_id"])


def downgrade() -> None:
    with op.batch_alter_table("snooze") as batch:
        batch.drop_index("ix_snooze_note_id")
        batch.drop_constraint("fk_snooze_note_id", type_="foreignkey")
        batch.drop_column("note_id")
