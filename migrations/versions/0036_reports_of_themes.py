"""Reports of themes."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
AT_WORK = sa.text("state IN ('waiting', 'running')")


def upgrade() -> None:
    _reports()
    _numbers()
    _choices()
    op.create_index("ix_message_at", "message", ["at", "id"])


def _reports() -> None:
    op.create_table(
        "theme_report",
        sa.Column("id", ID, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("asked_by_id", ID, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("is_to_stop", sa.Boolean(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("weeks", sa.Text(), nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in (
            "next_number", "messages", "customers", "themed", "suppressed", "left_out", "beyond")),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("not_themed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["agent.id"], name="fk_theme_report_asked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_theme_report"),
    )  # fmt: skip
    op.create_index("ix_theme_report_at_work", "theme_report", ["id"], sqlite_where=AT_WORK, postgresql_where=AT_WORK)
    op.create_index("ix_theme_report_series", "theme_report", ["scope", "id"])


def _numbers() -> None:
    op.create_table(
        "report_theme",
        sa.Column("id", ID, nullable=False),
        sa.Column("report_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("within", ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_said_by", ID, nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("messages", ID, nullable=False),
        sa.Column("customers", ID, nullable=False),
        sa.Column("weekly", sa.Text(), nullable=False),
        sa.Column("is_suppressed", sa.Boolean(), nullable=False),
        sa.Column("trend", sa.Text(), nullable=False),
        sa.Column("ratio", sa.Double(), nullable=True),
        sa.Column("split_from", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["theme_report.id"], name="fk_report_theme_report_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_report_theme"),
        sa.UniqueConstraint("report_id", "is_group", "number", name="uq_report_theme_report_id"),
    )
    op.create_table(
        "theme_share",
        sa.Column("id", ID, nullable=False),
        sa.Column("report_theme_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("messages", ID, nullable=False),
        sa.Column("weekly", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_theme_share_customer_id"),
        sa.ForeignKeyConstraint(
            ["report_theme_id"], ["report_theme.id"], name="fk_theme_share_report_theme_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_theme_share"),
        sa.UniqueConstraint("report_theme_id", "customer_id", name="uq_theme_share_report_theme_id"),
    )
    op.create_index("ix_theme_share_customer", "theme_share", ["customer_id"])
    op.create_table(
        "theme_message",
        sa.Column("id", ID, nullable=False),
        sa.Column("report_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_theme_message_message_id"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["theme_report.id"], name="fk_theme_message_report_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_theme_message"),
        sa.UniqueConstraint("report_id", "message_id", name="uq_theme_message_report_id"),
    )
    op.create_index("ix_theme_message_message", "theme_message", ["message_id"])
    op.create_index("ix_theme_message_theme", "theme_message", ["report_id", "number", "message_id"])


def _choices() -> None:
    op.create_table(
        "theme_choice",
        sa.Column("id", ID, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("merged_into", ID, nullable=True),
        sa.Column("chosen_by_id", ID, nullable=True),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["agent.id"], name="fk_theme_choice_chosen_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_theme_choice"),
        sa.UniqueConstraint("scope", "number", name="uq_theme_choice_scope"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_at", "message")
    for table in ("theme_choice", "theme_message", "theme_share", "report_theme", "theme_report"):
        op.drop_table(table)
