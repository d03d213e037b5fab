"""Previews of files: how many pages there are to see, and these as pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_YET = sa.text("page_count IS NULL")


def upgrade() -> None:
    op.add_column("attachment", sa.Column("page_count", ID, nullable=True))
    op.create_index("ix_attachment_waiting", "attachment", ["id"], sqlite_where=NOT_YET, postgresql_where=NOT_YET)
    op.create_table(
        "page_content",
        sa.Column("attachment_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name="fk_page_content_attachment_id"),
        sa.PrimaryKeyConstraint("attachment_id", "number", name="pk_page_content"),
    )


def downgrade() -> None:
    op.drop_table("page_content")
    op.drop_index("ix_attachment_waiting", "attachment")
    op.drop_column("attachment", "page_count")
