"""Sending: held where something came, taken back while it waits, put off, and what becomes of the ticket."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.config import Desk
from helpdesk.desk import (
    compose,
    composing,
    delivery,
    drafts,
    inbox,
    mailboxes,
    merges,
    news,
    outbox,
    people,
    quotation,
    sendings,
    signatures,
    snooze,
    taking_back,
    thread,
    tickets,
)
from helpdesk.desk.editor import Written
from helpdesk.desk.inbox import View
from helpdesk.desk.sendings import After, Held, NotAMoment
from helpdesk.desk.taking_back import TooLate
from helpdesk.desk.variables import VariableUnknown
from helpdesk.mail import outbound
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent, Team
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Attachment, Message, MessageAddress
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import access, settings
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.drafts import DraftText
from helpdesk.storage.vault import Vault
from tests.world import a_message, a_note, a_ticket, an_agent, trail

NILS = Address("Nils Berg", "nils@customer.example")
EVA = Address("Eva Holm", "eva@customer.example")
KIM = Address("Kim Lund", "kim@elsewhere.example")
DESK = Desk(name="Lamps", base_url="https://desk.example")
VAULT = Vault(b"k" * 32)


def states(session: Session) -> set[DeliveryState]:
    return set(session.scalars(select(Delivery.state)))


def raw_of(session: Session, message: Message) -> bytes:
    email = session.scalars(select(OutboundEmail).where(OutboundEmail.message_id == message.id)).one()
    with clock.stopped_at(clock.now() + timedelta(days=30)):
        claimed = outbox.claim(session, email.id)
        assert claimed is not None
        return outbound.compose(compose.email(session, claimed, desk=DESK, vault=VAULT))


def test_an_answer_leaves_after_the_time_to_take_it_back(session: Session, ticket: Ticket, ada: Agent):
    settings.change_own(session, composing.Sending(undo_seconds=30), by=ada)

    with clock.stopped_at(clock.now()):
        sendings.send(session, ticket, Written(text="Try another bulb."), by=ada)

        assert session.scalars(select(Delivery.due_at)).one() - clock.now() == timedelta(seconds=30)


def test_an_answer_is_held_when_a_message_came_that_its_writer_has_not_seen(
    session: Session, ticket: Ticket, ada: Agent
):
    seen = news.latest(session, ticket)
    a_message(session, ticket, text="It works again!")

    with pytest.raises(Held) as held, session.begin_nested():
        sendings.send(session, ticket, Written(text="Try another bulb.", seen=seen), by=ada)

    assert (held.value.messages, held.value.notes) == (1, 0)
    assert not states(session)


def test_a_colleagues_note_holds_an_answer_too(session: Session, team: Team, ticket: Ticket, ada: Agent):
    seen = news.latest(session, ticket)
    a_note(session, ticket, an_agent(session, team))

    with pytest.raises(Held) as held:
        sendings.send(session, ticket, Written(text="Try another bulb.", seen=seen), by=ada)

    assert (held.value.messages, held.value.notes) == (0, 1)


def test_what_was_seen_holds_nothing(session: Session, ticket: Ticket, ada: Agent):
    a_message(session, ticket)

    written = Written(text="Try another bulb.", seen=news.latest(session, ticket))
    sendings.send(session, ticket, written, by=ada)

    assert states(session) == {DeliveryState.QUEUED}


def test_taken_back_nothing_leaves_and_all_of_it_is_a_draft_again(session: Session, ticket: Ticket, ada: Agent):
    before = (ticket.status, ticket.awaits_us, ticket.waiting_since, ticket.first_reply_at, ticket.message_count)
    draft = drafts.begun(session, ticket, DraftKind.REPLY, "k" * 16, by=ada)
    picture = drafts.add_file(session, draft, name="lamp.png", media_type="image/png", body=b"\x89PNG")
    html = f'<div>See <b>this</b> <img src="/drafts/files/{picture.id}" alt="lamp"></div>'
    written = Written(text="See this", html=html, to=[NILS], cc=[EVA], bcc=[KIM], draft=draft)
    message = sendings.send(session, ticket, written, by=ada, after=After(then="close"))
    assert ticket.status is Status.CLOSED

    again = taking_back.take_back(session, message, by=ada)

    said, fields = gate.read(session, again, by=ada), drafts.read(gate.read(session, again, by=ada).fields)
    file = drafts.files(session, again)[0]
    assert states(session) == {DeliveryState.CANCELLED}
    assert said.html == f'<div>See <b>this</b> <img src="/drafts/files/{file.id}" alt="lamp"></div>'
    assert gate.read_file(session, file, by=ada).body == b"\x89PNG"
    spelt = [f"{one.name} <{one.email}>" for one in (NILS, EVA, KIM)]
    assert [fields["to"], fields["cc"], fields["bcc"]] == spelt
    now = (ticket.status, ticket.awaits_us, ticket.waiting_since, ticket.first_reply_at, ticket.message_count)
    assert now == before
    assert not session.scalars(select(Attachment)).all()
    assert not session.scalars(select(MessageAddress).where(MessageAddress.message_id == message.id)).all()
    assert message not in thread.of_ticket(session, ticket).messages
    assert message.id not in access.read(session, ticket, by=ada).messages
    assert len(trail(session, "ticket.take_back")) == 1


def test_an_answer_is_taken_back_once_and_not_when_it_is_on_its_way(session: Session, ticket: Ticket, ada: Agent):
    message = sendings.send(session, ticket, Written(text="Try another bulb."), by=ada)
    taking_back.take_back(session, message, by=ada)
    with pytest.raises(TooLate):
        taking_back.take_back(session, message, by=ada)

    second = sendings.send(session, ticket, Written(text="Try another one."), by=ada)
    raw_of(session, second)
    with pytest.raises(TooLate):
        taking_back.take_back(session, second, by=ada)


def test_what_came_after_an_answer_stays_when_that_is_taken_back(session: Session, ticket: Ticket, ada: Agent):
    message = sendings.send(session, ticket, Written(text="Try another bulb."), by=ada, after=After(then="wait"))
    a_message(session, ticket)
    ticket.status, ticket.awaits_us = Status.OPEN, True

    taking_back.take_back(session, message, by=ada)

    assert (ticket.status, ticket.awaits_us) == (Status.OPEN, True)


def test_an_answer_that_is_put_off_carries_the_date_on_which_it_leaves(session: Session, ticket: Ticket, ada: Agent):
    at = (clock.now() + timedelta(days=2)).replace(microsecond=0)

    message = sendings.send(session, ticket, Written(text="Good morning."), by=ada, after=After(at=at))

    assert session.scalars(select(Delivery.due_at)).one() == at
    assert at.strftime("Date: %a, %d %b %Y %H:%M:%S +0000").encode() in raw_of(session, message)


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_an_answer_is_put_off_to_a_moment_to_come(session: Session, ticket: Ticket, ada: Agent, days: int):
    with pytest.raises(NotAMoment):
        sendings.send(
            session, ticket, Written(text="Hello."), by=ada, after=After(at=clock.now() + timedelta(days=days))
        )


def test_a_customer_who_writes_first_makes_an_answer_that_was_put_off_wait_for_its_writer(
    session: Session, ticket: Ticket, ada: Agent
):
    at = clock.now() + timedelta(days=1)
    sendings.send(session, ticket, Written(text="Good morning."), by=ada, after=After(at=at))
    a_message(session, ticket, text="Never mind.")

    taking_back.customer_wrote(session, ticket)

    (draft, _ticket), *others = drafts.listed(session, by=ada, held=True)
    assert not others
    assert gate.read(session, draft, by=ada).text == "Good morning."
    assert states(session) == {DeliveryState.CANCELLED}


def test_one_whose_moment_came_while_its_mailbox_was_paused_waits_for_its_writer_too(
    session: Session, ticket: Ticket, ada: Agent
):
    now = clock.now()
    sendings.send(session, ticket, Written(text="Good morning."), by=ada, after=After(at=now + timedelta(hours=1)))
    mailboxes.pause_sending(session, ticket.mailbox, "535 no")

    with clock.stopped_at(now + timedelta(hours=2)):
        taking_back.expect(session, [ticket.id])
        taking_back.customer_wrote(session, ticket)

    assert states(session) == {DeliveryState.CANCELLED}
    assert len(drafts.listed(session, by=ada, held=True)) == 1


def test_an_answer_within_the_time_to_take_it_back_is_not_stopped_by_the_customer(
    session: Session, ticket: Ticket, ada: Agent
):
    sendings.send(session, ticket, Written(text="Try another bulb."), by=ada)

    taking_back.customer_wrote(session, ticket)

    assert states(session) == {DeliveryState.QUEUED}


@pytest.mark.parametrize(
    ("then", "status"), [("stay", Status.OPEN), ("close", Status.CLOSED), ("wait", Status.PENDING)]
)
def test_sending_and_what_becomes_of_the_ticket(
    session: Session, ticket: Ticket, ada: Agent, then: str, status: Status
):
    sendings.send(session, ticket, Written(text="Done."), by=ada, after=After(then=then))

    assert ticket.status is status


def test_sending_and_snoozing(session: Session, ticket: Ticket, ada: Agent):
    until = clock.now() + timedelta(days=1)

    sendings.send(session, ticket, Written(text="Done."), by=ada, after=After(then="snooze", snooze_until=until))

    asleep = snooze.of(session, ticket)
    assert asleep is not None
    assert asleep.until == until
    assert [one.id for one in inbox.page(session, ada, View.SNOOZED).tickets] == [ticket.id]


def test_a_variable_without_a_value_never_leaves(session: Session, ticket: Ticket, ada: Agent):
    with pytest.raises(VariableUnknown) as refused:
        sendings.send(session, ticket, Written(text="Dear {{customer.title}},"), by=ada)

    assert refused.value.names == ["customer.title"]
    assert not states(session)


def test_a_macro_does_what_it_says_and_taken_back_is_whole_again(session: Session, ticket: Ticket, ada: Agent):
    sendings.send(
        session,
        ticket,
        Written(text="Done.", actions=["tag:refund", "assign:me", "priority:high", "then:close"]),
        by=ada,
    )

    session.flush()
    assert (ticket.assignee_id, ticket.priority.value, ticket.status) == (ada.id, "high", Status.CLOSED)
    assert len(trail(session, "ticket.tag")) == 1
    (message,) = session.scalars(select(Message).where(Message.agent_id == ada.id))
    draft = taking_back.take_back(session, message, by=ada)
    assert ticket.status is Status.OPEN
    fields = drafts.read(gate.read(session, draft, by=ada).fields)  # and its chips stand in the editor again
    assert fields["actions"].splitlines() == ["tag:refund", "assign:me", "priority:high", "then:close"]


def test_a_macro_that_leaves_a_ticket_to_nobody_does_so_whatever_its_senders_habit_is(
    session: Session, ticket: Ticket, ada: Agent
):
    settings.change_own(session, composing.Sending(assigns_to_me=True), by=ada)

    sendings.send(session, ticket, Written(text="Anybody may go on.", actions=["assign:nobody"]), by=ada)
    assert ticket.assignee_id is None
    sendings.send(session, ticket, Written(text="I go on."), by=ada)
    session.flush()
    assert ticket.assignee_id == ada.id


def test_a_forwarded_email_takes_the_original_along_and_changes_nothing_for_the_customer(
    session: Session, ticket: Ticket, ada: Agent
):
    message = session.scalars(select(Message)).one()
    attachment = Attachment(message_id=message.id, position=0, media_type="application/pdf", size=5)
    session.add(attachment)
    session.flush()
    access.write_attachment(session, attachment, name="bill.pdf", body=b"%PDF-")

    written = Written(text="Please look.", mode=Mode.FORWARD, to=[KIM], originals=[attachment.id, 999_999])
    sent = sendings.send(session, ticket, written, by=ada)

    raw = raw_of(session, sent)
    assert b"Subject: Fwd: The lamp flickers" in raw
    assert b"Since Monday the lamp flickers" in raw
    assert b'filename="bill.pdf"' in raw
    assert ticket.awaits_us
    assert KIM.email not in {one.email for one in people.participants(session, ticket)}


def test_an_earlier_email_is_forwarded_with_its_own_files_and_is_still_it_when_that_is_taken_back(
    session: Session, team: Team, ticket: Ticket, ada: Agent
):
    first = session.scalars(select(Message)).one()
    last = a_message(session, ticket, text="And it hums.")
    rows = [Attachment(message_id=one.id, position=0, media_type="text/plain", size=2) for one in (first, last)]
    session.add_all(rows)
    session.flush()
    for row in rows:
        access.write_attachment(session, row, name=f"of-{row.message_id}.txt", body=b"hi")

    chosen = [row.id for row in rows]
    written = Written(text="Look.", mode=Mode.FORWARD, to=[KIM], forwarded=first.id, originals=chosen)
    sent = sendings.send(session, ticket, written, by=ada)

    raw = raw_of(session, sent)
    assert b"Since Monday the lamp flickers" in raw
    assert f'filename="of-{first.id}.txt"'.encode() in raw
    assert b"hums" not in raw
    assert f"of-{last.id}".encode() not in raw
    once_more = sendings.send(session, ticket, written, by=ada)
    again = gate.read(session, taking_back.take_back(session, once_more, by=ada), by=ada)
    assert drafts.read(again.fields)["forwarded"] == str(first.id)
    elsewhere = a_message(session, a_ticket(session, team))
    for wrong in (elsewhere.id, once_more.id, 999_999):
        with pytest.raises(quotation.NotOnTheTicket):
            sendings.send(
                session, ticket, Written(text="Look.", mode=Mode.FORWARD, to=[KIM], forwarded=wrong), by=ada
            )


def test_what_stands_below_an_answer_is_the_nearest_signature_and_the_quotation_if_the_desk_wants_it(
    session: Session, ticket: Ticket, ada: Agent
):
    settings.change(session, composing.Composing(quotes_history=True), by=ada)
    signatures.choose(session, "The desk", mailbox_id=ticket.mailbox_id, by=ada)
    signatures.choose(session, "{{agent.first_name}} of {{mailbox.name}}", agent_id=ada.id, by=ada)

    sent = sendings.send(session, ticket, Written(text="Done."), by=ada)

    said = access.read(session, sent, by=ada)
    assert said.new_text == "Done."
    assert said.text.startswith("Done.\n\n-- \nAda of Support\n\nOn ")
    assert said.text.endswith("wrote:\n> Since Monday the lamp flickers every evening.")


def test_eight_changes_of_a_ticket_touch_no_draft(session: Session, team: Team, ticket: Ticket, ada: Agent):
    saved = drafts.save(session, ticket, DraftKind.REPLY, "k" * 16, DraftText("Half a thought"), by=ada, revision=0)
    assert saved is not None
    other = a_ticket(session, team)

    tickets.assign(session, ticket, an_agent(session, team), by=ada)
    tickets.tag(session, ticket, "lamp", by=ada)
    tickets.close(session, ticket, by=ada)
    tickets.reopen(session, ticket, by=ada)
    a_message(session, ticket)
    tickets.note(session, ticket, "He called.", by=ada)
    snooze.snooze(session, ticket, by=ada)
    merges.merge(session, ticket, other, by=ada)

    draft = session.scalars(select(Draft)).one()
    assert (draft.revision, gate.read(session, draft, by=ada).text) == (1, "Half a thought")
    assert [one.id for one in drafts.of_ticket(session, other, by=ada)] == [draft.id]


def test_no_cancelled_email_is_ever_claimed(session: Session, ticket: Ticket, ada: Agent):
    message = sendings.send(session, ticket, Written(text="Try another bulb."), by=ada)
    email = session.scalars(select(OutboundEmail)).one()
    taking_back.take_back(session, message, by=ada)

    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        assert outbox.claim(session, email.id) is None
        assert not delivery.cancel(session, email, by=ada)


def test_a_variable_without_a_value_stops_a_subject_and_a_signature_too(session: Session, ada: Agent, ticket: Ticket):
    mailbox = session.get_one(Mailbox, ticket.mailbox_id)
    written = Written(text="Hello", mode=Mode.NEW, to=[Address("Nils", "nils@customer.example")])
    with pytest.raises(VariableUnknown):
        sendings.start(session, mailbox, "About {{ticket.nubmer}}", written, by=ada)

    signatures.choose(session, "Yours, {{agent.nmae}}", agent_id=ada.id, by=ada)
    with pytest.raises(VariableUnknown):
        sendings.start(session, mailbox, "About the lamp", written, by=ada)
    with pytest.raises(VariableUnknown):
        sendings.send(session, ticket, Written(text="Hello"), by=ada)
