"""Logins by token: mailboxes at providers that take no passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
KINDS = sa.Enum("password", "token", name="loginkind", native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("mailbox") as table:
        table.add_column(sa.Column("login", KINDS, nullable=False, server_default="password"))
    with op.batch_alter_table("mailbox") as table:
        table.alter_column("login", server_default=None)
    op.create_table(
        "mailbox_token",
        sa.Column("mailbox_id", ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("provider", "client_id")),
        sa.Column("client_secret", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("authorize_url", "token_url", "scope")),
        sa.Column("secret_ends_at", MOMENT),
        sa.Column("state_digest", sa.LargeBinary()),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("verifier", "code")),
        sa.Column("begun_until", MOMENT),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("error", sa.Text()),
        sa.Column("error_since", MOMENT),
        sa.Column("trial", sa.Text(), nullable=False),
        sa.Column("tried_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailbox.id"], name="fk_mailbox_token_mailbox_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailbox_id", name="pk_mailbox_token"),
    )
    op.create_index("ix_mailbox_token_state_digest", "mailbox_token", ["state_digest"])


def downgrade() -> None:
    op.drop_table("mailbox_token")
    with op.batch_alter_table("mailbox") as table:
        table.drop_column("login")
