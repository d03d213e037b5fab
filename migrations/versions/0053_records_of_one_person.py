"""Records of customers that are one person: a record can be part of another, and stays what it is."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("customer") as table:
        table.add_column(sa.Column("part_of_id", ID, nullable=True))
        table.create_foreign_key("fk_customer_part_of_id", "customer", ["part_of_id"], ["id"])
        table.create_index("ix_customer_part_of_id", ["part_of_id"])


def downgrade() -> None:
    with op.batch_alter_table("customer") as table:
        table.drop_index("ix_customer_part_of_id")
        table.drop_constraint("fk_customer_part_of_id", type_="foreignkey")
        table.drop_column("part_of_id")
