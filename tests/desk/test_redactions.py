"""Blacking out: words are gone from wherever they stood, with their source and in the search; the rest stays."""

import json

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import drafts, redactions, search, sendings, tickets
from helpdesk.desk.editor import Written
from helpdesk.desk.redactions import NotRedacted, Wanted
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.models.agent import Agent, Team
from helpdesk.models.base import Base
from helpdesk.models.custom_field import CustomField, FieldKind
from helpdesk.models.draft import DraftKind
from helpdesk.models.message import Attachment, Direction, Message
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.role import Role
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, custom_fields
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.drafts import DraftText
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.redactions import BLACK
from helpdesk.storage.db import Database
from tests.desk.test_intake import deliver
from tests.world import a_message, a_note, a_team, a_ticket, an_agent, trail

CARD = "4111 1111 1111 1111"


@pytest.fixture
def ada(session: Session, team: Team) -> Agent:
    return an_agent(session, team, name="Ada Fischer", role=Role.LEAD)


def found(session: Session, words: str, by: Agent) -> list[int]:
    return [one.id for one in search.search(session, words, by=by).tickets]


def test_words_go_from_messages_quotes_notes_drafts_and_the_subject_and_are_found_no_more(
    session: Session, team: Team, ticket: Ticket, ada: Agent
):
    access.write_subject(session, ticket, f"Card {CARD}")
    first = a_message(
        session, ticket, text=f"My card is {CARD}. The lamp is dark.", html=f"<p>card <b>4111</b> {CARD}</p>"
    )
    quoting = a_message(
        session, ticket, text="We look.\n\n> My card is 4111 1111\n> 1111 1111. The", direction=Direction.SENT
    )
    note = a_note(session, ticket, ada, f"Their card: {CARD}")
    begun = DraftText(f"You wrote {CARD}", f"<p>{CARD}</p>")
    draft = drafts.save(session, ticket, DraftKind.REPLY, "k" * 16, begun, by=ada, revision=0)
    other = a_ticket(session, team, text=f"Mine is {CARD} too")
    session.flush()
    assert found(session, "4111", ada) == [other.id, ticket.id]
    assert draft is not None

    redactions.redact(session, first, Wanted(CARD), by=ada)
    session.expire_all()

    said = access.read(session, ticket, by=ada)
    assert said.subject == f"Card {BLACK}"
    assert said.messages[first.id].text == f"My card is {BLACK}. The lamp is dark."
    assert said.messages[first.id].html is None
    assert not session.get_one(Message, first.id).has_html
    assert said.messages[quoting.id].text == f"We look.\n\n> My card is {BLACK}. The"
    assert said.notes[note.id] == f"Their card: {BLACK}"
    assert gate.read(session, draft.draft, by=ada) == DraftText(f"You wrote {BLACK}", None, "{}")
    assert found(session, "4111", ada) == [other.id]
    assert ticket.id in found(session, "dark", ada)
    assert CARD not in access.glimpse(session, [ticket], by=ada, view="inbox")[ticket.id].preview
    (event,) = trail(session, "ticket.redact")
    assert b"4111" not in event.core


def test_the_email_it_came_as_goes_and_what_is_only_in_its_html_is_found(
    session: Session, ticket: Ticket, ada: Agent
):
    raw = (
        b"From: nils@customer.example\r\nTo: support@desk.example\r\nSubject: Bill\r\n"
        b"Content-Type: text/html\r\n\r\n<p>Look at <a href=https://shop.example/?k=secret-key>this</a></p>"
    )
    email = deliver(session, ticket.mailbox, raw, uidvalidity=9)
    message = session.scalars(select(Message).where(Message.inbound_email_id == email.id)).one()
    assert redactions.look(session, message, Wanted("secret-key"), by=ada).messages == [message.id]

    redactions.redact(session, message, Wanted("secret-key"), by=ada)
    session.expire_all()

    assert message.inbound_email_id is None
    assert access.emails_to_compare(session, [email], by=Machine.INTAKE) == {}
    assert access.read(session, message, by=ada).html is None


def test_a_whole_message_goes_with_its_files_and_a_file_by_itself(session: Session, ticket: Ticket, ada: Agent):
    one, two = a_message(session, ticket, text="All of this"), a_message(session, ticket, text="This stays")
    rows = [
        Attachment(message_id=message.id, position=at, media_type="text/plain", size=2)
        for message in (one, two)
        for at in range(2)
    ]
    session.add_all(rows)
    session.flush()
    for row in rows:
        access.write_attachment(session, row, name=f"bill-{row.id}.txt", body=b"hi")
    ticket.has_attachments = True

    redactions.redact(session, one, Wanted(is_whole=True), by=ada)
    redactions.redact(session, two, Wanted(files=[rows[2].id, rows[0].id, 999_999]), by=ada)
    session.expire_all()

    said = access.read(session, ticket, by=ada)
    assert (said.messages[one.id].text, said.messages[two.id].text) == (BLACK, "This stays")
    assert list(said.attachment_names) == [rows[3].id]
    assert ticket.has_attachments


