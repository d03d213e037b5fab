"""Filter rules at intake: sorted before anybody is answered, nothing destroyed, every ticket tells which acted."""

import json

import pytest
from sqlalchemy.orm import Session

from helpdesk.desk import filter_rules, intake, tags, waiting
from helpdesk.desk.filter_rules import RuleRefused, Wanted
from helpdesk.mail import inbound
from helpdesk.mail.filtering import Actions, Condition, Field
from helpdesk.models.agent import Agent
from helpdesk.models.filter_rule import FilterRule
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Place, Priority, Ticket
from tests.desk.test_intake import an_email, answered, deliver
from tests.world import a_mailbox, a_team, an_admin, trail

LAMP = Condition(Field.SUBJECT, ("lamp",))


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


@pytest.fixture
def root(session: Session) -> Agent:
    return an_admin(session)


def a_rule(session: Session, by: Agent, *conditions: Condition, name: str = "Lamps", **actions) -> FilterRule:
    """One that is on."""
    row = filter_rules.add(session, Wanted(name, conditions or (LAMP,), Actions(**actions)), by=by)
    filter_rules.switch(session, row, on=True, by=by)
    session.flush()
    return row


def test_a_new_ticket_is_routed_tagged_and_urgent_as_a_rule_says(session, mailbox, root):
    billing = a_team(session, "Billing")
    rule = a_rule(session, root, team_id=billing.id, tags=("lamp", "light"), priority="urgent")

    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)

    assert (ticket.team_id, ticket.mailbox_id, ticket.priority) == (billing.id, mailbox.id, Priority.URGENT)
    assert [tag.name for tag in tags.on_tickets(session, [ticket.id])[ticket.id]] == ["lamp", "light"]
    assert filter_rules.acted_on(session, ticket) == [rule]
    assert len(trail(session, "filter_rule.act")) == 1


def test_what_no_rule_hits_is_as_ever_and_a_rule_that_is_off_hits_nothing(session, mailbox, root):
    rule = a_rule(session, root, is_spam=True)
    assert session.get_one(Ticket, deliver(session, mailbox, an_email("Chair")).ticket_id).place is Place.DESK

    filter_rules.switch(session, rule, on=False, by=root)
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email("Lamp")).ticket_id)

    assert ticket.place is Place.DESK
    assert not filter_rules.acted_on(session, ticket)


def test_what_is_marked_as_spam_is_a_ticket_among_the_spam(session, mailbox, root):
    a_rule(session, root, Condition(Field.SPAM), is_spam=True)
    email = deliver(session, mailbox, an_email(X_Spam_Flag="YES"))

    assert email.outcome is Outcome.NEW_TICKET
    assert session.get_one(Ticket, email.ticket_id).place is Place.SPAM


def test_what_a_rule_holds_waits_and_can_be_released(session, mailbox, root):
    rule = a_rule(session, root, holds=True, name="Look at lamps")
    raw = an_email()
    email = deliver(session, mailbox, raw)
    assert (email.outcome, email.reason) == (Outcome.HELD, "a rule holds it; Look at lamps")
    assert waiting.count(session, by=root) == 1
    assert filter_rules.hit_counts(session) == {rule.id: 1}

    waiting.release(session, email, by=root)
    intake.receive(session, email, inbound.read(raw), at=intake.arrival(session, mailbox))

    assert email.outcome is Outcome.NEW_TICKET


def test_an_answer_on_a_ticket_stays_as_its_ticket_is_unless_it_is_to_be_held(session, mailbox, root):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours, team_id = answered(session, ticket), ticket.team_id
    a_rule(session, root, team_id=a_team(session).id)
    assert deliver(session, mailbox, an_email("Re: Lamp", "Still", In_Reply_To=ours)).outcome is Outcome.APPENDED
    assert ticket.team_id == team_id

    a_rule(session, root, holds=True)
    assert deliver(session, mailbox, an_email("Re: Lamp", "Again", In_Reply_To=ours)).outcome is Outcome.HELD


def test_rules_are_asked_in_their_order(session, mailbox, root):
    low = a_rule(session, root, priority="low", name="one")
    high = a_rule(session, root, priority="high", name="two")
    assert priority_of_next(session, mailbox) is Priority.LOW

    for _ in range(3):
        filter_rules.move(session, high, up=True, by=root)

    assert filter_rules.listed(session) == [high, low]
    assert priority_of_next(session, mailbox) is Priority.HIGH


def test_a_team_that_is_gone_leaves_the_ticket_with_the_mailboxes(session, mailbox, root):
    rule = a_rule(session, root, team_id=a_team(session).id)
    rule.actions = json.dumps({**json.loads(rule.actions), "team_id": 987654})

    assert session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id).team_id == mailbox.team_id


def test_a_rule_that_was_removed_acts_no_more_and_its_tickets_still_name_it(session, mailbox, root):
    rule = a_rule(session, root, priority="high")
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    filter_rules.remove(session, rule, by=root)

    assert priority_of_next(session, mailbox) is Priority.NORMAL
    assert [one.name for one in filter_rules.acted_on(session, ticket)] == ["Lamps"]


def test_each_change_leaves_its_event_and_no_change_leaves_none(session, root):
    rule = a_rule(session, root, priority="high")
    same = Wanted("Lamps", (LAMP,), Actions(priority="high"))
    filter_rules.change(session, rule, same, by=root)
    filter_rules.switch(session, rule, on=True, by=root)
    assert not trail(session, "filter_rule.change")

    filter_rules.change(session, rule, Wanted("Lamps", (LAMP,), Actions(holds=True)), by=root)

    assert [json.loads(event.core)["facts"]["keys"] for event in trail(session, "filter_rule.change")] == [
        ["actions"]
    ]
    assert len(trail(session, "filter_rule.switch")) == 1


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted(" ", (LAMP,), Actions(holds=True)), "name"),
        (Wanted("x", (), Actions(holds=True)), "conditions"),
        (Wanted("x", (LAMP,) * 13, Actions(holds=True)), "conditions"),
        (Wanted("x", (Condition(Field.TEXT),), Actions(holds=True)), "words"),
        (Wanted("x", (Condition(Field.HEADER),), Actions(holds=True)), "header"),
        (Wanted("x", (LAMP,), Actions()), "actions"),
        (Wanted("x", (LAMP,), Actions(team_id=987654)), "team"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(session, root, wanted, why):
    with pytest.raises(RuleRefused) as refused:
        filter_rules.add(session, wanted, by=root)
    assert refused.value.why == why


def priority_of_next(session: Session, mailbox: Mailbox) -> Priority:
    raw = an_email(f"Lamp {session.query(InboundEmail).count()}")
    return session.get_one(Ticket, deliver(session, mailbox, raw).ticket_id).priority
