"""Drafts: what was typed stays, in however many windows, and nobody else reads it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import drafts
from helpdesk.desk.replies import TooMuch
from helpdesk.desk.sizes import MOST_BYTES
from helpdesk.models.agent import Agent, Team
from helpdesk.models.content.stored_file import StoredFile
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.drafts import DraftText
from tests.world import a_team, an_agent

ONE, TWO = "a" * 16, "b" * 16


def save(session: Session, ticket: Ticket, by: Agent, text: str, *, key: str = ONE, revision: int = 0):
    return drafts.save(session, ticket, DraftKind.REPLY, key, DraftText(text), by=by, revision=revision)


def texts(session: Session, ticket: Ticket, by: Agent) -> list[str]:
    return sorted(gate.read(session, one, by=by).text for one in drafts.of_ticket(session, ticket, by=by))


def test_a_draft_goes_on_where_its_editor_goes_on(session: Session, ticket: Ticket, ada: Agent):
    first = save(session, ticket, ada, "Half")
    assert first is not None
    second = save(session, ticket, ada, "Half a thought", revision=first.draft.revision)

    assert second is not None
    assert not second.is_copy
    assert texts(session, ticket, ada) == ["Half a thought"]


def test_two_windows_with_one_draft_lose_neither_text(session: Session, ticket: Ticket, ada: Agent):
    first = save(session, ticket, ada, "Half")
    assert first is not None
    save(session, ticket, ada, "Half a thought", revision=1)

    copy = save(session, ticket, ada, "Half an idea", revision=1)

    assert copy is not None
    assert copy.is_copy
    assert texts(session, ticket, ada) == ["Half a thought", "Half an idea"]


def test_two_windows_that_began_apart_have_a_draft_each(session: Session, ticket: Ticket, ada: Agent):
    save(session, ticket, ada, "One")
    save(session, ticket, ada, "Two", key=TWO)

    assert texts(session, ticket, ada) == ["One", "Two"]


def test_the_same_words_saved_again_after_a_lost_answer_are_one_draft(session: Session, ticket: Ticket, ada: Agent):
    save(session, ticket, ada, "Half")
    again = save(session, ticket, ada, "Half")

    assert again is not None
    assert not again.is_copy
    assert texts(session, ticket, ada) == ["Half"]


def test_an_emptied_editor_leaves_no_draft_and_one_with_a_file_does(session: Session, ticket: Ticket, ada: Agent):
    save(session, ticket, ada, "Half")
    assert save(session, ticket, ada, " ", revision=1) is None
    assert not drafts.of_ticket(session, ticket, by=ada)

    draft = drafts.begun(session, ticket, DraftKind.REPLY, ONE, by=ada)
    drafts.add_file(session, draft, name="a.txt", media_type="text/plain", body=b"a")
    save(session, ticket, ada, "", revision=draft.revision)
    assert len(drafts.of_ticket(session, ticket, by=ada)) == 1


def test_nobody_but_its_writer_reads_a_draft(session: Session, team: Team, ticket: Ticket, ada: Agent):
    saved = save(session, ticket, ada, "Half")
    assert saved is not None
    colleague = an_agent(session, team)

    with pytest.raises(AccessDenied):
        gate.read(session, saved.draft, by=colleague)
    assert drafts.find(session, saved.draft.id, by=colleague) is None
    assert not drafts.of_ticket(session, ticket, by=colleague)


def test_nothing_is_written_on_a_ticket_without_a_basis(session: Session, ticket: Ticket):
    stranger = an_agent(session, a_team(session))

    with pytest.raises(AccessDenied):
        save(session, ticket, stranger, "Half")


def test_two_drafts_are_put_together_with_their_files(session: Session, ticket: Ticket, ada: Agent):
    one = drafts.begun(session, ticket, DraftKind.REPLY, ONE, by=ada)
    two = drafts.begun(session, ticket, DraftKind.REPLY, TWO, by=ada)
    save(session, ticket, ada, "First", revision=one.revision)
    save(session, ticket, ada, "Second", key=TWO, revision=two.revision)
    drafts.add_file(session, two, name="a.txt", media_type="text/plain", body=b"a")

    drafts.join(session, one, two, by=ada)

    assert texts(session, ticket, ada) == ["First\n\nSecond"]
    assert len(drafts.files(session, one)) == 1


def test_files_that_no_email_takes_are_refused_when_they_are_chosen(session: Session, ticket: Ticket, ada: Agent):
    draft = drafts.begun(session, ticket, DraftKind.REPLY, ONE, by=ada)
    drafts.add_file(session, draft, name="a", media_type="text/plain", body=b"x" * (MOST_BYTES - 1))

    with pytest.raises(TooMuch):
        drafts.add_file(session, draft, name="b", media_type="text/plain", body=b"xx")


def test_what_is_pasted_into_a_draft_is_cleaned_before_it_is_kept(session: Session, ticket: Ticket, ada: Agent):
    said = DraftText("Hello", '<b onclick="x()">Hello</b><script>1</script>')
    saved = drafts.save(session, ticket, DraftKind.REPLY, ONE, said, by=ada, revision=0)

    assert saved is not None
    assert gate.read(session, saved.draft, by=ada).html == "<b>Hello</b>"


def test_a_draft_is_let_go_after_a_month(session: Session, ticket: Ticket, ada: Agent):
    saved = save(session, ticket, ada, "Half")
    assert saved is not None
    drafts.sweep(session, night=clock.now())
    assert len(drafts.of_ticket(session, ticket, by=ada)) == 1

    with clock.stopped_at(clock.now() + timedelta(days=31)):
        drafts.sweep(session, night=clock.now())

    assert not session.scalars(select(Draft)).all()


def test_no_draft_and_no_file_ever_gets_the_id_of_an_earlier_one(session: Session, ticket: Ticket, ada: Agent):
    first = drafts.begun(session, ticket, DraftKind.REPLY, ONE, by=ada)
    file = drafts.add_file(session, first, name="a.txt", media_type="text/plain", body=b"a")
    before = first.id, file.id
    drafts.drop(session, first)

    again = drafts.begun(session, ticket, DraftKind.REPLY, TWO, by=ada)
    other = drafts.add_file(session, again, name="b.txt", media_type="text/plain", body=b"b")

    assert again.id > before[0]
    assert other.id > before[1]


def test_a_file_taken_off_a_draft_leaves_no_bytes_behind(session: Session, ticket: Ticket, ada: Agent):
    draft = drafts.begun(session, ticket, DraftKind.REPLY, ONE, by=ada)
    kept, gone, shared = (
        drafts.add_file(session, draft, name=f"{body!r}.txt", media_type="text/plain", body=body)
        for body in (b"kept", b"gone", b"kept")
    )

    gate.drop_file(session, gone)
    gate.drop_file(session, shared)

    assert session.scalars(select(StoredFile.body)).all() == [b"kept"]
    assert gate.read_file(session, kept, by=ada).body == b"kept"


def save_new(session: Session, by: Agent, text: str = "", *, key: str = ONE, revision: int = 0, **fields: str):
    said = DraftText(text, fields=drafts.written(fields))
    return drafts.save(session, None, DraftKind.NEW, key, said, by=by, revision=revision)


def test_an_email_that_will_begin_a_ticket_is_its_writers_draft_before_there_is_one(
    session: Session, team: Team, ada: Agent
):
    first = save_new(session, ada, to="nils@customer.example")  # the text comes last
    assert first is not None
    save_new(session, ada, "It is here.", revision=1, to="nils@customer.example", subject="Your lamp", mailbox="7")
    colleague = an_agent(session, team)

    (draft,) = drafts.new_emails(session, by=ada)
    said = gate.read(session, draft, by=ada)
    assert (said.text, drafts.read(said.fields)["subject"]) == ("It is here.", "Your lamp")
    assert session.scalars(drafts.counted(by=ada)).all() == [draft.id]
    assert not drafts.new_emails(session, by=colleague)
    assert drafts.listed(session, by=ada) == []
    with pytest.raises(AccessDenied):
        gate.read(session, draft, by=colleague)


def test_of_a_new_email_two_windows_keep_two_drafts_an_empty_one_none_and_a_month_ends_them(
    session: Session, ada: Agent
):
    assert save_new(session, ada, mailbox="7") is None
    save_new(session, ada, "Half")
    save_new(session, ada, "Half a thought", revision=1)
    other = save_new(session, ada, "Another thought", revision=1)
    assert other is not None
    assert other.is_copy
    assert len(drafts.new_emails(session, by=ada)) == 2

    assert save_new(session, ada, " ", revision=2) is None
    assert [one.id for one in drafts.new_emails(session, by=ada)] == [other.draft.id]
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        drafts.sweep(session, night=clock.now())
    assert not drafts.new_emails(session, by=ada)
