"""The mail ledger on screen: what became of each email, and an alarm while one is missing."""

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import ledger_list, reconciliation
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import MailboxPosition
from helpdesk.models.role import Scope
from tests.web.desk import Desk


def test_every_email_stands_there_with_its_outcome_and_the_ticket_it_is_on(desk: Desk):
    page = desk.browser(desk.root).get("/settings/ledger").text

    assert "A new participant" not in page  # a reason stands in the middle of a line, as it was kept
    assert "a new participant" in page
    assert "INBOX · 1" in page
    assert f'href="/tickets/{desk.ticket.number}"' in page
    assert "It flickers" not in page


@pytest.mark.parametrize(
    ("question", "uids"),
    [
        ("outcome=held", ["2"]),
        ("outcome=appended", ["1"]),
        ("outcome=bounce", []),
        ("mailbox=987", []),
        ("day=today", ["1", "2"]),
        ("day=2001-01-01", []),
        ("day=nonsense&outcome=nonsense&mailbox=x&before=x", ["1", "2"]),
    ],
)
def test_it_is_asked_by_mailbox_outcome_and_day(desk: Desk, question: str, uids: list[str]):
    question = question.replace("today", clock.now().date().isoformat())
    page = desk.browser(desk.root).get(f"/settings/ledger?{question}").text

    assert [uid for uid in ("1", "2") if f"INBOX · {uid}<" in page] == uids


def test_a_long_ledger_goes_page_by_page_and_each_email_stands_on_one(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ledger_list, "PAGE", 2)
    for uid in range(3, 6):
        an_inbound(desk, uid)
    root, url, seen = desk.browser(desk.root), "/settings/ledger?outcome=", []
    while url:
        page = root.get(url).text
        seen += [uid for uid in range(5, 0, -1) if f"INBOX · {uid}<" in page]
        _, found, rest = page.partition('class="button" href="/settings/ledger?')
        url = "/settings/ledger?" + rest.partition('"')[0].replace("&amp;", "&") if found else ""

    assert seen == [5, 4, 3, 2, 1]


def test_a_ticket_the_admin_may_not_know_of_is_not_named(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.root.id).narrower_scope = Scope.MINE
    page = desk.browser(desk.root).get("/settings/ledger").text

    assert "INBOX · 1" in page
    assert f"/tickets/{desk.ticket.number}" not in page


def test_a_missing_email_alarms_the_admins_on_every_page_until_it_is_there(desk: Desk):
    with desk.runtime.db.transaction() as session:
        place = MailboxPosition(mailbox_id=desk.ticket.mailbox_id, folder="INBOX", uidvalidity=1, last_uid=3)
        session.add(place)
        session.flush()
        reconciliation.count(session, place, [1, 2, 3])
    root, ada = desk.browser(desk.root), desk.browser(desk.ada)

    assert 'role="alert"' in root.get("/inbox/open").text
    assert "1 email is missing here" in root.get("/settings/ledger").text
    assert "emails on the server are missing" not in ada.get("/inbox/open").text

    an_inbound(desk, 3)
    with desk.runtime.db.transaction() as session:
        reconciliation.count(session, session.scalars(select(MailboxPosition)).one(), [1, 2, 3])
    assert 'role="alert"' not in root.get("/inbox/open").text
    assert "Nothing is missing" in root.get("/settings/ledger").text


def an_inbound(desk: Desk, uid: int) -> None:
    with desk.runtime.db.transaction() as session:
        session.add(
            InboundEmail(
                mailbox_id=desk.ticket.mailbox_id, folder="INBOX", uidvalidity=1, uid=uid, sha256=bytes([uid]) * 32,
                size=9, arrived_at=clock.now(), outcome=Outcome.OWN, reason="an email of our own, come back",
            )
        )  # fmt: skip
