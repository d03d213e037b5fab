"""Tickets, the mail ledger, messages, the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("mailbox_id", ID, nullable=False),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column(
            "status",
            sa.Enum("open", "pending", "snoozed", "closed", name="status", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "place",
            sa.Enum("desk", "spam", "trash", name="place", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum("email", "feedback", "agent", name="channel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "priority",
            sa.Enum("low", "normal", "high", "urgent", name="priority", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("is_protected", sa.Boolean(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("active_at", MOMENT, nullable=False),
        sa.Column("waiting_since", MOMENT, nullable=False),
        sa.Column("awaits_us", sa.Boolean(), nullable=False),
        sa.Column("first_reply_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("message_count", ID, nullable=False),
        sa.Column("has_attachments", sa.Boolean(), nullable=False),
        sa.Column("has_failed_delivery", sa.Boolean(), nullable=False),
        sa.Column("follows_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name="fk_ticket_assignee_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_ticket_customer_id"),
        sa.ForeignKeyConstraint(["follows_id"], ["ticket.id"], name="fk_ticket_follows_id"),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name="fk_ticket_mailbox_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_ticket_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_ticket_aside",
        "ticket",
        ["status", "team_id", "active_at", "id"],
        sqlite_where=sa.text("status IN ('pending', 'snoozed') AND place = 'desk'"),
        postgresql_where=sa.text("status IN ('pending', 'snoozed') AND place = 'desk'"),
    )
    op.create_index("ix_ticket_by_team", "ticket", ["team_id", "active_at", "id"])
    op.create_index(
        "ix_ticket_closed",
        "ticket",
        ["closed_at", "id"],
        sqlite_where=sa.text("status = 'closed' AND place = 'desk'"),
        postgresql_where=sa.text("status = 'closed' AND place = 'desk'"),
    )
    op.create_index(
        "ix_ticket_closed_by_team",
        "ticket",
        ["team_id", "closed_at", "id"],
        sqlite_where=sa.text("status = 'closed' AND place = 'desk'"),
        postgresql_where=sa.text("status = 'closed' AND place = 'desk'"),
    )
    op.create_index("ix_ticket_customer", "ticket", ["customer_id", "team_id", "status"])
    op.create_index(
        "ix_ticket_elsewhere",
        "ticket",
        ["place", "active_at", "id"],
        sqlite_where=sa.text("place <> 'desk'"),
        postgresql_where=sa.text("place <> 'desk'"),
    )
    op.create_index(
        "ix_ticket_open",
        "ticket",
        ["waiting_since", "id"],
        sqlite_where=sa.text("status = 'open' AND place = 'desk'"),
        postgresql_where=sa.text("status = 'open' AND place = 'desk'"),
    )
    op.create_index(
        "ix_ticket_open_by_team",
        "ticket",
        ["team_id", "waiting_since", "id"],
        sqlite_where=sa.text("status = 'open' AND place = 'desk'"),
        postgresql_where=sa.text("status = 'open' AND place = 'desk'"),
    )
    op.create_index(
        "ix_ticket_open_mine",
        "ticket",
        ["assignee_id", "waiting_since", "id"],
        sqlite_where=sa.text("status = 'open' AND place = 'desk'"),
        postgresql_where=sa.text("status = 'open' AND place = 'desk'"),
    )
    op.create_table(
        "inbound_email",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailbox_id", ID, nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("uid", ID, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "stored",
                "new_ticket",
                "appended",
                "filed",
                "bounce",
                "held",
                "quarantined",
                "already_received",
                "too_large",
                "own",
                name="outcome",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("ticket_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name="fk_inbound_email_mailbox_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_inbound_email_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_email"),
        sa.UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid", name="uq_inbound_email_mailbox_id"),
    )
    op.create_index("ix_inbound_email_sha256", "inbound_email", ["mailbox_id", "sha256"])
    op.create_index("ix_inbound_email_ticket_id", "inbound_email", ["ticket_id"])
    op.create_index(
        "ix_inbound_email_waiting",
        "inbound_email",
        ["mailbox_id", "id"],
        sqlite_where=sa.text("outcome IN ('stored', 'held', 'quarantined', 'too_large')"),
        postgresql_where=sa.text("outcome IN ('stored', 'held', 'quarantined', 'too_large')"),
    )
    op.create_table(
        "note",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_note_agent_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_note_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_agent_id", "note", ["agent_id"])
    op.create_index("ix_note_ticket", "note", ["ticket_id", "id"])
    op.create_table(
        "participant",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer_id", ID, nullable=True),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_participant_customer_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_participant_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_participant"),
        sa.UniqueConstraint("ticket_id", "email", name="uq_participant_ticket_id"),
    )
    op.create_index("ix_participant_customer_id", "participant", ["customer_id"])
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("tag_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name="fk_ticket_tag_tag_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_tag_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "tag_id", name="pk_ticket_tag"),
    )
    op.create_index("ix_ticket_tag_tag_id", "ticket_tag", ["tag_id"])
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column(
            "direction",
            sa.Enum("received", "sent", name="direction", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("from_email", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("rfc_message_id", sa.Text(), nullable=True),
        sa.Column("customer_id", ID, nullable=True),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("inbound_email_id", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("pass", "fail", "none", name="verdict", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("screened_as", sa.Text(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("has_html", sa.Boolean(), nullable=False),
        sa.Column("blocked_count", ID, nullable=False),
        sa.Column("blocked_hosts", sa.Text(), nullable=False),
        sa.Column("defects", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_message_agent_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_message_customer_id"),
        sa.ForeignKeyConstraint(["inbound_email_id"], ["inbound_email.id"], name="fk_message_inbound_email_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_message_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_agent_id", "message", ["agent_id"])
    op.create_index("ix_message_customer_id", "message", ["customer_id"])
    op.create_index("ix_message_inbound_email_id", "message", ["inbound_email_id"])
    op.create_index("ix_message_rfc_message_id", "message", ["rfc_message_id"])
    op.create_index("ix_message_ticket", "message", ["ticket_id", "id"])
    op.create_table(
        "attachment",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("is_inline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_attachment_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_message_id", "attachment", ["message_id"])
    op.create_table(
        "message_address",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_message_address_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message_address"),
    )
    op.create_index("ix_message_address_message_id", "message_address", ["message_id"])
    op.create_table(
        "outbound_email",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailbox_id", ID, nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("reply", "password_reset", name="purpose", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("rfc_message_id", sa.Text(), nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("password_reset_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name="fk_outbound_email_mailbox_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_outbound_email_message_id"),
        sa.ForeignKeyConstraint(
            ["password_reset_id"], ["password_reset.id"], name="fk_outbound_email_password_reset_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbound_email"),
    )
    op.create_index("ix_outbound_email_mailbox_id", "outbound_email", ["mailbox_id"])
    op.create_index("ix_outbound_email_message_id", "outbound_email", ["message_id"])
    op.create_index("ix_outbound_email_rfc_message_id", "outbound_email", ["rfc_message_id"], unique=True)
    op.create_table(
        "delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("outbound_email_id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "accepted",
                "deferred",
                "failed",
                "bounced",
                "cancelled",
                name="deliverystate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["outbound_email_id"], ["outbound_email.id"], name="fk_delivery_outbound_email_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["due_at", "id"],
        sqlite_where=sa.text("state IN ('queued', 'deferred', 'sending')"),
        postgresql_where=sa.text("state IN ('queued', 'deferred', 'sending')"),
    )
    op.create_index("ix_delivery_outbound_email_id", "delivery", ["outbound_email_id"])


def downgrade() -> None:
    op.drop_table("delivery")
    op.drop_table("outbound_email")
    op.drop_table("message_address")
    op.drop_table("attachment")
    op.drop_table("message")
    op.drop_table("ticket_tag")
    op.drop_table("participant")
    op.drop_table("note")
    op.drop_table("inbound_email")
    op.drop_table("ticket")
