"""Variables of saved replies: filled once, and never made by what is filled in."""

from helpdesk.desk import variables


def test_a_name_that_looks_like_a_variable_is_only_a_name():
    filled = variables.fill(
        "Hello {{customer.name}},", {"customer.name": "{{7*7}} {{agent.name}}", "agent.name": "Ada"}
    )

    assert variables.unknown(filled) == []
    assert "7*7" in filled
    assert "Ada" not in filled
