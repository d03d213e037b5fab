"""Usage statistics: releases, the budget ledger, tallies, the list of tags, and what is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "statistic_release",
        sa.Column("id", ID, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("metric", WORD, nullable=False),
        sa.Column("cadence", WORD, nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("unit", WORD, nullable=False),
        sa.Column("epsilon", ID, nullable=False),
        sa.Column("contributions", ID, nullable=False),
        sa.Column("scale", sa.Double(), nullable=False),
        sa.Column("method", ID, nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("noisy", sa.Text(), nullable=False),
        sa.Column("released_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statistic_release"),
        sa.UniqueConstraint("period", "metric", name="uq_statistic_release_period_metric"),
    )
    op.create_index("ix_statistic_release_metric", "statistic_release", ["metric", "ends_on"])
    op.create_table(
        "statistic_budget",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("allowed", ID, nullable=False),
        sa.Column("spent", ID, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_statistic_budget"),
    )
    op.create_table(
        "statistic_spending",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("metric", WORD, nullable=False),
        sa.Column("epsilon", ID, nullable=False),
        sa.Column("contributions", ID, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("spent_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("month", "metric", name="pk_statistic_spending"),
    )
    op.create_table(
        "statistic_tally",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("periods", ID, nullable=False),
        sa.Column("tickets", ID, nullable=False),
        sa.PrimaryKeyConstraint("month", "mark", name="pk_statistic_tally"),
    )
    op.create_table(
        "statistic_tag",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_statistic_tag"),
    )
    op.create_table(
        "statistic_sending",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("period", name="pk_statistic_sending"),
    )


def downgrade() -> None:
    op.drop_table("statistic_sending")
    op.drop_table("statistic_tag")
    op.drop_table("statistic_tally")
    op.drop_table("statistic_spending")
    op.drop_table("statistic_budget")
    op.drop_index("ix_statistic_release_metric", "statistic_release")
    op.drop_table("statistic_release")
