"""Consents that are proved by a mailed link."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("DELETE FROM contact_consent")  # nobody proved them, and nobody was ever written to because of one
    with op.batch_alter_table("contact_consent") as table:
        table.add_column(sa.Column("email", sa.Text(), nullable=False))
        table.add_column(sa.Column("nonce", sa.LargeBinary(), nullable=False))
        table.add_column(sa.Column("secret_hash", sa.LargeBinary(), nullable=False))
        table.add_column(sa.Column("outbound_email_id", ID, nullable=True))
        table.add_column(sa.Column("proved_at", MOMENT, nullable=True))
        table.add_column(sa.Column("used_at", MOMENT, nullable=True))
        table.create_foreign_key(
            "fk_contact_consent_outbound_email_id", "outbound_email", ["outbound_email_id"], ["id"]
        )
        table.create_unique_constraint("uq_contact_consent_secret_hash", ["secret_hash"])
        table.create_index("ix_contact_consent_email", ["email"])
        table.create_index("ix_contact_consent_outbound_email_id", ["outbound_email_id"])


def downgrade() -> None:
    with op.batch_alter_table("contact_consent") as table:
        table.drop_index("ix_contact_consent_outbound_email_id")
        table.drop_index("ix_contact_consent_email")
        table.drop_constraint("uq_contact_consent_secret_hash", type_="unique")
        table.drop_constraint("fk_contact_consent_outbound_email_id", type_="foreignkey")
        for column in ("used_at", "proved_at", "outbound_email_id", "secret_hash", "nonce", "email"):
            table.drop_column(column)
