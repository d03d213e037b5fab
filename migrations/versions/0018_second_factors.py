"""Second factors, passkeys, single sign-on, invitations, and when somebody last proved to be there."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("awaits_second_step", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("must_set_up", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_invitation", sa.Boolean(), nullable=False, server_default=sa.false()))
    # the defaults were for the rows that were there
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.alter_column("awaits_second_step", server_default=None)
        batch_op.alter_column("must_set_up", server_default=None)
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.alter_column("is_invitation", server_default=None)
    op.create_table(
        "sign_in_challenge",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_challenge"),
    )
    op.create_index("ix_sign_in_challenge_browser_hash", "sign_in_challenge", ["browser_hash"])
    op.create_index("ix_sign_in_challenge_expires_at", "sign_in_challenge", ["expires_at"])
    op.create_table(
        "authenticator",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_authenticator_agent_id"),
        sa.PrimaryKeyConstraint("agent_id", name="pk_authenticator"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_recovery_code_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_agent_id", "recovery_code", ["agent_id"])
    op.create_table(
        "passkey",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_passkey_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_agent_id", "passkey", ["agent_id"])
    op.create_table(
        "provider_identity",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_provider_identity_agent_id"),
        sa.PrimaryKeyConstraint("agent_id", name="pk_provider_identity"),
        sa.UniqueConstraint("issuer", "subject", name="uq_provider_identity_issuer"),
    )


def downgrade() -> None:
    op.drop_table("provider_identity")
    op.drop_index("ix_passkey_agent_id", "passkey")
    op.drop_table("passkey")
    op.drop_index("ix_recovery_code_agent_id", "recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("authenticator")
    op.drop_index("ix_sign_in_challenge_expires_at", "sign_in_challenge")
    op.drop_index("ix_sign_in_challenge_browser_hash", "sign_in_challenge")
    op.drop_table("sign_in_challenge")
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.drop_column("is_invitation")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_column("must_set_up")
        batch_op.drop_column("awaits_second_step")
        batch_op.drop_column("confirmed_at")
