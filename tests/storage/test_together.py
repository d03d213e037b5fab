"""Rows of several tables asked for together: each is the session's own object, as the ORM would have it."""

from datetime import UTC

from sqlalchemy import bindparam, inspect, select, update
from sqlalchemy.orm import Session

from helpdesk.models.agent import Team
from helpdesk.models.base import Id
from helpdesk.models.ticket import Priority, Ticket
from helpdesk.storage.together import Question, Together
from tests import world

TOGETHER = Together(
    {
        "teams": Question(select(Team), order=(Team.name.desc(),)),
        "tickets": Question(
            select(Ticket).where(Ticket.team_id == bindparam("team_id", type_=Id)), number=Ticket.customer_id
        ),
        "numbers": Question(select(Ticket), number=Ticket.id, is_row=False),
    }
)


def test_each_row_is_what_the_orm_would_load(session: Session):
    team, other = world.a_team(session, "Abel"), world.a_team(session, "Zora")
    ticket = world.a_ticket(session, team)
    session.flush()
    known = {name: getattr(ticket, name) for name in inspect(Ticket).column_attrs.keys()}  # noqa: SIM118
    session.expunge_all()

    found = TOGETHER.ask(session, team_id=team.id)

    assert [one.row.name for one in found["teams"]] == ["Zora", "Abel"]
    [one] = found["tickets"]
    assert {name: one.row.__dict__[name] for name in known} == known
    assert one.row.opened_at.tzinfo is UTC
    assert (one.number, one.said) == (ticket.customer_id, "")
    assert inspect(one.row).persistent
    assert session.get(Ticket, ticket.id) is one.row
    assert [(one.row, one.number) for one in found["numbers"]] == [(None, ticket.id)]
    assert TOGETHER.ask(session, team_id=other.id)["tickets"] == []


def test_what_the_session_knows_stays_and_what_is_changed_is_written(session: Session):
    team = world.a_team(session, "Abel")
    ticket = world.a_ticket(session, team)
    session.flush()
    ticket.priority = Priority.HIGH

    assert TOGETHER.ask(session, team_id=team.id)["tickets"][0].row is ticket
    session.execute(update(Ticket).values(priority=Priority.URGENT))
    assert TOGETHER.ask(session, team_id=team.id)["tickets"][0].row.priority == Priority.URGENT

    session.expunge_all()
    [one] = TOGETHER.ask(session, team_id=team.id)["tickets"]
    one.row.priority = Priority.LOW
    session.flush()
    assert session.scalar(select(Ticket.priority).where(Ticket.id == ticket.id)) == Priority.LOW
