"""The mail ledger, counted against the server."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOUGHT = sa.text("0")
FIRST_FETCHED = """
UPDATE mailbox_position SET began_after = COALESCE(
    (SELECT MIN(inbound_email.uid) - 1 FROM inbound_email
     WHERE inbound_email.mailbox_id = mailbox_position.mailbox_id
       AND inbound_email.folder = mailbox_position.folder
       AND inbound_email.uidvalidity = mailbox_position.uidvalidity),
    last_uid)
"""


def upgrade() -> None:
    with op.batch_alter_table("mailbox_position", schema=None) as batch_op:
        for name in ("began_after", "before_count", "gone_count", "missing_count"):
            batch_op.add_column(sa.Column(name, ID, nullable=False, server_default=NOUGHT))
        batch_op.add_column(sa.Column("missing_uids", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(FIRST_FETCHED)
    with op.batch_alter_table("mailbox_position", schema=None) as batch_op:
        for name in ("began_after", "before_count", "gone_count", "missing_count", "missing_uids"):
            batch_op.alter_column(name, server_default=None)
    op.create_index("ix_inbound_email_fetched_at", "inbound_email", ["fetched_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_inbound_email_fetched_at", "inbound_email")
    with op.batch_alter_table("mailbox_position", schema=None) as batch_op:
        for name in (
            "missing_since",
            "missing_uids",
            "missing_count",
            "gone_count",
            "before_count",
            "began_after",
        ):
            batch_op.drop_column(name)
