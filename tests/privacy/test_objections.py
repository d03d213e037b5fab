"""Who objected has changed no number, and what they asked for is on the trail."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk.models.objection import Objection, Wish
from helpdesk.models.statistic import Cadence, Metric, StatisticTag
from helpdesk.privacy import objections
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import plan
from helpdesk.privacy.statistics.plan import Usage
from tests import world
from tests.privacy.statistics.small import Small, counted, day, due, month
from tests.world import trail

ALL = Usage(extras=tuple(metric.value for metric in plan.EXTRAS))


@pytest.fixture
def small(session: Session) -> Small:
    session.add(StatisticTag(name="lamp"))
    made = Small(session)
    made.ticket(made.customer(), day(5), tag="lamp", minutes=30)
    return made


@pytest.mark.promise("anonymised-statistics")
@pytest.mark.parametrize("wish", Wish)
@pytest.mark.parametrize("cadence", [Cadence.MONTHLY, Cadence.WEEKLY])
def test_without_who_objected_every_count_is_as_if_they_had_never_written(
    session: Session, small: Small, wish: Wish, cadence: Cadence
):
    before = counted(session, due(month(cadence), ALL))
    nils = small.customer()
    for _ticket in range(9):
        small.ticket(nils, day(5), tag="lamp", minutes=700)
    assert counted(session, due(month(cadence), ALL)).counts != before.counts

    noted = objections.note(session, nils, wish, by=Machine.COMMAND)
    after = counted(session, due(month(cadence), ALL))
    assert (after.counts, after.tallies) == (before.counts, before.tallies)

    objections.end(session, noted, by=Machine.COMMAND)
    assert counted(session, due(month(cadence), ALL)).counts[Metric.TICKETS] > before.counts[Metric.TICKETS]


def test_a_wish_is_noted_once_and_ended_once(session: Session, small: Small):
    nils, admin = small.customer(), world.an_admin(session)

    first = objections.note(session, nils, Wish.OBJECTION, by=admin)
    assert objections.note(session, nils, Wish.OBJECTION, by=admin) is first
    objections.note(session, nils, Wish.RESTRICTION, by=admin)
    assert [one.wish for one, _whose in objections.in_force(session, most=9)] == [Wish.RESTRICTION, Wish.OBJECTION]

    for _again in range(2):
        objections.end(session, first, by=admin)
    assert session.scalars(objections.left_out()).all() == [nils.id]  # still restricted
    assert len(trail(session, "objection.note")) == 2
    assert [event.subject_id for event in trail(session, "objection.end")] == [nils.id]


def test_two_at_once_cannot_note_it_twice(session: Session, small: Small):
    nils = small.customer()
    session.add_all([Objection(customer_id=nils.id, wish=Wish.OBJECTION) for _ in range(2)])

    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()
