"""People, mailboxes, leases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Enum("agent", "admin", name="role", native_enum=False, length=40), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agent"),
        sa.UniqueConstraint("email", name="uq_agent_email"),
    )
    op.create_table(
        "customer",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum("email", "agent", "form", name="source", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("is_protected", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "login_throttle",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", ID, nullable=False),
        sa.Column("last_failure_at", MOMENT, nullable=False),
        sa.Column("blocked_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_login_throttle"),
    )
    op.create_table(
        "tag",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tag"),
        sa.UniqueConstraint("name", name="uq_tag_name"),
    )
    op.create_table(
        "team",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("name", name="uq_team_name"),
    )
    op.create_table(
        "customer_address",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("email", "agent", "form", name="source", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("bounced_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_customer_address_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_address"),
        sa.UniqueConstraint("email", name="uq_customer_address_email"),
    )
    op.create_index("ix_customer_address_customer_id", "customer_address", ["customer_id"])
    op.create_table(
        "login_session",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_login_session_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("secret_hash", name="uq_login_session_secret_hash"),
    )
    op.create_index("ix_login_session_agent_id", "login_session", ["agent_id"])
    op.create_table(
        "mailbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("imap_host", sa.Text(), nullable=False),
        sa.Column("imap_port", ID, nullable=False),
        sa.Column(
            "imap_security",
            sa.Enum("tls", "starttls", "plain", name="security", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("imap_user", sa.Text(), nullable=False),
        sa.Column("imap_secret", sa.LargeBinary(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column(
            "after_fetch",
            sa.Enum("nothing", "flag", "move", name="afterfetch", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("move_to", sa.Text(), nullable=True),
        sa.Column("smtp_host", sa.Text(), nullable=False),
        sa.Column("smtp_port", ID, nullable=False),
        sa.Column(
            "smtp_security",
            sa.Enum("tls", "starttls", "plain", name="security", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("smtp_user", sa.Text(), nullable=False),
        sa.Column("smtp_secret", sa.LargeBinary(), nullable=False),
        sa.Column("import_since", MOMENT, nullable=True),
        sa.Column("go_live_at", MOMENT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("polled_at", MOMENT, nullable=True),
        sa.Column("poll_error", sa.Text(), nullable=True),
        sa.Column("poll_error_since", MOMENT, nullable=True),
        sa.Column("sending_paused_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_mailbox_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox"),
        sa.UniqueConstraint("address", name="uq_mailbox_address"),
    )
    op.create_index("ix_mailbox_team_id", "mailbox", ["team_id"])
    op.create_table(
        "password_reset",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_password_reset_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_password_reset"),
        sa.UniqueConstraint("secret_hash", name="uq_password_reset_secret_hash"),
    )
    op.create_index("ix_password_reset_agent_id", "password_reset", ["agent_id"])
    op.create_table(
        "team_member",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_team_member_agent_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_member_team_id"),
        sa.PrimaryKeyConstraint("team_id", "agent_id", name="pk_team_member"),
    )
    op.create_index("ix_team_member_agent_id", "team_member", ["agent_id"])
    op.create_table(
        "mailbox_position",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailbox_id", ID, nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("last_uid", ID, nullable=False),
        sa.Column("server_count", ID, nullable=True),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name="fk_mailbox_position_mailbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox_position"),
        sa.UniqueConstraint("mailbox_id", "folder", "uidvalidity", name="uq_mailbox_position_mailbox_id"),
    )


def downgrade() -> None:
    op.drop_table("mailbox_position")
    op.drop_table("team_member")
    op.drop_table("password_reset")
    op.drop_table("mailbox")
    op.drop_table("login_session")
    op.drop_table("customer_address")
    op.drop_table("team")
    op.drop_table("tag")
    op.drop_table("login_throttle")
    op.drop_table("lease")
    op.drop_table("customer")
    op.drop_table("agent")
