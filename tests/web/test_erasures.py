"""Erasing a person from the browser: counted first, said twice, done by the worker, certified."""

from sqlalchemy import select

from helpdesk.models.customer import CustomerAddress
from helpdesk.models.erasure import Erasure, ErasureState
from tests.web.desk import Desk
from workers import erasure as job


def test_an_admin_counts_is_asked_twice_and_gets_a_certificate(desk: Desk):
    with desk.runtime.db.reading() as session:
        chosen = select(CustomerAddress.email).where(CustomerAddress.customer_id == desk.ticket.customer_id)
        address = session.scalars(chosen).one()
    root = desk.browser(desk.root)

    counted = root.get(f"/settings/erasures?who={address}")
    assert "messages with their files" in counted.text
    assert root.post("/settings/erasures", {"who": address}).status_code == 422
    assert root.post("/settings/erasures", {"who": address, "sure": "1"}).status_code == 303
    job.go_on()

    with desk.runtime.db.reading() as session:
        done = session.scalars(select(Erasure)).one()
        assert (done.state, done.by_id, done.by_role) == (ErasureState.DONE, desk.root.id, "admin")
    certificate = root.get(f"/settings/erasures/{done.id}/certificate").text
    assert f"by agent {desk.root.id}, admin" in certificate
    assert address not in certificate
    page = desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    assert page.status_code == 200
    assert "flickers" not in page.text
    assert desk.browser(desk.ada).get(f"/attachments/{desk.attachment.id}").status_code == 404
    assert desk.browser(desk.ada).get(f"/messages/{desk.message.id}/original").status_code == 404
    assert desk.browser(desk.ada).get("/inbox/open").status_code == 200


def test_nobody_of_that_address_is_said_to_be_nobody(desk: Desk):
    root = desk.browser(desk.root)

    assert root.get("/settings/erasures?who=nobody@x.example").status_code == 422
    assert root.post("/settings/erasures", {"who": "nobody@x.example", "sure": "1"}).status_code == 422
