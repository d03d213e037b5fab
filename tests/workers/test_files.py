"""Files are looked at after they came: found by their text, seen by who may read them, gone with an erasure."""

import os
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy.orm import Session

from helpdesk import failpoints
from helpdesk import runtime as parts
from helpdesk.desk import drafts, search
from helpdesk.models.agent import Agent, Team
from helpdesk.models.customer import Customer
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.message import Attachment
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, erasure, record
from helpdesk.privacy.access import AccessDenied
from helpdesk.runtime import Runtime
from helpdesk.storage.db import Database
from tests import world
from tests.mail.pdfs import a_pdf
from workers import desk, files
from workers import erasure as erasing


@pytest.fixture
def here(db: Database, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    moved = replace(runtime, db=db)
    monkeypatch.setattr(parts, "_current", moved)
    return moved


def a_file(session: Session, ticket: Ticket, body: bytes, media_type: str = "application/pdf") -> Attachment:
    message = world.a_message(session, ticket, text="See the file")
    attachment = Attachment(message_id=message.id, position=1, media_type=media_type, size=len(body))
    session.add(attachment)
    session.flush()
    access.write_attachment(session, attachment, name="invoice.pdf", body=body)
    return attachment


def found(here: Runtime, by: Agent, word: str) -> list[int]:
    with here.db.transaction() as session:
        return [ticket.id for ticket in search.search(session, word, by=by).tickets]


def rows(here: Runtime, table: str) -> int:
    with here.db.reading() as session:
        return int(session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0)  # noqa: S608


@pytest.fixture
def team(here: Runtime) -> Team:
    with here.db.transaction() as session:
        return world.a_team(session)


def test_a_file_is_found_by_its_text_and_seen_by_who_may_read_it(here: Runtime, team: Team):
    with here.db.transaction() as session:
        ticket = world.a_ticket(session, session.merge(team))
        pdf = a_file(session, ticket, a_pdf("Heliotrope lampshade", "Second page"))
        a_file(session, ticket, "Wisteria für Köln".encode(), "text/plain")
        archive = a_file(session, ticket, b"PK\3\4", "application/zip")
        ada, otto = world.an_agent(session, session.merge(team)), world.an_agent(session, world.a_team(session))
    assert found(here, ada, "heliotrope") == []

    files.look_at_files()

    assert found(here, ada, "heliotrope lampshade") == [ticket.id]
    assert found(here, ada, "wisteria koln") == [ticket.id]
    assert found(here, otto, "heliotrope") == []
    with here.db.transaction() as session:
        pdf, archive = session.get_one(Attachment, pdf.id), session.get_one(Attachment, archive.id)
        assert (pdf.page_count, archive.page_count) == (2, 0)
        assert (access.page_of(session, pdf, 2, by=ada) or b"").startswith(b"\xff\xd8\xff")
        assert access.page_of(session, pdf, 3, by=ada) is None
        with pytest.raises(AccessDenied):
            access.page_of(session, pdf, 1, by=otto)
        [event] = world.trail(session, "file.look")
        assert event.actor_id == "index"
        lines = [line for line in record.readings_of(session, session.merge(ticket.customer)) if line.machine]
        assert [(line.machine, line.kind, line.tickets) for line in lines] == [("index", "attachment", [ticket.id])]


def test_looked_at_again_or_by_two_at_once_nothing_is_kept_twice(here: Runtime, team: Team):
    with here.db.transaction() as session:
        ticket = world.a_ticket(session, session.merge(team))
        for number in range(3):
            a_file(session, ticket, a_pdf(f"number {number}"))
    before = rows(here, "search_text")

    both = [Thread(target=files.look_at_files) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    files.look_at_files()

    assert rows(here, "page_content") == 3
    assert rows(here, "search_text") == before + 3


def test_a_file_over_which_the_child_dies_is_left_and_the_next_are_looked_at(
    here: Runtime, team: Team, monkeypatch: pytest.MonkeyPatch
):
    with here.db.transaction() as session:
        ticket = world.a_ticket(session, session.merge(team))
        lost = a_file(session, ticket, b"%PDF-1.7\n" + b"0" * 99)
        large = a_file(session, ticket, a_pdf("too large"))
        large.size = 10**9
        ada = world.an_agent(session, session.merge(team))
        a_file(session, ticket, a_pdf("wisteria"))

    files.look_at_files()

    assert found(here, ada, "wisteria") == [ticket.id]
    with here.db.reading() as session:
        assert [session.get_one(Attachment, one.id).page_count for one in (lost, large)] == [0, 0]


def test_an_erasure_takes_text_and_pages_too(here: Runtime, team: Team):
    with here.db.transaction() as session:
        ticket = world.a_ticket(session, session.merge(team))
        a_file(session, ticket, a_pdf("Heliotrope"))
        ada, admin = world.an_agent(session, session.merge(team)), world.an_admin(session)
    files.look_at_files()
    assert rows(here, "page_content") == 1
    assert found(here, ada, "heliotrope") == [ticket.id]

    with here.db.transaction() as session:
        erasure.begin(session, here.vault, session.get_one(Customer, ticket.customer_id), by=admin)
    erasing.go_on()

    assert rows(here, "page_content") == rows(here, "attachment_content") == 0
    assert found(here, ada, "heliotrope") == []


def test_a_file_erased_while_it_was_looked_at_keeps_nothing(
    here: Runtime, team: Team, monkeypatch: pytest.MonkeyPatch
):
    with here.db.transaction() as session:
        ticket = world.a_ticket(session, session.merge(team))
        message_id = a_file(session, ticket, a_pdf("Heliotrope")).message_id

    def erased_meanwhile(_point: str) -> None:
        with here.db.transaction() as session:
            access.erase_messages(session, [message_id], [])

    monkeypatch.setattr(failpoints, "passing", erased_meanwhile)
    files.look_at_files()

    assert rows(here, "page_content") == 0
    assert rows(here, "search_text") == 1  # the ticket's first message; the erased one's is gone


def test_what_nobody_holds_leaves_the_folder_and_what_somebody_holds_stays(here: Runtime, team: Team):
    kept, gone = b"kept" * 50_000, b"gone" * 50_000
    with here.db.transaction() as session:
        ticket = world.a_ticket(session, session.merge(team))
        ada = world.an_agent(session, session.merge(team))
        draft = drafts.begun(session, ticket, DraftKind.REPLY, "a" * 16, by=ada)
        for body in (kept, gone):
            drafts.add_file(session, draft, name="film", media_type="video/mp4", body=body)
        a_file(session, ticket, kept, "video/mp4")
    with here.db.transaction() as session:
        drafts.drop(session, session.get_one(Draft, draft.id))
    folder = here.config.files_folder

    desk.look_through_files()
    assert in_folder(folder) == sorted([kept, gone]), "it could be somebody's whose row is just being written"
    for path in folder.glob("??/*"):
        os.utime(path, (0, 0))
    desk.look_through_files()

    assert in_folder(folder) == [kept]


def in_folder(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.glob("??/*"))
