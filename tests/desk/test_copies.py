"""One email to two of our mailboxes is one ticket, with both arrivals in the ledger."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.desk import copies, inbox
from helpdesk.models.agent import Team
from helpdesk.models.inbound_email import Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import AccessDenied
from tests.desk.test_intake import an_email, deliver
from tests.world import a_mailbox, a_team, an_agent, days_ago

BOTH = {"To": "support@desk.example, billing@desk.example", "Message_ID": "<both@customer.example>"}


@pytest.fixture
def support(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


@pytest.fixture
def billing(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "billing@desk.example")


def test_the_second_mailboxes_copy_makes_no_second_ticket(session, support, billing):
    first = deliver(session, support, an_email(**BOTH))
    # each mailbox's server adds lines of its own on top
    second = deliver(session, billing, b"Received: by mx2.desk.example\r\n" + an_email(**BOTH))

    assert (second.outcome, second.ticket_id) == (Outcome.ALREADY_RECEIVED, first.ticket_id)
    assert "support@desk.example" in second.reason
    ticket = session.get_one(Ticket, first.ticket_id)
    assert (ticket.message_count, copies.also_arrived_at(session, ticket)) == (1, ["billing@desk.example"])


def test_a_blind_copy_to_the_second_mailbox_makes_none_either(session, support, billing):
    blind = BOTH | {"To": "support@desk.example"}
    first = deliver(session, support, an_email(**blind))

    second = deliver(session, billing, b"Received: by mx2.desk.example\r\n" + an_email(**blind))

    assert (second.outcome, second.ticket_id) == (Outcome.ALREADY_RECEIVED, first.ticket_id)


def test_the_ticket_is_with_the_first_team_alone(session, support, billing):
    first = deliver(session, support, an_email(**BOTH))
    second = deliver(session, billing, b"X-Copy: 2\r\n" + an_email(**BOTH))
    otto = an_agent(session, session.get_one(Team, billing.team_id))

    assert session.scalars(inbox.visible(otto).where(Ticket.id == first.ticket_id)).all() == []
    with pytest.raises(AccessDenied):
        access.read(session, second, by=otto)


@pytest.mark.parametrize(
    "other",
    [
        an_email("Lamp", "Other words", **BOTH),
        an_email("Lamp", "It flickers.\n", **{**BOTH, "From": "kim@else.example"}),
        an_email("Lamp", "It flickers.\n", **{**BOTH, "Message_ID": "<other@customer.example>"}),
    ],
)
def test_what_differs_in_words_author_or_id_is_a_ticket_of_its_own(session, support, billing, other):
    deliver(session, support, an_email(**BOTH))

    assert deliver(session, billing, other).outcome is Outcome.NEW_TICKET


def test_the_same_email_a_day_later_is_a_ticket_of_its_own(session, support, billing):
    deliver(session, support, an_email(**BOTH)).arrived_at = days_ago(1)

    assert deliver(session, billing, b"X-Copy: 2\r\n" + an_email(**BOTH)).outcome is Outcome.NEW_TICKET
    assert session.scalar(select(func.count()).select_from(Ticket)) == 2
