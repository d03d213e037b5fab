"""A sending knows which email of its ticket was forwarded."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("sending") as batch:
        batch.add_column(sa.Column("forwarded_id", ID))
        batch.create_foreign_key("fk_sending_forwarded_id", "message", ["forwarded_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("sending") as batch:
        batch.drop_constraint("fk_sending_forwarded_id", type_="foreignkey")
        batch.drop_column("forwarded_id")
