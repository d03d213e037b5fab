"""Customers are found by the words of their names, and by the beginning of an address however PostgreSQL sorts."""

import sqlalchemy as sa
from alembic import op

from helpdesk.storage.words import words

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
AT_ONCE = 2_000
MOST = 20


def upgrade() -> None:
    op.create_table(
        "customer_word",
        sa.Column("word", WORD, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_customer_word_customer_id"),
        sa.PrimaryKeyConstraint("word", "customer_id", name="pk_customer_word"),
    )
    op.create_index("ix_customer_word_customer_id", "customer_word", ["customer_id"])
    _fill()
    if op.get_bind().dialect.name == "postgresql":
        op.execute('CREATE INDEX ix_customer_address_begins ON customer_address (email COLLATE "C")')
        op.execute('CREATE INDEX ix_message_address_begins ON message_address (email COLLATE "C")')


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_message_address_begins")
        op.execute("DROP INDEX ix_customer_address_begins")
    op.drop_table("customer_word")


def _fill() -> None:
    """The names that are there, folded by the program that asks for them."""
    connection = op.get_bind()
    customer = sa.table("customer", sa.column("id", ID), sa.column("name", sa.Text()))
    word = sa.table("customer_word", sa.column("word", WORD), sa.column("customer_id", ID))
    last = 0
    while True:
        named = sa.select(customer.c.id, customer.c.name).where(customer.c.id > last)
        some = connection.execute(named.order_by(customer.c.id).limit(AT_ONCE)).all()
        if not some:
            return
        last = some[-1].id
        rows = [
            {"word": one, "customer_id": customer_id}
            for customer_id, name in some
            for one in dict.fromkeys(words(name)[:MOST])
        ]
        if rows:
            connection.execute(sa.insert(word), rows)
