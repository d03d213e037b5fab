"""An answer or a note to a ticket that a colleague merged while it was written: nowhere lost, nowhere hidden."""

import pytest
from sqlalchemy import select

from helpdesk.desk import merges
from helpdesk.models.agent import Agent, Team
from helpdesk.models.message import Message, Note
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.ticket import Ticket
from tests.web.browser import Browser
from tests.web.desk import Desk
from tests.web.test_screen_and_wire import shown
from tests.world import a_team, a_ticket


@pytest.fixture
def ada(desk: Desk) -> Browser:
    return desk.browser(desk.ada)


def merged(desk: Desk, number: int, *, hidden: bool = False) -> int:
    """Merged into another ticket; returns that one's number."""
    with desk.runtime.db.transaction() as session:
        source, by = session.get_one(Ticket, number), session.get_one(Agent, desk.ada.id)
        target = a_ticket(session, session.get_one(Team, source.team_id))
        merges.merge(session, source, target, by=by)
        if hidden:
            target.team = a_team(session, "Others")
        return target.id


def a_number(desk: Desk) -> int:
    with desk.runtime.db.reading() as session:
        return session.scalars(select(Ticket.id).order_by(Ticket.id)).first() or 0


def last_note(desk: Desk) -> int:
    with desk.runtime.db.reading() as session:
        return session.scalars(select(Note.ticket_id).order_by(Note.id.desc())).first() or 0


def sent(desk: Desk) -> list[int]:
    with desk.runtime.db.reading() as session:
        rows = select(Message.ticket_id).join(OutboundEmail, OutboundEmail.message_id == Message.id)
        return list(session.scalars(rows))


def test_an_answer_is_held_on_the_ticket_where_it_goes_on_and_leaves_from_there(desk: Desk, ada: Browser):
    number = a_number(desk)
    form = shown(ada.get(f"/tickets/{number}").text, "reply-form") | {"text": "WORDS OF MINE"}
    on = merged(desk, number)

    held = ada.post(f"/tickets/{number}/replies", form)

    assert (held.status_code, sent(desk)) == (422, [])
    assert f"Nothing was sent: #{number} was merged into this ticket while you wrote." in held.text
    again = ada.get(f"/tickets/{number}", follow_redirects=True).text  # it waits for its writer
    assert f"Nothing was sent: #{number} was merged" in again
    fields = shown(again, "reply-form")
    assert (fields["text"], fields["to"]) == ("WORDS OF MINE", form["to"])
    assert ada.post(f"/tickets/{on}/replies", fields | {"then": "stay"}).status_code == 303
    assert sent(desk) == [on]


def test_a_note_and_a_draft_stand_where_the_conversation_goes_on(desk: Desk, ada: Browser):
    number = a_number(desk)
    form = shown(ada.get(f"/tickets/{number}").text, "reply-form") | {"text": "HALF A THOUGHT", "kind": "reply"}
    on = merged(desk, number)

    answer = ada.post(f"/tickets/{number}/notes", {"text": "He called.", "key": "n" * 16})
    ada.post(f"/tickets/{number}/drafts", form)

    assert answer.headers["Location"].startswith(f"/tickets/{on}")
    assert last_note(desk) == on
    assert shown(ada.get(f"/tickets/{on}").text, "reply-form")["text"] == "HALF A THOUGHT"


def test_merged_out_of_sight_nothing_is_sent_and_the_words_are_kept(desk: Desk, ada: Browser):
    number = a_number(desk)
    form = shown(ada.get(f"/tickets/{number}").text, "reply-form") | {"text": "WORDS OF MINE"}
    on = merged(desk, number, hidden=True)

    answer = ada.post(f"/tickets/{number}/replies", form)
    note = ada.post(f"/tickets/{number}/notes", {"text": "He called.", "key": "n" * 16})

    assert (answer.status_code, note.status_code, sent(desk), last_note(desk)) == (422, 422, [], 0)
    assert "WORDS OF MINE" in answer.text
    assert "He called." in note.text
    assert "merged into one that you may not open" in answer.text
    assert "WORDS OF MINE" in ada.get("/drafts").text
    assert f"/tickets/{on}" not in answer.text + note.text


def test_what_a_merge_brings_is_told_to_a_page_that_stands_open(desk: Desk, ada: Browser):
    number = a_number(desk)
    on = merged(desk, number)  # its message is older than what is on the other

    assert ada.get(f"/tickets/{on}/news?message=99&note=99&merge=0").json == {"words": "3 new messages"}
    assert ada.get(f"/tickets/{on}/news?message=99&note=99&merge=1").json == {"words": ""}
