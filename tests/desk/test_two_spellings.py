"""An address with its domain in its own alphabet and in ASCII is one address: in replies, bounces and mail."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, delivery, outbox, replies
from helpdesk.mail.address import spellings
from helpdesk.mail.parsed import Address
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent, Team
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from tests.world import a_mailbox, a_ticket

BOTH = ("anna@müller.example", "anna@xn--mller-kva.example")


@pytest.mark.parametrize("spelt", BOTH)
def test_both_are_known_and_nothing_else(spelt: str):
    assert spellings(spelt.upper()) == set(BOTH)
    assert spellings(" Nils@Customer.example") == {"nils@customer.example"}
    assert spellings("no address") == {"no address"}
    assert spellings("anna@xn--strae-oqa.example") == {"anna@xn--strae-oqa.example"}  # new rules only: as it stands


@pytest.mark.parametrize(("written", "told"), [BOTH, BOTH[::-1]])
def test_a_bounce_is_tied_to_its_recipient(session: Session, team: Team, ada: Agent, written: str, told: str):
    replies.reply(session, a_ticket(session, team), "Try another bulb.", by=ada, to=[Address("", written)])
    email = session.scalars(select(OutboundEmail)).one()
    claimed = outbox.claim(session, email.id)
    assert claimed is not None
    delivery.mark(session, claimed, {written: Answer.of(250, "ok")})

    assert delivery.bounced(session, email.rfc_message_id, told, "5.1.1") is email

    of_it = select(Delivery.state).where(Delivery.outbound_email_id == email.id)
    assert session.scalars(of_it).one() is DeliveryState.BOUNCED


@pytest.mark.parametrize(("written", "told"), [BOTH, BOTH[::-1]])
def test_nobody_gets_an_answer_twice_and_an_answer_to_it_belongs_to_its_ticket(
    session: Session, team: Team, ada: Agent, written: str, told: str
):
    ticket = a_ticket(session, team)

    replies.reply(
        session, ticket, "Hello.", by=ada, to=[Address("", written), Address("", told)], cc=[Address("", told)]
    )
    session.flush()
    replies.reply(session, ticket, "Hello again.", by=ada, to=[Address("", told)], due_at=clock.now())

    assert session.scalars(select(Delivery.email).order_by(Delivery.id)).all() == [written, told]
    assert conversation.takes_part(session, ticket, told)


@pytest.mark.parametrize(("ours", "written"), [BOTH, BOTH[::-1]])
def test_no_answer_goes_to_a_mailbox_of_our_own(session: Session, team: Team, ada: Agent, ours: str, written: str):
    ticket = a_ticket(session, team, mailbox=a_mailbox(session, team, ours))

    with pytest.raises(replies.NobodyToWriteTo):
        replies.reply(session, ticket, "Hello.", by=ada, to=[Address("", written)])
