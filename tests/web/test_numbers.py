"""A number that no row can have is no error of ours, in an address, a question or a form."""

import pytest

from tests.house.tree import ROOT
from tests.web.desk import Desk

HUGE = ("9" * 19, "9" * 30)


@pytest.mark.parametrize("number", HUGE)
def test_an_address_with_it_does_not_exist(desk: Desk, number: str):
    ada = desk.browser(desk.ada)

    for path in (f"/tickets/{number}", f"/messages/{number}/body", f"/teams/{number}/inbox"):
        assert ada.get(path).status_code == 404


@pytest.mark.parametrize("number", [*HUGE, "-" + HUGE[1], "1e3", "x"])
def test_a_question_or_a_form_with_it_is_as_if_nothing_was_said(desk: Desk, number: str):
    ada = desk.browser(desk.ada)

    assert ada.get(f"/needs-a-look?before={number}").status_code == 200
    assert ada.get(f"/tickets/{desk.ticket.number}?text={number}&team={number}&merged={number}").status_code == 200
    assert ada.post(f"/tickets/{desk.ticket.number}/assignment", {"assignee": number}).status_code == 303


def test_every_view_reads_numbers_so():
    careless = [
        path.name for path in (ROOT / "helpdesk" / "web").rglob("*.py") if "type=" + "int" in path.read_text()
    ]

    assert not careless
