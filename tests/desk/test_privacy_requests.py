"""Privacy requests by mail: recognised, timed by business days and days, answered by a person, ended once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import intake, ledger, merges, privacy_requests
from helpdesk.desk.inbox import Key
from helpdesk.desk.ledger import Arrived
from helpdesk.mail import inbound
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Direction
from helpdesk.models.privacy_request import PrivacyRequest, RequestOutcome
from helpdesk.models.ticket import Ticket
from tests.desk.test_intake import an_email, answered, deliver
from tests.world import a_mailbox, a_message, a_team, an_admin, an_agent, trail

DELETE = "Please delete all my personal data.\n"
THURSDAY = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


def the_requests(session: Session) -> list[PrivacyRequest]:
    return list(session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (DELETE, RequestKind.ERASURE),
        ("Bitte löschen Sie alle meine personenbezogenen Daten.", RequestKind.ERASURE),
        ("What personal data do you hold about me?", RequestKind.ACCESS),
        ("Quelles données personnelles détenez-vous sur moi ?", RequestKind.ACCESS),
    ],
)
def test_a_request_is_flagged_whatever_the_language(session, mailbox, text, kind):
    email = deliver(session, mailbox, an_email("My data", text))

    (request,) = the_requests(session)
    (found,) = privacy_requests.on_ticket(session, session.get_one(Ticket, email.ticket_id))
    assert (found.request, found.kinds[0], found.is_answered) == (request, kind, False)
    assert len(trail(session, "privacy_request.flag")) == 1


def test_an_ordinary_letter_and_a_machines_are_no_requests(session, mailbox):
    deliver(session, mailbox, an_email("Lamp", "Please delete the second lamp from my order."))
    deliver(session, mailbox, an_email("Lamp", DELETE, Auto_Submitted="auto-replied"))

    assert not the_requests(session)


def test_the_first_answer_is_due_in_five_business_days_and_the_outcome_in_thirty_days(session, mailbox):
    with clock.stopped_at(THURSDAY):
        deliver(session, mailbox, an_email("My data", DELETE))
    (request,) = the_requests(session)

    assert request.answer_due_at == datetime(2026, 12, 3, 9, 0, tzinfo=UTC)  # a weekend lies between
    assert request.outcome_due_at == THURSDAY + timedelta(days=30)


def test_the_clocks_run_out_and_a_persons_answer_stops_the_first(session, mailbox):
    root = an_admin(session)
    email = deliver(session, mailbox, an_email("My data", DELETE))
    ticket = session.get_one(Ticket, email.ticket_id)
    state = lambda: privacy_requests.listed(session, by=root)[0]  # noqa: E731
    assert not state().answer_is_late

    with clock.stopped_at(clock.now() + timedelta(days=10)):
        assert (state().answer_is_late, state().outcome_is_late) == (True, False)
    reply = a_message(session, ticket, direction=Direction.SENT)
    assert not state().is_answered  # a machine wrote that
    reply.agent_id = root.id
    session.flush()
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert (state().answer_is_late, state().outcome_is_late) == (False, True)


def test_asking_again_on_the_ticket_is_one_request_and_another_right_a_second(session, mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email("My data", DELETE)).ticket_id)
    ours = answered(session, ticket)
    for text in (f"Again: {DELETE}", "What personal data do you hold about me?"):
        deliver(session, mailbox, an_email("Re: My data", text, In_Reply_To=ours))

    assert [request.kinds.split()[0] for request in the_requests(session)] == ["erasure", "access"]


def test_an_email_read_twice_is_flagged_once(session, mailbox):
    raw = an_email("My data", DELETE)
    deliver(session, mailbox, raw)
    deliver(session, mailbox, raw, uidvalidity=2)

    assert len(the_requests(session)) == 1


def test_a_request_follows_its_message_onto_the_ticket_it_was_merged_into(session, mailbox):
    ada = an_agent(session, session.get_one(Team, mailbox.team_id))
    other = session.get_one(Ticket, deliver(session, mailbox, an_email("Lamp")).ticket_id)
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email("My data", DELETE)).ticket_id)

    merges.merge(session, ticket, other, by=ada)

    assert len(privacy_requests.on_ticket(session, other)) == 1


def test_it_ends_once_with_what_was_done_and_can_be_taken_up_again(session, mailbox):
    root = an_admin(session)
    deliver(session, mailbox, an_email("My data", DELETE))
    (request,) = the_requests(session)

    privacy_requests.end(session, request, RequestOutcome.ERASED, "Erased with erasure 4.", by=root)
    privacy_requests.end(session, request, RequestOutcome.REFUSED, "no", by=root)

    assert (request.ended_as, request.note) == (RequestOutcome.ERASED, "Erased with erasure 4.")
    assert [one.request for one in privacy_requests.listed(session, by=root, ended=True)] == [request]
    assert privacy_requests.count_open(session, by=root) == 0
    privacy_requests.take_up_again(session, request, by=root)
    assert privacy_requests.count_open(session, by=root) == 1


def test_what_no_machine_recognised_is_marked_by_hand_once(session, mailbox):
    root = an_admin(session)
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)

    marked = privacy_requests.add(session, ticket, RequestKind.ACCESS, time_zone="Asia/Tokyo", by=root)

    assert privacy_requests.add(session, ticket, RequestKind.ACCESS, time_zone="Asia/Tokyo", by=root) is marked
    assert marked.added_by_id == root.id
    with pytest.raises(privacy_requests.NotOnTheTicket):
        privacy_requests.add(session, ticket, RequestKind.ERASURE, time_zone="Asia/Tokyo", by=root)


def test_nobody_sees_a_request_on_a_ticket_they_may_not_know_of(session, mailbox):
    deliver(session, mailbox, an_email("My data", DELETE))

    assert not privacy_requests.listed(session, by=an_agent(session, a_team(session)))


def test_many_requests_go_page_by_page_the_soonest_due_first(session, mailbox, monkeypatch):
    monkeypatch.setattr(privacy_requests, "PAGE", 2)
    root, place = an_admin(session), ledger.position(session, mailbox.id, "INBOX", 1)
    at = intake.arrival(session, mailbox)
    for number in range(3):
        raw = an_email(f"My data {number}", DELETE)
        (email,) = ledger.keep(session, place, [Arrived(number + 1, raw, len(raw), clock.now())])
        intake.receive(session, email, inbound.read(raw), at=at)
    first = privacy_requests.listed(session, by=root)
    last = first[1].request
    rest = privacy_requests.listed(session, by=root, after=Key(last.outcome_due_at, last.id))

    assert [one.request.id for one in [*first[:2], *rest]] == sorted(request.id for request in the_requests(session))
