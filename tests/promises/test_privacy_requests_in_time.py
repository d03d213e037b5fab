"""Who asks for a right over their data is answered by a person within business days, and it is done within days."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import privacy_requests
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.models.message import Direction
from helpdesk.models.privacy_request import RequestOutcome
from helpdesk.models.ticket import Ticket
from tests.promises.conftest import Look
from tests.world import a_message, a_ticket, an_admin

pytestmark = pytest.mark.promise("privacy-requests-in-time")
NAME = "privacy-requests-in-time"


@pytest.fixture
def ticket(session: Session) -> Ticket:
    return a_ticket(session)


def test_a_request_in_time_keeps_the_promise_and_one_without_an_answer_breaks_it(session, ticket, look: Look):
    root = an_admin(session)
    request = privacy_requests.add(session, ticket, RequestKind.ERASURE, time_zone="UTC", by=root)
    assert look(NAME).figures == {"open": 1, "done": 0}

    with clock.stopped_at(clock.now() + timedelta(days=15)):
        assert look(NAME).is_broken
        reply = a_message(session, ticket, direction=Direction.SENT)
        reply.agent_id = root.id
        session.flush()
        assert not look(NAME).is_broken

    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert look(NAME).is_broken
        privacy_requests.end(session, request, RequestOutcome.ERASED, "Erased.", by=root)
        assert look(NAME).figures == {"open": 0, "done": 1}
