"""A discarded draft is nowhere, comes back whole within half a minute, and is gone for good after it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import discarded, drafts, marks, places
from helpdesk.models.agent import Agent, Team
from helpdesk.models.content.stored_file import StoredFile
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.drafts import DraftText
from tests.world import an_agent

KEY = "a" * 16


@pytest.fixture
def draft(session: Session, ticket: Ticket, ada: Agent) -> Draft:
    said = DraftText("Dear Nils", "<b>Dear Nils</b>", drafts.written({"to": "eva@else.example", "mode": "all"}))
    saved = drafts.save(session, ticket, DraftKind.REPLY, KEY, said, by=ada, revision=0)
    assert saved is not None
    drafts.add_file(session, saved.draft, name="plan.txt", media_type="text/plain", body=b"to scale")
    return saved.draft


def test_it_is_in_no_list_no_counter_no_mark_and_in_no_editor(
    session: Session, ticket: Ticket, ada: Agent, draft: Draft
):
    (file,) = drafts.files(session, draft)
    discarded.discard(session, draft)

    assert drafts.of_ticket(session, ticket, by=ada) == []
    assert drafts.listed(session, by=ada) == []
    assert session.scalars(drafts.counted(by=ada)).all() == []
    assert marks.on(session, [ticket], by=ada).drafts == set()
    assert gate.beginnings(session, [ticket.id], by=ada) == {}
    assert drafts.find(session, draft.id, by=ada) is None
    assert drafts.of_key(session, KEY, by=ada) is None
    assert drafts.find_file(session, file.id, by=ada) is None


def test_it_comes_back_with_its_words_its_files_and_its_recipients(
    session: Session, ticket: Ticket, ada: Agent, draft: Draft
):
    before, held_at = gate.read(session, draft, by=ada), clock.now()
    draft.held_at = held_at
    discarded.discard(session, draft)
    assert [one.id for one in discarded.lately(session, by=ada)] == [draft.id]
    assert [one.id for one in discarded.lately_on(session, ticket, by=ada)] == [draft.id]

    for _twice in range(2):
        assert discarded.bring_back(session, draft.id, by=ada) is draft

    assert drafts.of_ticket(session, ticket, by=ada) == [draft]
    assert gate.read(session, draft, by=ada) == before
    assert list(gate.file_names(session, draft, by=ada).values()) == ["plan.txt"]
    assert draft.held_at == held_at
    assert discarded.lately(session, by=ada) == []


def test_what_its_editor_saves_late_is_a_draft_of_its_own(session: Session, ticket: Ticket, ada: Agent, draft: Draft):
    discarded.discard(session, draft)

    late = drafts.save(session, ticket, DraftKind.REPLY, KEY, DraftText("Dear Nils, late"), by=ada, revision=1)
    discarded.bring_back(session, draft.id, by=ada)

    assert late is not None
    both = {gate.read(session, one, by=ada).text for one in drafts.of_ticket(session, ticket, by=ada)}
    assert both == {"Dear Nils", "Dear Nils, late"}


def test_nobody_else_brings_it_back_and_nobody_does_too_late(session: Session, team: Team, ada: Agent, draft: Draft):
    kim = an_agent(session, team)
    discarded.discard(session, draft)

    assert discarded.lately(session, by=kim) == []
    assert discarded.bring_back(session, draft.id, by=kim) is None
    with clock.stopped_at(clock.now() + places.BACK_WITHIN + timedelta(seconds=1)):
        assert discarded.lately(session, by=ada) == []
        with pytest.raises(discarded.TooLate):
            discarded.bring_back(session, draft.id, by=ada)
    assert draft.discarded_at is not None


def test_after_that_nothing_of_it_is_left(session: Session, draft: Draft):
    discarded.discard(session, draft)
    assert discarded.sweep(session) == (0, [])

    with clock.stopped_at(clock.now() + places.BACK_WITHIN + timedelta(seconds=1)):
        assert discarded.sweep(session)[0] == 1

    assert session.scalars(select(Draft)).all() == []
    assert session.scalar(select(func.count()).select_from(StoredFile)) == 0