def test_a_note_is_blacked_out_as_a_message_is_with_a_trail_of_its_own(session: Session, ticket: Ticket, ada: Agent):
    message = a_message(session, ticket, text=f"My card is {CARD}.")
    with_words, whole = a_note(session, ticket, ada, f"Their card: {CARD}"), a_note(session, ticket, ada, "Gossip")
    session.flush()

    assert redactions.look(session, with_words, Wanted(CARD), by=ada).notes == [with_words.id]
    redactions.redact(session, with_words, Wanted(CARD), by=ada)
    redactions.redact(session, whole, Wanted(is_whole=True), by=ada)
    session.expire_all()

    said = access.read(session, ticket, by=ada)
    assert said.notes == {with_words.id: f"Their card: {BLACK}", whole.id: BLACK}
    assert said.messages[message.id].text == f"My card is {BLACK}."
    assert (found(session, "4111", ada), found(session, "gossip", ada)) == ([], [])
    facts = [json.loads(event.core)["facts"] for event in trail(session, "ticket.redact")]
    assert [(one["note"], one["is_whole"], one["notes"]) for one in facts] == [
        (with_words.id, False, 1),
        (whole.id, True, 0),
    ]
    far = an_agent(session, a_team(session), role=Role.LEAD)
    with pytest.raises(AccessDenied):
        redactions.redact(session, whole, Wanted(is_whole=True), by=far)


def test_what_was_typed_into_custom_fields_goes_too_and_what_is_chosen_stays(
    session: Session, ticket: Ticket, ada: Agent
):
    message = a_message(session, ticket, text="My number is 47110815, a red one.")
    made = {
        kind: CustomField(name=kind.value, key=kind.value, kind=kind, choices="47110815 red")
        for kind in (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.CHOICE)
    }
    session.add_all(made.values())
    session.flush()
    for kind, value in (
        (FieldKind.TEXT, "bike 47110815"),
        (FieldKind.NUMBER, "47110815"),
        (FieldKind.CHOICE, "47110815 red"),
    ):
        custom_fields.write(session, ticket, made[kind], value, by=ada)
    before = "a 47110815 of before"
    custom_fields.write(session, ticket, made[FieldKind.TEXT], before, by=ada)
    custom_fields.write(session, ticket, made[FieldKind.TEXT], "bike 47110815", by=ada, may_return=True)

    counted = redactions.look(session, message, Wanted("47110815"), by=ada)
    redactions.redact(session, message, Wanted("47110815"), by=ada)
    session.expire_all()

    assert set(counted.fields) == {made[FieldKind.TEXT].id, made[FieldKind.NUMBER].id}
    shown = {field.kind: value for field, value in custom_fields.read(session, ticket, true(), by=ada)}
    assert shown == {FieldKind.TEXT: f"bike {BLACK}", FieldKind.NUMBER: "", FieldKind.CHOICE: "47110815 red"}
    custom_fields.put_back(session, ticket, made[FieldKind.TEXT].id)  # as when many are taken back
    shown = {field.kind: value for field, value in custom_fields.read(session, ticket, true(), by=ada)}
    assert shown[FieldKind.TEXT] == f"bike {BLACK}"


def test_what_can_not_be_blacked_out_is_refused_with_a_reason_and_nothing_changes(
    session: Session, ticket: Ticket, ada: Agent
):
    message = a_message(session, ticket, text="My secret")
    waiting = sendings.send(session, ticket, Written(text="Wait."), by=ada)
    for wanted, of in (
        (Wanted(), message),
        (Wanted("  "), message),
        (Wanted("M"), message),
        (Wanted("x" * 2_001), message),
        (Wanted("never written"), message),
        (Wanted(is_whole=True), waiting),
    ):
        with pytest.raises(NotRedacted):
            redactions.redact(session, of, wanted, by=ada)

    now = clock.now()
    session.add(
        PrivacyRequest(message_id=message.id, kinds=RequestKind.ACCESS.value, answer_due_at=now, outcome_due_at=now)
    )
    session.flush()
    with pytest.raises(NotRedacted):
        redactions.redact(session, message, Wanted("secret"), by=ada)

    assert access.read(session, message, by=ada).text == "My secret"


def test_only_who_may_and_reads_the_ticket_blacks_out(session: Session, team: Team, ticket: Ticket, ada: Agent):
    message = a_message(session, ticket, text="My secret")
    ben, far = an_agent(session, team), an_agent(session, a_team(session), role=Role.LEAD)

    assert redactions.may(session, ticket, by=ada)
    assert not redactions.may(session, ticket, by=ben)
    assert not redactions.may(session, ticket, by=far)
    with pytest.raises(AccessDenied):
        redactions.redact(session, message, Wanted("secret"), by=far)


def test_no_byte_of_the_words_is_left_in_the_database_afterwards(db: Database):
    with db.transaction() as session:
        team = a_team(session)
        ada = an_agent(session, team, role=Role.LEAD)
        ticket = a_ticket(session, team, text="The word is Zaubertrankrezept.")
        tickets.note(session, ticket, "They gave the word: Zaubertrankrezept", by=ada)
    with db.transaction() as session:
        message = session.scalars(select(Message)).one()
        redactions.redact(session, message, Wanted("zaubertrankrezept"), by=session.get_one(Agent, ada.id))

    with db.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                assert "zaubertrank" not in repr(tuple(row)).lower(), table.name
