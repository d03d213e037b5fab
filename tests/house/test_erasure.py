"""Every table that points to a person, or to something of theirs, says what becomes of its rows in an erasure."""

import pytest

from helpdesk.models import every
from helpdesk.privacy.erasure_steps import KEPT, STEPS

PERSONAL = {"customer", "customer_address", "ticket", "message", "note", "attachment", "inbound_email"}
TAKEN = {table for step in STEPS for table in step.tables}
POINTING = sorted(
    table.name
    for table in every.metadata.tables.values()
    if any(key.column.table.name in PERSONAL for key in table.foreign_keys)
)


@pytest.mark.parametrize("table", POINTING)
def test_a_table_that_points_to_a_person_has_its_line_in_the_register_of_erasure(table: str):
    assert table in TAKEN | set(KEPT), (
        f"say in helpdesk/privacy/erasure_steps.py what becomes of {table} when a person is erased"
    )


def test_the_register_names_tables_that_exist_and_says_why_some_are_kept():
    assert set(KEPT) | TAKEN <= set(every.metadata.tables)
    assert not set(KEPT) & TAKEN
    assert all(KEPT.values())
