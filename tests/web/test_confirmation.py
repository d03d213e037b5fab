"""What weighs asks once more who is there, and what was meant goes on afterwards."""

import html
import re
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.models.access_grant import AccessGrant, Approver, GrantState
from helpdesk.models.audit import AuditEvent
from tests.web.browser import PASSWORD, Browser
from tests.web.desk import Desk

LATER = timedelta(minutes=11)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def hidden(page: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page)}


def state(desk: Desk) -> GrantState:
    with desk.runtime.db.reading() as session:
        return session.get_one(AccessGrant, desk.grant.id).state


@pytest.fixture
def root(desk: Desk) -> Browser:
    with desk.runtime.db.transaction() as session:
        session.get_one(AccessGrant, desk.grant.id).approver = Approver.ADMIN
    return desk.browser(desk.root)


def test_just_after_signing_in_nothing_is_asked(desk: Desk, root: Browser):
    assert root.post(f"/grants/{desk.grant.id}/approval").status_code == 303
    assert state(desk) is GrantState.ACTIVE


def test_later_a_form_waits_in_the_question_and_is_sent_after_it(desk: Desk, root: Browser):
    with clock.stopped_at(clock.now() + LATER):
        asked = root.post(f"/grants/{desk.grant.id}/approval", {"remark": "Ärger & <b>", "password": "of a mailbox"})
        assert (asked.status_code, state(desk)) == (401, GrantState.REQUESTED)

        answered = root.post("/confirmation", {**hidden(asked.text), "password": PASSWORD})
        again = hidden(answered.text)
        assert state(desk) is GrantState.REQUESTED
        sent = root.post(f"/grants/{desk.grant.id}/approval", again)

    assert again["remark"] == "Ärger & <b>"
    assert "of a mailbox" not in asked.text + answered.text
    assert (sent.status_code, state(desk)) == (303, GrantState.ACTIVE)


def test_a_verdict_on_reading_without_asking_is_asked_for_too(desk: Desk, root: Browser):
    with clock.stopped_at(clock.now() + LATER):
        assert root.post(f"/grants/{desk.grant.id}/review", {"verdict": "right"}).status_code == 401


def test_a_page_is_shown_by_way_of_the_question(desk: Desk, root: Browser):
    with clock.stopped_at(clock.now() + LATER):
        asked = root.get("/audit.csv?kind=all")
        page = root.get(asked.headers["Location"])
        answered = root.post("/confirmation", {**hidden(page.text), "password": PASSWORD})

        assert answered.headers["Location"] == "/audit.csv?kind=all"
        assert root.get(answered.headers["Location"]).status_code == 200
        assert root.get(asked.headers["Location"]).status_code == 302


def test_a_wrong_answer_is_counted_and_asks_again_with_all_that_waits(desk: Desk, root: Browser):
    with clock.stopped_at(clock.now() + LATER):
        asked = root.post(f"/grants/{desk.grant.id}/approval", {"remark": "kept"})
        answers = [root.post("/confirmation", {**hidden(asked.text), "password": "wrong"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert all(hidden(answer.text)["kept.remark"] == "kept" for answer in answers)
    assert state(desk) is GrantState.REQUESTED


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_it_never_leads_elsewhere(root: Browser, evil: str):
    answer = root.post("/confirmation", {"next": evil, "password": PASSWORD})
    sent = root.post("/confirmation", {"next": evil, "is_form": "1", "password": PASSWORD})

    assert answer.headers["Location"] == "/"
    assert 'action="/"' in sent.text


def test_the_proof_is_on_the_trail(desk: Desk, root: Browser):
    root.post("/confirmation", {"password": PASSWORD})

    with desk.runtime.db.reading() as session:
        event = session.query(AuditEvent).filter_by(action="login.confirm").one()
    assert (event.actor_id, PASSWORD.encode() in event.core) == (str(desk.root.id), False)
