"""Emptying the trash as the clock does it: in pieces, killed, twice at once, beside mail that comes for it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from helpdesk import clock, config
from helpdesk import runtime as parts
from helpdesk.desk import places
from helpdesk.models.agent import Agent
from helpdesk.models.content.message_content import MessageContent
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.inbound_email import Outcome
from helpdesk.models.message import Attachment
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import access
from helpdesk.runtime import Runtime
from helpdesk.storage.db import Database
from tests import world
from tests.at_once import at_once
from tests.desk.test_intake import an_email, answered, deliver
from workers import retention

LARGE = b"large" * 60_000


@pytest.fixture
def here(db: Database, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runtime:
    db.files = tmp_path
    moved = replace(runtime, db=db)
    monkeypatch.setattr(parts, "_current", moved)
    return moved


@pytest.fixture
def ada(here: Runtime) -> Agent:
    with here.db.transaction() as session:
        return world.an_agent(session, world.a_team(session))


def thrown_away(here: Runtime, ada: Agent, *, days: float = 40, messages: int = 0, file: bytes = b"") -> int:
    with here.db.transaction() as session:
        ticket = world.a_ticket(session, ada.teams[0])
        for number in range(messages):
            world.a_message(session, ticket, text=f"And again {number}")
        if file:
            said = world.a_message(session, ticket, text="See the file")
            row = Attachment(message_id=said.id, position=1, media_type="text/plain", size=len(file))
            session.add(row)
            session.flush()
            access.write_attachment(session, row, name="a.txt", body=file)
        with clock.stopped_at(world.days_ago(days)):
            places.put(session, ticket, Place.TRASH, by=ada)
        return ticket.id


def place_of(here: Runtime, number: int) -> Place:
    with here.db.reading() as session:
        return session.get_one(Ticket, number).place


def said(here: Runtime) -> int:
    with here.db.reading() as session:
        return session.scalar(select(func.count()).select_from(MessageContent)) or 0


def test_it_takes_in_pieces_what_is_due_with_its_files_and_leaves_what_is_not(
    here: Runtime, ada: Agent, tmp_path: Path
):
    old, young = thrown_away(here, ada, messages=5, file=LARGE), thrown_away(here, ada, days=2)
    assert len(list(tmp_path.glob("??/*"))) == 1

    retention.empty_the_trash()
    retention.empty_the_trash()

    assert (place_of(here, old), place_of(here, young), said(here)) == (Place.PURGED, Place.TRASH, 1)
    assert list(tmp_path.glob("??/*")) == []
    with here.db.transaction() as session:
        assert len(world.trail(session, "ticket.purge")) == 1


def test_killed_between_two_pieces_it_goes_on_and_nobody_restores_the_half(runtime: Runtime):
    with runtime.db.transaction() as session:
        ada = world.an_agent(session, world.a_team(session))
        ada_id = ada.id
    number = thrown_away(runtime, ada, messages=5)
    code = (
        "from helpdesk import config, runtime; from helpdesk.privacy import purging; from workers import retention;"
        "import sys, pathlib; purging.BATCH = 2;"
        "runtime.use(runtime.assemble(config.load(pathlib.Path(sys.argv[1])))); retention.empty_the_trash()"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(runtime.config.folder / config.FILE_NAME)],
        env={**os.environ, "HELPDESK_FAILPOINT": "after-purge-batch:2"},
        check=False,
        capture_output=True,
    )
    assert killed.returncode < 0, killed.stderr
    assert 0 < said(runtime) < 6
    with runtime.db.transaction() as session, pytest.raises(access.AccessDenied):
        places.put(session, session.get_one(Ticket, number), Place.DESK, by=session.get_one(Agent, ada_id))

    retention.empty_the_trash()

    assert said(runtime) == 0


def test_two_at_once_and_somebody_who_restores_lose_nothing_and_do_nothing_twice(here: Runtime, ada: Agent):
    numbers = [thrown_away(here, ada) for _ in range(6)]

    def restore() -> None:
        with here.db.transaction() as session:
            places.put(session, session.get_one(Ticket, numbers[-1]), Place.DESK, by=session.get_one(Agent, ada.id))

    raised = at_once(retention.empty_the_trash, retention.empty_the_trash, restore)
    retention.empty_the_trash()

    assert not [one for one in raised[:2] if one]
    assert {place_of(here, one) for one in numbers[:-1]} == {Place.PURGED}
    is_back = place_of(here, numbers[-1]) is Place.DESK
    assert is_back == (raised[2] is None)
    assert said(here) == int(is_back)
    with here.db.transaction() as session:
        assert len(world.trail(session, "ticket.purge")) == 6 - int(is_back)


@pytest.mark.parametrize("is_gone", [False, True], ids=["in the trash", "gone"])
def test_an_answer_to_it_is_never_lost(here: Runtime, ada: Agent, is_gone: bool):
    with here.db.transaction() as session:
        mailbox = world.a_mailbox(session, ada.teams[0], "support@desk.example")
        first = deliver(session, mailbox, an_email())
        ticket = session.get_one(Ticket, first.ticket_id)
        ours = answered(session, ticket)
        with clock.stopped_at(world.days_ago(40)):
            places.put(session, ticket, Place.TRASH, by=session.get_one(Agent, ada.id))
    if is_gone:
        retention.empty_the_trash()

    with here.db.transaction() as session:
        answer = deliver(session, session.merge(mailbox), an_email(subject="Re: Lamp", In_Reply_To=ours))

        assert answer.outcome is (Outcome.NEW_TICKET if is_gone else Outcome.APPENDED)
        assert (answer.ticket_id == first.ticket_id) is not is_gone
        lies = session.get_one(Ticket, answer.ticket_id)
        assert (lies.place, lies.trashed_at) == (Place.DESK, None)
    retention.empty_the_trash()
    assert said(here) > 0


def test_an_answer_in_the_very_moment_is_on_a_ticket_that_is_there(here: Runtime, ada: Agent):
    with here.db.transaction() as session:
        mailbox = world.a_mailbox(session, ada.teams[0], "support@desk.example")
        ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
        ours = answered(session, ticket)
        with clock.stopped_at(world.days_ago(40)):
            places.put(session, ticket, Place.TRASH, by=session.get_one(Agent, ada.id))

    def answer() -> None:
        with here.db.transaction() as session:
            deliver(
                session, session.merge(mailbox), an_email(subject="Re: Lamp", text="It is dark", In_Reply_To=ours)
            )

    raised = at_once(retention.empty_the_trash, answer)
    retention.empty_the_trash()

    assert raised == [None, None]
    with here.db.transaction() as session:
        on_desk = session.scalars(select(Ticket).where(Ticket.place == Place.DESK)).all()
        assert len(on_desk) == 1
        assert session.scalars(select(MessageContent.text).where(MessageContent.text.contains("dark"))).all()


def test_ten_thousand_go_in_one_night(runtime: Runtime):
    with runtime.db.transaction() as session:
        like = world.a_ticket(session)
        row = {"customer_id": like.customer_id, "team_id": like.team_id, "mailbox_id": like.mailbox_id}
        lies = {"place": Place.TRASH, "trashed_at": world.days_ago(40), "status": like.status}
        rest = {
            name: getattr(like, name) for name in ("channel", "priority", "opened_at", "active_at", "waiting_since")
        }
        flags = dict.fromkeys(("is_protected", "awaits_us", "has_attachments", "has_failed_delivery"), False)
        counts = {"message_count": 0, "merged_count": 0}
        session.execute(insert(Ticket.__table__), [{**row, **lies, **rest, **flags, **counts}] * 10_000)  # type: ignore[arg-type]

    retention.empty_the_trash()

    with runtime.db.reading() as session:
        gone = select(func.count(Ticket.id)).where(Ticket.place == Place.PURGED, Ticket.erased_at.is_not(None))
        assert session.scalar(gone) == 10_000


def test_drafts_of_long_ago_go_in_the_night(here: Runtime, ada: Agent):
    with here.db.transaction() as session:
        for number, days in enumerate((5, 29, 32, 300)):
            session.add(
                Draft(
                    ticket_id=None,
                    agent_id=ada.id,
                    kind=DraftKind.NEW,
                    key=f"{number}",
                    changed_at=world.days_ago(days),
                )
            )

    retention.let_go_of_drafts()

    with here.db.reading() as session:
        assert len(session.scalars(select(Draft)).all()) == 2
