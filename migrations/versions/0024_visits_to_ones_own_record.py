"""Visits of customers to their own record, and the digests they asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "record_visit",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("outbound_email_id", ID, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", ID, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_record_visit_customer_id"),
        sa.ForeignKeyConstraint(
            ["outbound_email_id"], ["outbound_email.id"], name="fk_record_visit_outbound_email_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_record_visit"),
        sa.UniqueConstraint("secret_hash", name="uq_record_visit_secret_hash"),
    )
    op.create_index("ix_record_visit_customer_id", "record_visit", ["customer_id"])
    op.create_index("ix_record_visit_outbound_email_id", "record_visit", ["outbound_email_id"])
    op.create_table(
        "record_digest",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("wanted_at", MOMENT, nullable=False),
        sa.Column("counted_until", MOMENT, nullable=False),
        sa.Column("outbound_email_id", ID, nullable=True),
        sa.Column("readings", ID, nullable=False),
        sa.Column("people", ID, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_record_digest_customer_id"),
        sa.ForeignKeyConstraint(
            ["outbound_email_id"], ["outbound_email.id"], name="fk_record_digest_outbound_email_id"
        ),
        sa.PrimaryKeyConstraint("customer_id", name="pk_record_digest"),
        sa.UniqueConstraint("secret_hash", name="uq_record_digest_secret_hash"),
    )
    op.create_index("ix_record_digest_outbound_email_id", "record_digest", ["outbound_email_id"])


def downgrade() -> None:
    op.drop_table("record_digest")
    op.drop_table("record_visit")
