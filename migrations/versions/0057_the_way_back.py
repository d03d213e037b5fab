"""The way back of an answer: what it did with its ticket. Tries that were made before a new one; merges seen."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)
SENDING = sa.table(
    "sending",
    *(
        sa.column(name)
        for name in ("message_id", "mode", "awaited_us", "failed_before", "stood_before", "stood_after")
    ),
    *(sa.column(name, MOMENT) for name in ("leaves_at", "waiting_before", "taken_back_at")),
)
MESSAGE = sa.table("message", sa.column("id"), sa.column("at", MOMENT))


def upgrade() -> None:
    _add("delivery", "attempts_before")
    _add("draft", "seen_merge", sqlite_autoincrement=True)  # no id is given twice: see 0047
    # an answer that was tried in vain, and then anew from the start: it is not one that was never tried
    op.execute("UPDATE delivery SET attempts_before = 1 WHERE attempts = 0 AND state = 'queued' AND answer <> ''")
    with op.batch_alter_table("sending") as batch:
        for name in ("stood_before", "stood_after"):
            batch.add_column(sa.Column(name, sa.Text(), nullable=False, server_default="{}"))
    _carry_over()
    with op.batch_alter_table("sending") as batch:
        for name in ("stood_before", "stood_after"):
            batch.alter_column(name, server_default=None)
        for name in ("status_before", "closed_before", "awaited_us", "waiting_before", "replied_before"):
            batch.drop_column(name)
        batch.drop_column("failed_before")


def _add(table: str, name: str, **kept: bool) -> None:
    with op.batch_alter_table(table, table_kwargs=kept) as batch:
        batch.add_column(sa.Column(name, ID, nullable=False, server_default="0"))
    with op.batch_alter_table(table, table_kwargs=kept) as batch:
        batch.alter_column(name, server_default=None)


def _carry_over() -> None:
    """Of answers that wait to leave, that the customer waits: an answer that does not leave has answered nobody."""
    waiting = (
        sa.select(SENDING, MESSAGE.c.at)
        .join(MESSAGE, MESSAGE.c.id == SENDING.c.message_id)
        .where(SENDING.c.taken_back_at.is_(None), SENDING.c.mode != "forward", SENDING.c.leaves_at > sa.func.now())
    )
    for row in op.get_bind().execute(waiting).all():
        before = {
            "awaits_us": bool(row.awaited_us),
            "waiting_since": _written(row.waiting_before),
            "has_failed": bool(row.failed_before),
        }
        after = {"awaits_us": False, "waiting_since": _written(row.at), "has_failed": False}
        values = {"stood_before": json.dumps(before), "stood_after": json.dumps(after)}
        op.execute(sa.update(SENDING).where(SENDING.c.message_id == row.message_id).values(values))


def _written(moment: datetime) -> str:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def downgrade() -> None:
    op.drop_column("delivery", "attempts_before")
    op.drop_column("draft", "seen_merge")
    with op.batch_alter_table("sending") as batch:
        batch.add_column(sa.Column("status_before", WORD, nullable=False, server_default="open"))
        batch.add_column(sa.Column("closed_before", MOMENT, nullable=True))
        batch.add_column(sa.Column("awaited_us", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column("waiting_before", MOMENT, nullable=True))
        batch.add_column(sa.Column("replied_before", MOMENT, nullable=True))
        batch.add_column(sa.Column("failed_before", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE sending SET waiting_before = leaves_at")
    with op.batch_alter_table("sending") as batch:
        for name in ("status_before", "awaited_us", "failed_before"):
            batch.alter_column(name, server_default=None)
        batch.alter_column("waiting_before", nullable=False)
        batch.drop_column("stood_before")
        batch.drop_column("stood_after")
