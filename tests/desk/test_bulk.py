"""Bulk actions: permission asked for each ticket, in pieces, restartable, and taken back ticket by ticket."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import bulk, custom_fields, inbox, merges, snooze, tags, tickets
from helpdesk.desk.custom_fields import Wanted
from helpdesk.models.agent import Agent, Team
from helpdesk.models.bulk import Bulk, Verb
from helpdesk.models.custom_field import CustomField, FieldKind
from helpdesk.models.ticket import Place, Priority, Status, Ticket
from tests import world


def some_tickets(session: Session, team: Team, number: int = 3) -> list[Ticket]:
    mailbox = world.a_mailbox(session, team)
    return [world.a_ticket(session, team, mailbox=mailbox) for _ in range(number)]


def asked(
    session: Session, those: Sequence[Ticket], verb: Verb, argument: str = "", *, by: Agent, key: str = "k"
) -> Bulk:
    return bulk.ask(session, verb, argument, [ticket.id for ticket in those], by=by, key=key)


def picture(ticket: Ticket) -> tuple[object, ...]:
    return (
        ticket.status, ticket.closed_at, ticket.place, ticket.priority, ticket.assignee_id, ticket.team_id,
        ticket.waiting_since, ticket.woke_at,
    )  # fmt: skip


def an_argument(session: Session, verb: Verb, team: Team, ada: Agent) -> str:
    words = {
        Verb.ASSIGN: str(ada.id),
        Verb.TAG: "Lamps  And more",
        Verb.PRIORITY: "urgent",
        Verb.SNOOZE: f"{(clock.now() + timedelta(days=1)).isoformat()} or reply",
    }
    if verb is Verb.MERGE:
        return str(world.a_ticket(session, team).id)
    if verb is Verb.TEAM:
        return str(world.a_team(session).id)
    if verb is Verb.FIELD:
        wanted = Wanted("Lamp", "Arc\nBow", is_personal=False)
        return f"{custom_fields.add(session, FieldKind.CHOICE, wanted, by=world.an_admin(session)).id}=Bow"
    return words.get(verb, "")


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb not in {Verb.REOPEN, Verb.RESTORE, Verb.UNTAG}])
def test_each_verb_is_done_and_taken_back_on_every_ticket(session: Session, team: Team, ada: Agent, verb: Verb):
    those = some_tickets(session, team)
    snooze.snooze(session, those[1], by=ada)
    before = [picture(ticket) for ticket in those]

    made = asked(session, those, verb, an_argument(session, verb, team, ada), by=ada)
    assert (made.done, made.refused, made.finished_at is not None) == (3, 0, True)
    assert verb in {Verb.TAG, Verb.FIELD} or [picture(ticket) for ticket in those] != before
    assert bool(tags.on_tickets(session, [those[0].id])) == (verb is Verb.TAG)

    bulk.undo(session, made, by=ada)
    assert made.put_back == 3
    assert [picture(ticket) for ticket in those] == before
    assert snooze.of(session, those[1]) is not None
    assert not tags.on_tickets(session, [those[0].id])
    assert len(world.trail(session, "ticket.put_back")) == 3


def test_the_others_go_into_one_of_those_that_were_chosen(session: Session, team: Team, ada: Agent):
    those = some_tickets(session, team, 4)
    one, *others = those

    made = asked(session, those, Verb.MERGE, str(one.id), by=ada)

    assert (made.total, made.done) == (3, 3)
    assert {ticket.merged_into_id for ticket in others} == {one.id}
    assert (one.merged_count, one.message_count) == (3, 4)
    merges.undo(session, others[0], by=ada)
    bulk.undo(session, made, by=ada)
    assert (made.put_back, made.changed_since) == (2, 1)
    assert (one.merged_count, one.message_count) == (0, 1)


def test_nobody_merges_into_what_they_may_not_know_of_nor_hundreds_by_a_slip(
    session: Session, team: Team, ada: Agent
):
    those = some_tickets(session, team)
    foreign = world.a_ticket(session)

    for target in (str(foreign.id), "987654", "", "one"):
        with pytest.raises(bulk.NotUnderstood, match="choose one that there is"):
            asked(session, those, Verb.MERGE, target, by=ada)
    with pytest.raises(bulk.NothingChosen):
        asked(session, those[:1], Verb.MERGE, str(those[0].id), by=ada)
    many = [Ticket(customer=those[0].customer, team=team, mailbox=those[0].mailbox) for _ in range(bulk.MOST_MERGED)]
    session.add_all(many)
    session.flush()
    with pytest.raises(bulk.TooMany):
        asked(session, [*those, *many], Verb.MERGE, str(those[0].id), by=ada)
    assert {ticket.place for ticket in those} == {Place.DESK}


def test_a_merge_that_can_no_longer_be_undone_is_left_alone(session: Session, team: Team, ada: Agent):
    one, other, third = some_tickets(session, team)
    made = asked(session, [one], Verb.MERGE, str(other.id), by=ada)
    merges.merge(session, other, third, by=ada)

    bulk.undo(session, made, by=ada)

    assert (made.put_back, made.changed_since) == (0, 1)
    assert one.merged_into_id == other.id


def test_what_others_changed_meanwhile_is_left_alone_by_the_undo(session: Session, team: Team, ada: Agent):
    those = some_tickets(session, team)
    made = asked(session, those, Verb.CLOSE, by=ada)
    tickets.reopen(session, those[0], by=ada)
    tickets.tag(session, those[1], "another matter", by=ada)

    bulk.undo(session, made, by=ada)

    assert (made.put_back, made.changed_since) == (2, 1)
    assert {ticket.status for ticket in those} == {Status.OPEN}
    assert tags.on_tickets(session, [those[1].id])


def test_only_what_was_not_so_before_is_put_back(session: Session, team: Team, ada: Agent):
    those = some_tickets(session, team)
    tickets.tag(session, those[0], "lamps", by=ada)
    made = asked(session, those, Verb.TAG, "LAMPS", by=ada)
    assert (made.done, made.already) == (2, 1)

    bulk.undo(session, made, by=ada)

    assert set(tags.on_tickets(session, [ticket.id for ticket in those])) == {those[0].id}


def test_permission_is_asked_for_each_ticket_when_its_turn_comes(session: Session, team: Team, ada: Agent):
    those = some_tickets(session, team, 60)
    foreign = world.a_ticket(session)
    made = asked(session, [*those, foreign], Verb.TRASH, by=ada)
    assert made.total == 60  # of the foreign one nothing is known
    assert bulk.go_on(session, made)
    those[45].team = world.a_team(session)
    session.flush()
    ada.is_disabled = True
    assert bulk.go_on(session, made)

    assert (made.done, made.refused) == (bulk.PIECE, bulk.PIECE)
    assert {ticket.place for ticket in those[bulk.PIECE :]} == {Place.DESK}
    assert foreign.place is Place.DESK


def test_what_can_not_be_done_to_a_ticket_is_refused_and_the_others_are_done(
    session: Session, team: Team, ada: Agent
):
    one, other, closed = some_tickets(session, team)
    merges.merge(session, one, other, by=ada)
    tickets.close(session, closed, by=ada)

    made = asked(session, [one, other, closed], Verb.CLOSE, by=ada)

    assert (made.done, made.already, made.refused) == (1, 1, 1)
    assert [event.object_id for event in world.trail(session, "ticket.refused")] == [one.id]


def test_the_same_form_twice_is_one_action(session: Session, team: Team, ada: Agent):
    those = some_tickets(session, team)

    first = asked(session, those, Verb.CLOSE, by=ada)
    second = asked(session, those, Verb.CLOSE, by=ada)

    assert first is second
    assert len(world.trail(session, "ticket.close")) == 3
    bulk.undo(session, first, by=ada)
    bulk.undo(session, first, by=ada)
    assert len(world.trail(session, "ticket.put_back")) == 3


def test_undo_is_offered_for_half_a_minute_and_says_so_when_it_is_over(session: Session, team: Team, ada: Agent):
    made = asked(session, some_tickets(session, team), Verb.CLOSE, by=ada)
    assert bulk.may_be_undone(made)

    with clock.stopped_at(clock.now() + bulk.UNDOABLE):
        assert not bulk.may_be_undone(made)
        with pytest.raises(bulk.TooLate):
            bulk.undo(session, made, by=ada)


def test_undone_while_it_runs_it_stops_and_puts_back_what_was_done(session: Session, team: Team, ada: Agent):
    those = some_tickets(session, team, 60)
    made = asked(session, those, Verb.CLOSE, by=ada)
    bulk.go_on(session, made)

    bulk.undo(session, made, by=ada)
    while bulk.go_on(session, made):
        pass

    assert (made.put_back, made.undone_at is not None) == (bulk.PIECE, True)
    assert {ticket.status for ticket in those} == {Status.OPEN}


def test_a_ticket_that_was_moved_out_of_sight_comes_back(session: Session, team: Team, ada: Agent):
    those = some_tickets(session, team)
    made = asked(session, those, Verb.TEAM, str(world.a_team(session).id), by=ada)
    assert not session.scalars(inbox.visible(ada)).all()

    bulk.undo(session, made, by=ada)

    assert {ticket.team_id for ticket in those} == {team.id}


@pytest.mark.parametrize(
    ("verb", "argument"),
    [
        (Verb.ASSIGN, "987654"), (Verb.ASSIGN, "-1"), (Verb.TEAM, ""), (Verb.TAG, "  "), (Verb.UNTAG, "x"),
        (Verb.PRIORITY, "very"), (Verb.SNOOZE, ""), (Verb.SNOOZE, "2020-01-01T09:00:00+00:00"),
        (Verb.SNOOZE, "2999-01-01T09:00:00"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_before_anything_is_done(
    session: Session, team: Team, ada: Agent, verb: Verb, argument: str
):
    with pytest.raises(bulk.NotUnderstood):
        asked(session, some_tickets(session, team, 1), verb, argument, by=ada)


def test_nothing_that_may_be_known_of_is_nothing(session: Session, ada: Agent):
    with pytest.raises(bulk.NothingChosen):
        asked(session, [world.a_ticket(session)], Verb.CLOSE, by=ada)


def test_what_nobody_works_on_is_found_and_what_is_long_over_is_forgotten(session: Session, team: Team, ada: Agent):
    made = asked(session, some_tickets(session, team, 60), Verb.PRIORITY, Priority.HIGH, by=ada)
    now: datetime = clock.now()

    with clock.stopped_at(now + timedelta(minutes=1)):
        assert made.id in bulk.stuck(session)
        while bulk.go_on(session, made):
            pass
        assert made.id not in bulk.stuck(session)
        assert not bulk.forget(session)
    with clock.stopped_at(now + timedelta(days=2)):
        assert bulk.forget(session) == 60
        assert session.get(Bulk, made.id) is None


def standing(session: Session, ticket: Ticket, by: Agent) -> dict[str, str]:
    return {one.field.name: one.value for one in custom_fields.of_ticket(session, ticket, by=by)}


def test_a_field_is_set_on_many_and_each_gets_back_what_it_held_unless_somebody_wrote_there_since(
    session: Session, team: Team, ada: Agent
):
    root = world.an_admin(session)
    lamp = custom_fields.add(session, FieldKind.CHOICE, Wanted("Lamp", "Arc\nBow", is_personal=False), by=root)
    empty, held, changed, already = those = some_tickets(session, team, 4)
    for ticket, word in ((held, "Arc"), (already, "Bow")):
        custom_fields.fill_in(session, ticket, {lamp.id: word}, by=ada)

    done = asked(session, those, Verb.FIELD, f"{lamp.id}=Bow", by=ada)
    assert (done.done, done.already) == (3, 1)
    custom_fields.fill_in(session, changed, {lamp.id: ""}, by=ada)
    custom_fields.fill_in(session, changed, {lamp.id: "Bow"}, by=ada)
    bulk.undo(session, done, by=ada)

    assert [standing(session, one, ada)["Lamp"] for one in (empty, held, changed, already)] == [
        "",
        "Arc",
        "Bow",
        "Bow",
    ]
    assert (done.put_back, done.changed_since) == (2, 1)


def test_a_field_of_another_team_is_refused_ticket_by_ticket_and_nonsense_at_once(
    session: Session, team: Team, ada: Agent
):
    root = world.an_admin(session)
    other = world.a_team(session)
    theirs = custom_fields.add(session, FieldKind.CHECKBOX, Wanted("Done", team_id=other.id), by=root)
    order = custom_fields.add(session, FieldKind.TEXT, Wanted("Order"), by=root)
    gone = custom_fields.add(session, FieldKind.CHECKBOX, Wanted("Old"), by=root)
    custom_fields.retire(session, gone, by=root)
    those = some_tickets(session, team, 2)

    assert asked(session, those, Verb.FIELD, f"{theirs.id}=yes", by=ada).refused == 2
    for wrong in (f"{order.id}=A-17", f"{theirs.id}=no", f"{theirs.id}=", f"{gone.id}=yes", "987654=yes", "x", ""):
        with pytest.raises(bulk.NotUnderstood):
            asked(session, those, Verb.FIELD, wrong, by=ada, key=wrong)
    assert session.get(CustomField, theirs.id) is not None
