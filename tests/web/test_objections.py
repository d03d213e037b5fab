"""Noting in the settings that somebody does not want to be counted, and that they changed their mind."""

from sqlalchemy import select

from helpdesk.models.customer import CustomerAddress
from helpdesk.models.objection import Objection
from tests.web.desk import Desk


def test_an_admin_notes_a_wish_by_address_and_ends_it(desk: Desk):
    with desk.runtime.db.reading() as session:
        chosen = select(CustomerAddress.email).where(CustomerAddress.customer_id == desk.ticket.customer_id)
        address = session.scalars(chosen).one()
    root = desk.browser(desk.root)

    assert root.post("/settings/objections", {"who": address, "wish": "objection"}).status_code == 303
    page = root.get("/settings/objections").text
    assert "Nils Berg" in page
    assert "They object to being analysed" in page

    with desk.runtime.db.reading() as session:
        [noted] = session.scalars(select(Objection)).all()
    assert root.post(f"/settings/objections/{noted.id}/end", {}).status_code == 303
    assert "Nobody so far" in root.get("/settings/objections").text


def test_nobody_and_nothing_is_said_to_be_so_and_what_was_typed_stays(desk: Desk):
    root = desk.browser(desk.root)

    unknown = root.post("/settings/objections", {"who": "nobody@x.example", "wish": "objection"})
    assert unknown.status_code == 422
    assert "nobody@x.example" in unknown.text
    for who, wish in (("1", "be left alone"), ("", "objection"), ("9" * 30, "objection"), ("<b>", "restriction")):
        assert root.post("/settings/objections", {"who": who, "wish": wish}).status_code == 422
