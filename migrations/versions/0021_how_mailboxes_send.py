"""How mailboxes send: a limit of emails a minute, and a copy into a folder of the server."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COPIES = sa.Enum("none", "due", "kept", "failed", name="sentcopy", native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("mailbox") as table:
        table.add_column(sa.Column("most_per_minute", _ID, nullable=False, server_default="0"))
        table.add_column(sa.Column("next_send_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("sent_folder", sa.Text()))
    with op.batch_alter_table("outbound_email") as table:
        table.add_column(sa.Column("sent_copy", COPIES, nullable=False, server_default="none"))
        table.add_column(sa.Column("sent_copy_lease", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("sent_copy_attempts", _ID, nullable=False, server_default="0"))
    for name, column in (
        ("mailbox", "most_per_minute"),
        ("outbound_email", "sent_copy"),
        ("outbound_email", "sent_copy_attempts"),
    ):
        with op.batch_alter_table(name) as table:
            table.alter_column(column, server_default=None)
    op.create_index(
        "ix_outbound_email_copy_due",
        "outbound_email",
        ["id"],
        sqlite_where=sa.text("sent_copy = 'due'"),
        postgresql_where=sa.text("sent_copy = 'due'"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbound_email_copy_due", "outbound_email")
    with op.batch_alter_table("outbound_email") as table:
        for column in ("sent_copy_attempts", "sent_copy_lease", "sent_copy"):
            table.drop_column(column)
    with op.batch_alter_table("mailbox") as table:
        for column in ("sent_folder", "next_send_at", "most_per_minute"):
            table.drop_column(column)
