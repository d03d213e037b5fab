"""What stands in a field of addresses is read as it is shown, or refused as a whole."""

import pytest

from helpdesk.desk import people
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.parsed import Address
from helpdesk.models.ticket import Ticket
from helpdesk.web import composer, recipients
from tests import world
from tests.web.desk import Desk


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("", []),
        (" , ", []),
        ("nils@customer.example", [Address("", "nils@customer.example")]),
        ("Nils Berg <nils@customer.example>; eva@customer.example",
         [Address("Nils Berg", "nils@customer.example"), Address("", "eva@customer.example")]),
        ('"Berg, Nils" <nils@customer.example>', [Address("Berg, Nils", "nils@customer.example")]),
    ],
)  # fmt: skip
def test_addresses_are_read(field: str, expected: list[Address]):
    assert recipients.read(field) == expected


@pytest.mark.parametrize(
    "field",
    [
        "Nils",
        "nils@customer.example eva@customer.example",
        "Nils <nils@customer.example> <eva@customer.example>",
        "nils@customer.example\r\nBcc: kim@elsewhere.example",
        "<>",
        "Nils <nils@>",
    ],
)
def test_what_is_no_address_refuses_the_field(field: str):
    with pytest.raises(AddressRefused):
        recipients.read(field)


def test_what_is_written_is_read_as_the_same():
    people_ = [Address('Nils "the lamp" Berg, jr.', "nils@customer.example"), Address("", "eva@customer.example")]

    assert [one.email for one in recipients.read(recipients.written(people_))] == [one.email for one in people_]


def test_a_few_letters_find_people_of_tickets_one_may_know_of_and_nobody_else(desk: Desk):
    with desk.runtime.db.transaction() as session:
        people.join(session, session.get_one(Ticket, desk.ticket.id), [("eva@lamps.example", "Eva Holm")])
        world.a_ticket(session, customer=people.customer_of(session, "eva@elsewhere.example", "Eva Secret"))

    ada, otto = (desk.browser(agent).get("/recipients?q=ev").get_json() for agent in (desk.ada, desk.otto))

    assert [one["email"] for one in ada["people"]] == ["eva@lamps.example"]
    assert otto == {"people": []}


def test_who_is_left_out_is_told_by_whole_addresses():
    """jan@ is not answered because an address that ends like his is."""
    last = [Address("An", "an@customer.example"), Address("Jan", "jan@customer.example")]

    assert composer.left_out(last, {"to": "Jan <JAN@customer.example>", "cc": ""}) == last[:1]
    assert (
        composer.left_out(last, {"to": "jan@customer.example; half", "bcc": '"An, A." <an@customer.example>'}) == []
    )
