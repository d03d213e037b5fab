"""Rulings on emails that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.String(40)


def upgrade() -> None:
    with op.batch_alter_table("inbound_email", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ruling", WORD, nullable=True))
        batch_op.add_column(sa.Column("ruled_by_id", ID, nullable=True))
        batch_op.create_foreign_key("fk_inbound_email_ruled_by_id", "agent", ["ruled_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("inbound_email", schema=None) as batch_op:
        batch_op.drop_constraint("fk_inbound_email_ruled_by_id", type_="foreignkey")
        batch_op.drop_column("ruled_by_id")
        batch_op.drop_column("ruling")
