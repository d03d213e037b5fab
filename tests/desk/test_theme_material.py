"""What a report of themes reads of a matter: its first message, and what followed it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import theme_material
from helpdesk.models.message import Direction, Message
from helpdesk.models.theme_report import ThemeReport
from helpdesk.models.ticket import Channel
from tests import world


def test_what_follows_in_a_ticket_names_the_first_message_of_the_period(session: Session):
    day = clock.now() - timedelta(days=10)
    long_open, other = world.a_ticket(session, at=day - timedelta(days=90)), world.a_ticket(session, at=day)
    first, thanks = (world.a_message(session, long_open, at=day + timedelta(days=days)) for days in (0, 2))
    more = world.a_message(session, other, at=day + timedelta(days=1))
    report = ThemeReport(scope="{}", since=(day - timedelta(days=1)).date(), until=clock.now().date())
    session.add(report)
    session.flush()

    found = {one.id: one.follows for one in theme_material.collected(session, report, ZoneInfo("UTC")).documents}

    assert found.pop(str(first.id)) is None
    assert found.pop(str(thanks.id)) == str(first.id)
    follows = found.pop(str(more.id))
    assert found == {follows: None}


def test_the_subject_is_read_of_the_email_that_opened_a_ticket_and_of_nothing_else(session: Session):
    day = clock.now() - timedelta(days=10)
    world.a_ticket(session, at=day, subject="Feedback").channel = Channel.FEEDBACK
    theirs, ours = world.a_ticket(session, at=day, subject="A dark lamp"), world.a_ticket(session, at=day)
    answer = world.a_message(session, theirs, at=day + timedelta(days=1), subject="Re: A dark lamp")
    session.execute(update(Message).where(Message.ticket_id == ours.id).values(direction=Direction.SENT))
    reply = world.a_message(session, ours, at=day + timedelta(days=1), subject="Re: What we would like to know")
    report = ThemeReport(scope="{}", since=(day - timedelta(days=1)).date(), until=clock.now().date())
    session.add(report)
    session.flush()

    found = {one.id: one.subject for one in theme_material.collected(session, report, ZoneInfo("UTC")).documents}

    assert [found.pop(str(one.id)) for one in (answer, reply)] == ["", ""]
    assert sorted(found.values()) == ["", "A dark lamp"]
