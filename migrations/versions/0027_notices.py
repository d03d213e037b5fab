"""Notices to agents, and the emails that tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
KINDS = sa.Enum("delivery_failed", name="noticekind", native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("kind", KINDS, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_notice_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_notice_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_ticket_id", "notice", ["ticket_id"])
    op.create_index(
        "ix_notice_unseen",
        "notice",
        ["agent_id", "id"],
        sqlite_where=sa.text("seen_at IS NULL"),
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    with op.batch_alter_table("outbound_email") as table:
        table.add_column(sa.Column("notice_id", ID))
        table.create_foreign_key("fk_outbound_email_notice_id", "notice", ["notice_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("outbound_email") as table:
        table.drop_constraint("fk_outbound_email_notice_id", type_="foreignkey")
        table.drop_column("notice_id")
    op.drop_table("notice")
