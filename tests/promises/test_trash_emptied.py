"""What is thrown away goes for good within the days that are promised, and whole."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import places
from helpdesk.models.ticket import Place
from helpdesk.privacy import publication, purging, retention
from helpdesk.privacy.retention import Retention, SoonerPromised
from tests.promises.conftest import Look
from tests.world import a_message, a_team, a_ticket, an_admin, an_agent

pytestmark = pytest.mark.promise("trash-emptied")
NAME = "trash-emptied"
PROMISED = """
[[promise]]
id = "trash-emptied"
sentence = "Gone after {trash_days} days."
parameters = { trash_days = 14 }
"""


def test_what_lies_there_too_long_breaks_it_and_the_nightly_work_keeps_it(session: Session, look: Look):
    ada = an_agent(session, a_team(session))
    ticket = a_ticket(session, ada.teams[0])
    places.put(session, ticket, Place.TRASH, by=ada)
    assert look(NAME).figures == {"in_trash": 1, "gone": 0}

    with clock.stopped_at(clock.now() + timedelta(days=33)):
        assert look(NAME).is_broken
        begun = purging.begin(session, night=clock.now())
        for name, ids in purging.left(session, begun).items():
            purging.take(session, name, ids)
        purging.end(session, begun)

        assert look(NAME).figures == {"in_trash": 0, "gone": 1}
        session.expire_all()
        a_message(session, ticket, text="left behind")
        assert look(NAME).is_broken


def test_a_desk_that_keeps_its_trash_longer_than_it_promises_is_told_so(session: Session, look: Look):
    root = an_admin(session)
    retention.choose(session, Retention(trash_days=60), by=root)
    assert look(NAME).is_broken
    assert not look(NAME, trash_days=60).is_broken

    retention.choose(session, Retention(trash_days=0), by=root)
    assert look(NAME, trash_days=60).is_broken


def test_once_it_is_published_nobody_sets_more_days_than_it_says(session: Session):
    root = an_admin(session)
    publication.publish(session, PROMISED)
    for days in (0, 15):
        with pytest.raises(SoonerPromised):
            retention.choose(session, Retention(trash_days=days), by=root)

    retention.choose(session, Retention(trash_days=14), by=root)

    assert retention.of(session).trash_days == 14
