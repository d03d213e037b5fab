"""What the desk is not sure of stands above the conversation, with buttons to decide."""

from helpdesk.models.mailbox import Mailbox
from tests.desk.test_intake import an_email, answered, deliver
from tests.web.desk import Desk


def taken_in(desk: Desk, *said: str, **headers: str) -> int:
    """Deliver an email to the team's mailbox: the number of its ticket."""
    with desk.runtime.db.transaction() as session:
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        number = deliver(session, mailbox, an_email(*said, **headers), uidvalidity=7).ticket_id
    assert number is not None
    return number


def test_a_ticket_that_looks_like_another_can_be_joined_with_one_click(desk: Desk):
    first = taken_in(desk, "Chair")
    second = taken_in(desk, "Re: Chair", "It wobbles too")
    ada = desk.browser(desk.ada)

    assert f"Looks like #{first}" in ada.get(f"/tickets/{second}").text
    answer = ada.post(f"/tickets/{second}/suggestion", {"answer": "join"})

    assert answer.headers["Location"].startswith(f"/tickets/{first}")
    assert "It wobbles too" in ada.get(f"/tickets/{first}").text
    assert "This ticket is empty" in ada.get(f"/tickets/{second}").text


def test_an_answer_under_another_subject_says_so(desk: Desk):
    number = taken_in(desk, "Chair")
    with desk.runtime.db.transaction() as session:
        ours = answered(session, session.get_one(type(desk.ticket), number))
    taken_in(desk, "My invoice is wrong", "See above", In_Reply_To=ours)

    assert "Subject changed: My invoice is wrong" in desk.browser(desk.ada).get(f"/tickets/{number}").text


def test_a_forwarded_email_offers_its_author_as_the_customer(desk: Desk):
    letter = (
        "---------- Forwarded message ---------\nFrom: Kim Ott <kim@else.example>\nDate: Mon, 2 Nov 2026 at 10:00\n"
        "Subject: Chair\nTo: <ada@desk.example>\n\nIt wobbles.\n"
    )
    number = taken_in(desk, "Fwd: Chair", letter, From=desk.ada.email)
    ada = desk.browser(desk.ada)

    assert "passed on what kim@else.example wrote" in ada.get(f"/tickets/{number}").text
    ada.post(f"/tickets/{number}/forward", {"answer": "author"})

    page = ada.get(f"/tickets/{number}").text
    assert "Set from a forwarded email" in page
    assert "Kim Ott" in page
