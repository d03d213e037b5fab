"""What leaves is what its window shows; what another window wrote stays; and the same once more is once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import drafts, news, notes, outreach, sendings, taking_back
from helpdesk.desk.drafts import Saved
from helpdesk.desk.editor import FileGone, Written
from helpdesk.desk.news import Seen
from helpdesk.desk.sendings import Held, SentBefore
from helpdesk.mail.parsed import Address
from helpdesk.mail.writing import LONGEST, TooLong
from helpdesk.models.agent import Agent, Team
from helpdesk.models.draft import Draft, DraftFile, DraftKind
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.drafts import DraftText
from tests.world import a_mailbox

KEY = "k" * 16
NILS = Address("Nils", "nils@customer.example")


def save(session: Session, ticket: Ticket, by: Agent, text: str, revision: int = 0, **more: object) -> Saved:
    said = DraftText(text, *([str(more.pop("html"))] if "html" in more else []))
    saved = drafts.save(
        session, ticket, DraftKind.REPLY, KEY, said, by=by, revision=revision, **more  # type: ignore[arg-type]
    )  # fmt: skip
    assert saved is not None
    return saved


def a_file(session: Session, draft: Draft, name: str) -> DraftFile:
    return drafts.add_file(session, draft, name=name, media_type="text/plain", body=name.encode())


def left(session: Session, by: Agent) -> dict[str, list[str]]:
    """The drafts there are, with the names of their files."""
    every = session.scalars(select(Draft).where(Draft.agent_id == by.id)).all()
    named = [(gate.read(session, one, by=by).text, gate.file_names(session, one, by=by)) for one in every]
    return {text: sorted(names.values()) for text, names in named}


def along(session: Session, message: Message, by: Agent) -> list[str]:
    files = session.scalars(select(Attachment).where(Attachment.message_id == message.id)).all()
    return sorted(access.read(session, file, by=by).name for file in files)


@pytest.mark.parametrize("wrote", ["more words", "a file"])
def test_sent_from_one_window_what_another_wrote_since_stays_a_draft_and_does_not_leave(
    session: Session, ticket: Ticket, ada: Agent, wrote: str
):
    begun = save(session, ticket, ada, "Dear Nils").draft
    mine = a_file(session, begun, "mine.txt")
    if wrote == "more words":
        save(session, ticket, ada, "Dear Nils, this is long", revision=1)
    a_file(session, begun, "theirs.txt")

    written = Written(text="Dear you", draft=begun, revision=1, beside=[mine.id], key=KEY)
    message = sendings.send(session, ticket, written, by=ada)

    assert access.read(session, message, by=ada).text == "Dear you"
    assert along(session, message, ada) == ["mine.txt"]
    words = "Dear Nils, this is long" if wrote == "more words" else "Dear Nils"
    assert left(session, ada) == {words: ["mine.txt", "theirs.txt"]}


def test_sent_as_its_window_knew_it_a_draft_has_left_though_a_last_answer_was_lost(
    session: Session, ticket: Ticket, ada: Agent
):
    save(session, ticket, ada, "Dear")
    draft = save(session, ticket, ada, "Dear Nils", revision=1).draft  # and its window never heard

    sendings.send(session, ticket, Written(text="Dear Nils, yes", draft=draft, revision=1, key=KEY), by=ada)

    assert left(session, ada) == {}


def test_a_file_that_was_taken_off_in_another_window_holds_the_answer_that_shows_it(
    session: Session, ticket: Ticket, ada: Agent
):
    draft = save(session, ticket, ada, "See it").draft
    file = a_file(session, draft, "plan.txt")
    gate.drop_file(session, file)

    for gone in ({"beside": [file.id]}, {"beside": [], "html": f'<img src="/drafts/files/{file.id}">'}):
        with pytest.raises(FileGone), session.begin_nested():
            sendings.send(session, ticket, Written(text="See it", draft=draft, revision=1, **gone), by=ada)
    assert left(session, ada) == {"See it": []}


def test_a_window_that_comes_second_gets_a_draft_of_its_own_with_its_files_and_pictures(
    session: Session, ticket: Ticket, ada: Agent
):
    draft = save(session, ticket, ada, "Dear").draft
    plan, lamp = a_file(session, draft, "plan.txt"), a_file(session, draft, "lamp.png")
    save(session, ticket, ada, "Dear Nils", revision=1)

    html = f'<div>Dear Eva <img src="/drafts/files/{lamp.id}" alt="lamp"></div>'
    copy = save(session, ticket, ada, "Dear Eva", revision=1, html=html, beside=[plan.id])

    assert copy.is_copy
    assert set(copy.files) == {plan.id, lamp.id}
    said = gate.read(session, copy.draft, by=ada)
    assert said.html == f'<div>Dear Eva <img src="/drafts/files/{copy.files[lamp.id]}" alt="lamp"></div>'
    both = ["lamp.png", "plan.txt"]
    assert left(session, ada) == {"Dear Nils": both, "Dear Eva": both}
    drafts.drop(session, draft)  # sent by the other window, say
    assert gate.read_file(session, drafts.files(session, copy.draft)[0], by=ada).body


def test_held_from_one_window_both_texts_stay(session: Session, ticket: Ticket, ada: Agent):
    save(session, ticket, ada, "Dear")
    save(session, ticket, ada, "Dear Nils, this is long", revision=1)

    held = drafts.keep_held(
        session, ticket, DraftKind.REPLY, KEY, DraftText("Dear you"), by=ada, revision=1, seen=Seen()
    )

    assert held is not None
    assert held.held_at is not None
    assert set(left(session, ada)) == {"Dear Nils, this is long", "Dear you"}


@pytest.mark.parametrize("kind", ["more", "less"])
def test_what_only_goes_on_where_another_save_ended_is_no_second_draft(
    session: Session, ticket: Ticket, ada: Agent, kind: str
):
    save(session, ticket, ada, "Dear")
    save(session, ticket, ada, "Dear Nils", revision=1)

    again = save(session, ticket, ada, "Dear Nils, yes" if kind == "more" else "Dear Ni", revision=1)

    assert again.is_copy == (kind == "less")


def test_the_same_answer_once_more_from_its_editor_is_the_one_that_was_sent(
    session: Session, ticket: Ticket, ada: Agent
):
    draft = save(session, ticket, ada, "Yes").draft
    file = a_file(session, draft, "plan.txt")
    seen = news.latest(session, ticket)
    written = Written(text="Yes", to=[NILS], draft=draft, revision=1, beside=[file.id], key=KEY, seen=seen)
    first = sendings.send(session, ticket, written, by=ada)

    again = Written(text="Yes", to=[NILS], revision=1, beside=[file.id], key=KEY, seen=seen)
    assert sendings.send(session, ticket, again, by=ada) is first
    for other in ({"text": "No"}, {"to": [Address("", "eva@customer.example")]}):
        with pytest.raises(Held):
            sendings.send(session, ticket, Written(**({"text": "Yes", "key": KEY, "seen": seen} | other)), by=ada)  # type: ignore[arg-type]
    assert len(session.scalars(select(OutboundEmail)).all()) == 1


def test_taken_back_an_answer_can_leave_from_its_editor_again(session: Session, ticket: Ticket, ada: Agent):
    first = sendings.send(session, ticket, Written(text="Yes", key=KEY), by=ada)
    taking_back.take_back(session, first, by=ada)

    assert sendings.send(session, ticket, Written(text="Yes", key=KEY), by=ada) is not first


def test_a_new_email_once_more_from_its_editor_is_once_and_other_words_are_asked_about(
    session: Session, team: Team, ada: Agent
):
    box = a_mailbox(session, team)
    written = Written(text="It is here.", mode=Mode.NEW, to=[NILS], key=KEY)
    ticket = sendings.start(session, box, "Your  lamp", written, by=ada)

    assert sendings.start(session, box, "Your lamp", written, by=ada) is ticket
    for subject, text in (("Your lamp", "It is gone."), ("Your light", "It is here.")):
        with pytest.raises(SentBefore) as other:
            sendings.start(session, box, subject, Written(text=text, mode=Mode.NEW, to=[NILS], key=KEY), by=ada)
        assert other.value.number == ticket.number
    assert len(session.scalars(select(OutboundEmail)).all()) == 1


def test_a_note_once_more_from_its_editor_is_once_and_leaves_another_windows_words(
    session: Session, ticket: Ticket, ada: Agent
):
    said = [DraftText("Mind"), DraftText("Mind the step, it is high")]
    for number, text in enumerate(said):
        drafts.save(session, ticket, DraftKind.NOTE, KEY, text, by=ada, revision=number)

    for _ in range(2):
        notes.leave(session, ticket, "Mind the gap", by=ada, key=KEY, revision=1)

    assert len(session.scalars(select(Note)).all()) == 1
    assert set(left(session, ada)) == {"Mind the step, it is high"}
    notes.leave(session, ticket, "And the door", by=ada, key=KEY, revision=1)
    assert len(session.scalars(select(Note)).all()) == 2


def test_a_text_that_is_too_long_is_refused_whole_and_one_as_long_as_it_may_be_leaves_whole(
    session: Session, ticket: Ticket, ada: Agent
):
    html = f"<b>{'x' * (LONGEST - 10)}</b>THE END"
    for text, formatted in (("x", html), ("x" * (LONGEST + 1), "")):
        with pytest.raises(TooLong):
            drafts.save(session, ticket, DraftKind.REPLY, KEY, DraftText(text, formatted), by=ada, revision=0)
    with pytest.raises(TooLong):
        sendings.send(session, ticket, Written(text="x", html=html), by=ada)

    message = sendings.send(session, ticket, Written(text="x", html=html.replace("x" * 20, "", 1)), by=ada)
    assert access.read(session, message, by=ada).new_text.endswith("THE END")
    assert outreach.mailboxes(session, by=ada)
