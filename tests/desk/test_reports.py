"""What a report counts: of whom, of which days, how long things took; and that it costs no more on a full desk."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import reports
from helpdesk.desk.reports import Asked, Group
from helpdesk.models.agent import Agent, Team
from helpdesk.models.role import Role
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Place, Status, Ticket
from tests import world

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday
MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)  # nine o'clock in Berlin
WEEK = Asked(date(2026, 11, 9), date(2026, 11, 15), in_hours=False)


@pytest.fixture
def team(session: Session) -> Team:
    return world.a_team(session, "Lamps")


@pytest.fixture
def lead(session: Session, team: Team) -> Agent:
    return world.an_agent(session, team, role=Role.LEAD)


def a_ticket(
    session: Session,
    team: Team,
    at: datetime,
    *,
    replied: float | None = None,
    closed: float | None = None,
    **more: Any,
) -> Ticket:
    """One that came at a moment; a reply and its end so many hours later."""
    ticket = world.a_ticket(session, team, at=at)
    if replied is not None:
        ticket.first_reply_at = at + timedelta(hours=replied)
    if closed is not None:
        ticket.status, ticket.closed_at = Status.CLOSED, at + timedelta(hours=closed)
    for name, value in more.items():
        setattr(ticket, name, value)
    session.flush()
    return ticket


def look(session: Session, by: Agent, asked: Asked = WEEK) -> reports.Report:
    with clock.stopped_at(NOW):
        return reports.report(session, asked, by=by, zone=BERLIN)


def test_what_came_went_and_is_left_on_each_day(session: Session, team: Team, lead: Agent):
    a_ticket(session, team, MONDAY - timedelta(days=30))  # old, and open
    a_ticket(session, team, MONDAY, closed=30)  # Tuesday
    a_ticket(session, team, MONDAY + timedelta(days=1))
    a_ticket(session, team, MONDAY + timedelta(days=6, hours=15, minutes=30))  # Monday in Berlin: not in it
    a_ticket(session, team, MONDAY, place=Place.SPAM)

    found = look(session, lead)

    assert (found.opened, found.closed) == (2, 1)
    assert [(day.opened, day.closed, day.backlog) for day in found.days] == [(1, 0, 2), (1, 1, 2), *[(0, 0, 2)] * 5]
    assert found.hours[9] == 2
    assert list(found.weekdays) == [1, 1, 0, 0, 0, 0, 0]


def test_times_have_a_median_and_a_ninetieth(session: Session, team: Team, lead: Agent):
    for hours in range(1, 11):
        a_ticket(session, team, MONDAY, replied=hours, closed=hours * 2)
    a_ticket(session, team, MONDAY)

    found = look(session, lead)

    assert (found.first_reply.count, found.first_reply.median) == (10, timedelta(hours=5))
    assert found.first_reply.ninetieth == timedelta(hours=9)
    assert found.resolution.median == timedelta(hours=10)
    assert look(session, lead, Asked(date(2026, 9, 1), date(2026, 9, 2))).first_reply.median is None


def test_business_hours_leave_out_nights_and_the_weekend(session: Session, team: Team, lead: Agent):
    friday = datetime(2026, 11, 13, 15, tzinfo=UTC)  # four in Berlin, an hour before closing
    a_ticket(session, team, friday, replied=66)  # Monday at ten: an hour after opening

    found = look(session, lead, Asked(WEEK.begins, WEEK.ends, in_hours=True))

    assert found.first_reply.median == timedelta(hours=2)


def test_a_report_is_taken_apart_by_team_mailbox_tag_and_agent(session: Session, team: Team, lead: Agent):
    mailbox = world.a_mailbox(session, team)
    tag, other = Tag(name="vip"), Tag(name="return")
    session.add_all([tag, other])
    mine = a_ticket(session, team, MONDAY, mailbox=mailbox, assignee=lead, replied=1)
    a_ticket(session, team, MONDAY, mailbox=mailbox)
    session.add_all([TicketTag(ticket_id=mine.id, tag_id=one.id) for one in (tag, other)])
    session.flush()

    def by(group: Group, only: int | None = None) -> dict[int | None, int]:
        found = look(session, lead, Asked(WEEK.begins, WEEK.ends, group, only))
        return {line.id: line.opened for line in found.lines}

    assert by(Group.TEAM) == {team.id: 2}
    assert by(Group.MAILBOX) == {mailbox.id: 2}
    assert by(Group.AGENT) == {lead.id: 1, None: 1}
    assert by(Group.TAG) == {tag.id: 1, other.id: 1, None: 1}
    assert by(Group.TAG, tag.id) == {tag.id: 1, other.id: 1}
    assert by(Group.AGENT, lead.id) == {lead.id: 1}


def test_under_every_number_is_what_the_agent_may_know_of(session: Session, team: Team, lead: Agent):
    elsewhere = world.a_team(session)
    a_ticket(session, elsewhere, MONDAY, replied=1, closed=2)
    a_ticket(session, elsewhere, MONDAY)
    own = a_ticket(session, team, MONDAY)
    a_ticket(session, team, MONDAY)
    agent, admin = world.an_agent(session, team), world.an_admin(session)
    own.assignee = agent
    session.flush()

    assert look(session, lead).opened == 2
    assert look(session, admin).opened == 4
    assert look(session, agent).opened == 1
    assert [day.backlog for day in look(session, agent).days] == [1] * 7
    assert look(session, lead, Asked(WEEK.begins, WEEK.ends, Group.TEAM, elsewhere.id)).lines == []
    assert look(session, world.an_agent(session, role=Role.DEVELOPER)).opened == 0


def test_of_very_many_every_so_manieth_is_measured_in_business_hours(
    session: Session, team: Team, lead: Agent, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reports, "MOST_MEASURED", 10)
    for hours in range(1, 41):
        a_ticket(session, team, MONDAY, replied=hours / 10)

    found = look(session, lead, Asked(WEEK.begins, WEEK.ends, in_hours=True))

    assert found.is_sampled
    assert found.first_reply.count == 40
    assert timedelta(hours=1.5) < (found.first_reply.median or timedelta()) < timedelta(hours=2.5)


def test_a_month_on_a_full_desk_is_found_by_index(session: Session, team: Team, lead: Agent):
    """As the database itself tells: nothing goes through the whole table, however the report is taken apart."""
    first = a_ticket(session, team, MONDAY, replied=1, closed=2)
    years = [MONDAY - timedelta(hours=6 * number) for number in range(6_000)]
    row = {
        "customer_id": first.customer_id, "team_id": team.id, "mailbox_id": first.mailbox_id, "status": "closed",
        "place": "desk", "channel": "email", "priority": "normal", "is_protected": False, "awaits_us": False,
        "message_count": 1, "has_attachments": False, "has_failed_delivery": False, "merged_count": 0,
    }  # fmt: skip
    moments = ({"opened_at": at, "active_at": at, "waiting_since": at, "closed_at": at} for at in years)
    session.execute(insert(Ticket), [row | at for at in moments])
    session.execute(text("ANALYZE"))

    for group in Group:
        for statement, values in statements(session, lead, Asked(WEEK.begins, WEEK.ends, group)):
            plan = explained(session, statement, values)
            assert "SCAN ticket" not in plan.replace("SCAN ticket USING", ""), plan
            assert "Seq Scan on ticket " not in plan, plan


def statements(session: Session, by: Agent, asked: Asked) -> list[tuple[str, Any]]:
    heard: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if "FROM ticket" in statement:
            heard.append((statement, values))

    event.listen(session.get_bind(), "before_cursor_execute", hear)
    try:
        look(session, by, asked)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", hear)
    assert heard
    return heard


def explained(session: Session, statement: str, values: Any) -> str:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    asking = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    rows: Sequence[Any] = session.connection().exec_driver_sql(asking + statement, values).all()
    return "\n".join(str(row[-1]) for row in rows)
