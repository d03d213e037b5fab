"""Custom fields on screen: made in the settings, filled in beside the ticket, by two at once."""

from helpdesk.models.agent import Agent
from tests.web.desk import Desk

PAGE = "/settings/custom-fields"


def made(desk: Desk) -> tuple[str, str]:
    root = desk.browser(desk.root)
    root.post(PAGE, {"name": "Order", "kind": "text"})
    answer = root.post(PAGE, {"name": "Due", "kind": "date", "is_personal": "yes"})
    assert "Saved." in root.get(answer.headers["Location"]).text
    return "1", "2"


def ticket_of(desk: Desk, agent: Agent) -> str:
    return desk.browser(agent).get(f"/tickets/{desk.ticket.number}").text


def test_a_field_is_made_retired_and_moved_and_what_is_wrong_is_said(desk: Desk):
    made(desk)
    root = desk.browser(desk.root)

    root.post(f"{PAGE}/2/place", {"to": "up"})
    renamed = root.post(f"{PAGE}/1", {"name": "Order <b>"})
    refused = root.post(PAGE, {"name": "Lamp", "kind": "choice"})

    page = root.get(PAGE).text
    assert renamed.status_code == 303
    assert page.index(">Due<") < page.index("Order &lt;b&gt;")
    assert (refused.status_code, "one a line" in refused.text, 'value="Lamp"' in refused.text) == (422, True, True)
    root.post(f"{PAGE}/2/retirement")
    assert "Bring it back" in root.get(PAGE).text
    root.post(f"{PAGE}/2/retirement", {"undo": "1"})
    assert "Bring it back" not in root.get(PAGE).text


def test_two_agents_who_fill_in_two_fields_of_one_page_do_not_undo_each_other(desk: Desk):
    order, due = made(desk)
    url, as_seen = f"/tickets/{desk.ticket.number}/fields", {f"was{order}": "", f"was{due}": ""}
    ada = desk.browser(desk.ada)

    ada.post(url, {**as_seen, f"f-{order}": "A-17", f"f-{due}": ""})
    ada.post(url, {**as_seen, f"f-{order}": "", f"f-{due}": "2026-11-30"})

    page = ticket_of(desk, desk.ada)
    assert 'value="A-17"' in page
    assert 'value="2026-11-30"' in page


def test_a_refused_value_is_named_and_stays_typed(desk: Desk):
    order, due = made(desk)
    typed = {f"was{order}": "", f"was{due}": "", f"f-{order}": "A-17", f"f-{due}": "soon"}

    answer = desk.browser(desk.ada).post(f"/tickets/{desk.ticket.number}/fields", typed)

    assert answer.status_code == 422
    assert "stand in Due" in answer.text
    assert 'value="A-17"' in answer.text
    assert 'value="A-17"' not in ticket_of(desk, desk.ada)
