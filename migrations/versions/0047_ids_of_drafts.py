"""No id of a draft or of its file is given twice: a form of long ago never names another's later draft."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _made_anew(never_twice=True)


def downgrade() -> None:
    _made_anew(never_twice=False)


def _made_anew(*, never_twice: bool) -> None:
    """PostgreSQL's sequences never go back; SQLite is asked for the same."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("draft", "draft_file"):
        kwargs = {"sqlite_autoincrement": never_twice}
        with op.batch_alter_table(table, recreate="always", table_kwargs=kwargs):
            pass
