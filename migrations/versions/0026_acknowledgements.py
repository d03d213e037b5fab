"""Acknowledgements of new tickets: when a mailbox sends them, and what each said."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENTS = sa.Enum("off", "always", "closed", name="acknowledges", native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("mailbox") as table:
        table.add_column(sa.Column("acknowledges", MOMENTS, nullable=False, server_default="off"))
    with op.batch_alter_table("mailbox") as table:
        table.alter_column("acknowledges", server_default=None)
    op.create_table(
        "acknowledgement",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("outbound_email_id", ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("language", "subject", "text")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_acknowledgement_ticket_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["outbound_email_id"],
            ["outbound_email.id"],
            name="fk_acknowledgement_outbound_email_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_acknowledgement"),
    )
    op.create_index("ix_acknowledgement_outbound_email_id", "acknowledgement", ["outbound_email_id"], unique=True)


def downgrade() -> None:
    op.drop_table("acknowledgement")
    with op.batch_alter_table("mailbox") as table:
        table.drop_column("acknowledges")
