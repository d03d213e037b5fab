"""Weeks of a theme as they may be told, and which reports are the clock's: the counts of others are told in fives."""

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

from helpdesk.privacy import theme_telling

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("theme_report", sa.Column("is_weekly", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("report_theme", sa.Column("told_weekly", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("theme_report") as table:
        table.alter_column("is_weekly", server_default=None)
    with op.batch_alter_table("report_theme") as table:
        table.alter_column("told_weekly", server_default=None)
    _mark()
    _tell()


def downgrade() -> None:
    with op.batch_alter_table("report_theme") as table:
        table.drop_column("told_weekly")
    with op.batch_alter_table("theme_report") as table:
        table.drop_column("is_weekly")


def _mark() -> None:
    """The clock's are those it asked for."""
    event = sa.table("audit_event", *map(sa.column, ("action", "object_kind", "object_id", "actor_kind", "actor_id")))
    report = sa.table("theme_report", sa.column("id", ID), sa.column("is_weekly", sa.Boolean()))
    asked = sa.select(sa.cast(event.c.object_id, ID)).where(
        event.c.action == "theme_report.ask", event.c.object_kind == "theme_report",
        event.c.actor_kind == "machine", event.c.actor_id == "clock",
    )  # fmt: skip
    op.execute(report.update().where(report.c.id.in_(asked)).values(is_weekly=sa.true()))


def _tell() -> None:
    """From whose share is whose, as for the reports to come."""
    connection = op.get_bind()
    report = sa.table(
        "theme_report", sa.column("id", ID), sa.column("weeks"), sa.column("since", sa.Date()),
        sa.column("is_weekly", sa.Boolean()),
    )  # fmt: skip
    theme = sa.table(
        "report_theme", sa.column("id", ID), sa.column("report_id", ID), sa.column("is_group", sa.Boolean()),
        sa.column("told_weekly"),
    )  # fmt: skip
    share = sa.table(
        "theme_share", sa.column("report_theme_id", ID), sa.column("messages", sa.Integer()), sa.column("weekly")
    )
    groups = connection.execute(
        sa.select(theme.c.id, report.c.weeks, report.c.since, report.c.is_weekly)
        .join(report, report.c.id == theme.c.report_id)
        .where(theme.c.is_group)
    ).all()
    for number, days, since, is_weekly in groups:
        rows = connection.execute(
            sa.select(share.c.messages, share.c.weekly).where(share.c.report_theme_id == number)
        )
        shares = [(messages, json.loads(weekly)) for messages, weekly in rows]
        first_days = [date.fromisoformat(day) for day in json.loads(days)]
        before = max(0, (first_days[0] - since).days) / 7 if first_days and since else 0.0
        told = theme_telling.weeks(shares, len(first_days), before, in_fives=not is_weekly)
        op.execute(theme.update().where(theme.c.id == number).values(told_weekly=json.dumps(told)))
