"""Rights on the trail: on PostgreSQL the desk's own role may add events and links, and take none back."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_event", "audit_link")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")
    # a foreign key locks the row it points to as the table's owner, and that takes the right to change one column;
    # the trigger refuses the change itself
    op.execute("GRANT UPDATE (id) ON audit_event TO CURRENT_USER")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("REVOKE UPDATE (id) ON audit_event FROM CURRENT_USER")
    for table in APPEND_ONLY:
        op.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER")
