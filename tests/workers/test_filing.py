"""Emails are filed together where that is cheap, and one by one where one of them would spoil it for the others."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from helpdesk import clock, config
from helpdesk import runtime as parts
from helpdesk.desk import ledger, outbox, people
from helpdesk.desk.ledger import Arrived
from helpdesk.mail import inbound
from helpdesk.mail.parsed import Address
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Purpose
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.suggestion import Because, Suggestion
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from tests.workers.desks import an_email
from tests.world import a_mailbox, a_team
from workers.intake import Intake


@pytest.fixture(params=["sqlite", "postgres"])
def here(request: pytest.FixtureRequest, installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    if request.param == "postgres":
        monkeypatch.setenv("HELPDESK_DATABASE_URL", request.getfixturevalue("migrated_postgres_url"))
    assembled = parts.assemble(config.load(installation / config.FILE_NAME))
    yield assembled
    assembled.close()
    assembled.doorbell.redis.close()


def stored(here: Runtime, *raws: bytes) -> tuple[Intake, list[int]]:
    """A mailbox with these emails, stored and not read."""
    with here.db.transaction() as session:
        mailbox = a_mailbox(session, a_team(session))
        place = ledger.position(session, mailbox.id, "INBOX", 1)
        arrived = [Arrived(uid, raw, len(raw), clock.now()) for uid, raw in enumerate(raws, start=1)]
        ids = [email.id for email in ledger.keep(session, place, arrived)]
        return Intake(here, Sandbox(), mailbox.id, no_fence), ids


def no_fence(_session: Session) -> None:
    """Nobody else wants this mailbox."""


def outcomes(here: Runtime) -> list[Outcome]:
    with here.db.reading() as session:
        return list(session.scalars(select(InboundEmail.outcome).order_by(InboundEmail.id)))


def count(here: Runtime, row: type) -> int:
    with here.db.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def test_one_that_the_database_refuses_waits_for_a_look_and_the_others_are_tickets(here: Runtime):
    emails = [an_email(number) for number in range(5)]
    intake, ids = stored(here, *emails)
    read = [inbound.read(raw) for raw in emails]
    read[2] = replace(read[2], subject="\ud800")  # no database takes half a character

    intake.file(zip(ids, read, strict=True))

    assert outcomes(here) == [Outcome.NEW_TICKET] * 2 + [Outcome.QUARANTINED] + [Outcome.NEW_TICKET] * 2
    assert count(here, Ticket) == count(here, Message) == 4
    assert count(here, AuditEvent) == 5


def test_what_fits_in_no_index_waits_for_a_look_and_the_others_are_tickets(here: Runtime):
    emails = [an_email(number) for number in range(3)]
    intake, ids = stored(here, *emails)
    read = [inbound.read(raw) for raw in emails]
    read[1] = replace(read[1], message_id=secrets.token_hex(9000))  # no reader gives such a one

    intake.file(zip(ids, read, strict=True))

    last = Outcome.NEW_TICKET if here.db.is_sqlite else Outcome.QUARANTINED
    assert outcomes(here) == [Outcome.NEW_TICKET, last, Outcome.NEW_TICKET]


def test_an_address_longer_than_any_is_none(here: Runtime):
    endless = f"<{secrets.token_hex(9000)}@customer.example>"
    emails = [an_email(1), an_email(2, To=endless), an_email(3, From=endless)]
    intake, ids = stored(here, *emails)

    intake.file(zip(ids, map(inbound.read, emails), strict=True))

    assert outcomes(here) == [Outcome.NEW_TICKET, Outcome.NEW_TICKET, Outcome.HELD]


def test_what_our_own_code_stumbles_over_takes_nothing_gathered_with_it(here: Runtime):
    emails = [an_email(number) for number in range(3)]
    intake, ids = stored(here, *emails)
    read = [inbound.read(raw) for raw in emails]
    read[1] = replace(read[1], attachments=(None,))  # type: ignore[arg-type]

    intake.file(zip(ids, read, strict=True))

    assert outcomes(here) == [Outcome.NEW_TICKET, Outcome.QUARANTINED, Outcome.NEW_TICKET]
    assert count(here, Message) == 2


def test_a_batch_given_up_is_taken_in_another_time(here: Runtime):
    intake, _ids = stored(here, *(an_email(number) for number in range(20)))
    with here.db.reading() as session:
        waiting = [(email.id, an_email(email.uid - 1)) for email in ledger.unread(session, intake.mailbox_id)]

    intake.begin(waiting).give_up()
    assert set(outcomes(here)) == {Outcome.STORED}
    intake.take_in_left_behind()

    assert set(outcomes(here)) == {Outcome.NEW_TICKET}
    intake.sandbox.close()


def test_two_emails_of_one_new_customer_in_a_batch_make_one_customer_and_two_tickets(here: Runtime):
    emails = [
        an_email(1),
        an_email(1, "Now it is dark.", Message_ID="<second@customer.example>", Subject="Lamp again"),
    ]
    intake, ids = stored(here, *emails)

    intake.file(zip(ids, map(inbound.read, emails), strict=True))

    assert outcomes(here) == [Outcome.NEW_TICKET] * 2
    assert count(here, Ticket) == 2
    assert count(here, Customer) == count(here, CustomerAddress) == 1


def test_a_ticket_is_offered_the_one_before_it_in_the_batch_and_its_writers_name_is_learnt(here: Runtime):
    emails = [
        an_email(1, From="kim@customer.example"),
        an_email(1, "Still dark.", Message_ID="<second@customer.example>", From="Kim <kim@customer.example>"),
    ]
    intake, ids = stored(here, *emails)

    intake.file(zip(ids, map(inbound.read, emails), strict=True))

    with here.db.reading() as session:
        first, second = session.scalars(select(Ticket.id).order_by(Ticket.id))
        offered = session.scalars(select(Suggestion)).one()
        assert (offered.ticket_id, offered.other_id, offered.because) == (second, first, Because.SAME_SUBJECT)
        assert session.scalars(select(Customer.name)).one() == "Kim"
        assert set(session.scalars(select(InboundEmail.ticket_id))) == {first, second}


def test_numbers_of_tickets_follow_each_other(here: Runtime):
    emails = [an_email(number) for number in range(8)]
    intake, ids = stored(here, *emails)

    intake.file(zip(ids, map(inbound.read, emails), strict=True))

    with here.db.reading() as session:
        numbers = session.scalars(select(Ticket.id).order_by(Ticket.id)).all()
    assert list(numbers) == list(range(numbers[0], numbers[0] + 8))


def test_what_waits_for_a_look_takes_no_number(here: Runtime):
    intake, ids = stored(here, an_email(0))
    with here.db.transaction() as session:
        us = session.scalars(select(Mailbox.address)).one()
    first, ours, last = an_email(0), [an_email(n, From=f"Us <{us}>") for n in (1, 2, 3)], an_email(4)
    with here.db.transaction() as session:
        place = ledger.position(session, intake.mailbox_id, "INBOX", 1)
        arrived = [Arrived(uid, raw, len(raw), clock.now()) for uid, raw in enumerate([*ours, last], start=5)]
        further = [email.id for email in ledger.keep(session, place, arrived)]

    intake.file(zip(ids, [inbound.read(first)], strict=True))
    intake.file(zip(further, map(inbound.read, [*ours, last]), strict=True))

    assert outcomes(here) == [Outcome.NEW_TICKET, *[Outcome.HELD] * 3, Outcome.NEW_TICKET]
    with here.db.reading() as session:
        one, two = session.scalars(select(Ticket.id).order_by(Ticket.id))
    assert two == one + 1


def test_an_email_of_our_own_is_known_among_others(here: Runtime):
    emails = [an_email(number) for number in range(3)]
    intake, ids = stored(here, *emails)
    with here.db.transaction() as session:
        mailbox = session.get_one(Mailbox, intake.mailbox_id)
        ours = "<1@customer.example>"  # the Message-ID of the second
        outbox.queue(session, mailbox, Purpose.REPLY, to=[Address("", "kim@customer.example")], rfc_message_id=ours)

    intake.file(zip(ids, map(inbound.read, emails), strict=True))

    assert outcomes(here) == [Outcome.NEW_TICKET, Outcome.OWN, Outcome.NEW_TICKET]
    assert count(here, Ticket) == 2


def test_an_email_finds_what_came_in_the_same_batch(here: Runtime):
    emails = [an_email(1), an_email(1, Message_ID="<second@customer.example>", In_Reply_To="<1@customer.example>")]
    intake, ids = stored(here, *emails)

    intake.file(zip(ids, map(inbound.read, emails), strict=True))

    with here.db.reading() as session:
        offered = session.scalars(select(Suggestion)).one()
        assert (offered.because, offered.other_id) == (Because.KNOWN_ID, min(session.scalars(select(Ticket.id))))


def test_a_request_over_ones_data_is_flagged_among_others(here: Runtime):
    emails = [an_email(1), an_email(2, "Please delete all my personal data."), an_email(3)]
    intake, ids = stored(here, *emails)

    intake.file(zip(ids, map(inbound.read, emails), strict=True))

    assert outcomes(here) == [Outcome.NEW_TICKET] * 3
    with here.db.reading() as session:
        asked = session.scalars(select(PrivacyRequest)).one()
        assert session.get_one(Message, asked.message_id).inbound_email_id == ids[1]


def test_a_customer_somebody_else_adds_between_the_look_and_the_insert_is_one(here: Runtime):
    if here.db.is_sqlite:
        pytest.skip("one writer at a time: there is nothing between")
    emails = [an_email(number) for number in range(3)]
    intake, ids = stored(here, *emails)
    address = inbound.read(emails[1]).senders[0].email
    added: list[int] = []

    def meanwhile(_connection, _cursor, statement: str, *_rest: object) -> None:
        if "INSERT INTO customer_address" in statement and not added:
            added.append(0)
            with here.db.transaction() as session:
                added[0] = people.customer_of(session, address).id

    event.listen(here.db.engine, "before_cursor_execute", meanwhile)
    intake.file(zip(ids, map(inbound.read, emails), strict=True))

    assert outcomes(here) == [Outcome.NEW_TICKET] * 3
    assert count(here, Customer) == count(here, CustomerAddress) == 3
    with here.db.reading() as session:
        assert session.scalars(select(Ticket.customer_id)).all().count(added[0]) == 1
