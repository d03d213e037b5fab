"""The permission audit in the browser: every reading is there, and nothing of what was read."""

from tests.web.desk import Desk


def test_a_reading_shows_with_who_whose_and_by_what_right(desk: Desk):
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")

    page = desk.browser(desk.root).get(f"/audit?ticket={desk.ticket.number}").text

    assert "ticket.read" in page
    assert "Ada Fischer" in page
    assert "ordinary handling" in page
    assert "flickers" not in page


def test_what_a_list_showed_is_found_by_its_ticket_and_its_customer(desk: Desk):
    desk.browser(desk.ada).get("/inbox/open")
    root = desk.browser(desk.root)

    for question in (f"ticket={desk.ticket.number}", f"customer={desk.ticket.customer_id}"):
        assert "list.read" in root.get(f"/audit?{question}").text
    assert "list.read" not in root.get("/audit?ticket=987654").text


def test_refusals_have_a_list_of_their_own(desk: Desk):
    desk.browser(desk.otto).get(f"/tickets/{desk.ticket.number}")

    page = desk.browser(desk.root).get("/audit?kind=refusals").text

    assert "ticket.refused" in page
    assert "Otto Weiss" in page


def test_the_file_holds_the_same_no_formula_and_leaves_an_event(desk: Desk):
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    with desk.runtime.db.transaction() as session:
        session.merge(desk.ada).name = "=cmd()"
    root = desk.browser(desk.root)

    lines = root.get("/audit.csv").text.splitlines()

    assert lines[0].startswith("event,at,action,who")
    assert any(",'=cmd()," in line and "ticket.read" in line for line in lines)
    assert "audit.export" in root.get("/audit?kind=changes").text


def test_nonsense_in_the_question_is_no_error(desk: Desk):
    root = desk.browser(desk.root)

    for nonsense in (
        "agent=x",
        "ticket=99999999999999999999",
        "since=yesterday",
        "kind=%00",
        "customer=%F0%9F",
        "before=x",
    ):
        assert root.get(f"/audit?{nonsense}").status_code == 200


def test_a_ticket_is_answered_for_with_its_raw_email_and_its_permissions(desk: Desk):
    number = desk.ticket.number
    assert desk.browser(desk.ada).get(f"/messages/{desk.message.id}/original").status_code == 200
    root = desk.browser(desk.root)

    assert "raw_email.read" in root.get(f"/audit?ticket={number}").text
    assert "grant.ask" in root.get(f"/audit?ticket={number}&kind=changes").text
