"""Access grants and published policies."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "policy_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("effective_at", MOMENT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_version"),
    )
    op.create_table(
        "access_grant",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("scope", WORD, nullable=False),
        sa.Column("scope_id", ID, nullable=True),
        sa.Column("may_export", sa.Boolean(), nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("approver", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("is_break_glass", sa.Boolean(), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("policy_version", ID, nullable=False),
        sa.Column("asked_minutes", ID, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("lapses_at", MOMENT, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("first_by_id", ID, nullable=True),
        sa.Column("second_by_id", ID, nullable=True),
        sa.Column("decided_by_customer", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("customer_told_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_access_grant_agent_id"),
        sa.ForeignKeyConstraint(["first_by_id"], ["agent.id"], name="fk_access_grant_first_by_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["access_grant.id"], name="fk_access_grant_parent_id"),
        sa.ForeignKeyConstraint(["second_by_id"], ["agent.id"], name="fk_access_grant_second_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_grant"),
        sa.UniqueConstraint("secret_hash", name="uq_access_grant_secret_hash"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.create_index(
            "ix_access_grant_live",
            ["agent_id", "expires_at"],
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index("ix_access_grant_scope", ["scope", "scope_id", "id"])
        batch_op.create_index("ix_access_grant_state", ["state", "id"])

    op.create_table(
        "grant_reason",
        sa.Column("grant_id", ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_reference", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name="fk_grant_reason_grant_id"),
        sa.PrimaryKeyConstraint("grant_id", name="pk_grant_reason"),
    )
    op.create_table(
        "stated_purpose",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("stated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_stated_purpose_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_stated_purpose_ticket_id"),
        sa.PrimaryKeyConstraint("agent_id", "ticket_id", name="pk_stated_purpose"),
    )
    with op.batch_alter_table("outbound_email", schema=None) as batch_op:
        batch_op.add_column(sa.Column("access_grant_id", ID, nullable=True))
        batch_op.create_foreign_key("fk_outbound_email_access_grant_id", "access_grant", ["access_grant_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("outbound_email", schema=None) as batch_op:
        batch_op.drop_constraint("fk_outbound_email_access_grant_id", type_="foreignkey")
        batch_op.drop_column("access_grant_id")

    op.drop_table("stated_purpose")
    op.drop_table("grant_reason")
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_access_grant_state")
        batch_op.drop_index("ix_access_grant_scope")
        batch_op.drop_index(
            "ix_access_grant_live",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("access_grant")
    op.drop_table("policy_version")
