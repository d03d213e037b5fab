"""Roles as sets of permissions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "own_role",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", WORD, nullable=False),
        sa.Column("permission_words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_role"),
        sa.UniqueConstraint("name", name="uq_own_role_name"),
    )
    op.create_table(
        "agent_mailbox",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("mailbox_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_agent_mailbox_agent_id"),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name="fk_agent_mailbox_mailbox_id"),
        sa.PrimaryKeyConstraint("agent_id", "mailbox_id", name="pk_agent_mailbox"),
    )
    with op.batch_alter_table("agent_mailbox", schema=None) as batch_op:
        batch_op.create_index("ix_agent_mailbox_mailbox_id", ["mailbox_id"])

    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("own_role_id", ID, nullable=True))
        batch_op.add_column(sa.Column("narrower_scope", WORD, nullable=True))
        batch_op.create_foreign_key("fk_agent_own_role_id", "own_role", ["own_role_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.drop_constraint("fk_agent_own_role_id", type_="foreignkey")
        batch_op.drop_column("narrower_scope")
        batch_op.drop_column("own_role_id")

    with op.batch_alter_table("agent_mailbox", schema=None) as batch_op:
        batch_op.drop_index("ix_agent_mailbox_mailbox_id")

    op.drop_table("agent_mailbox")
    op.drop_table("own_role")
