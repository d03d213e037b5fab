"""Business hours of teams that work by others than the desk's."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "team_hours",
        sa.Column("team_id", ID, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("time_zone", "week", "country", "region", "own_days")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_hours_team_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", name="pk_team_hours"),
    )


def downgrade() -> None:
    op.drop_table("team_hours")
