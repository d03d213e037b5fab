"""The stream of changes: numbers only, for whom they are meant, as long as somebody is signed in."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.sign_in import LoginSession
from helpdesk.storage import jobs
from helpdesk.storage.doorbell import Doorbell
from helpdesk.web import events, streams
from tests.web.desk import Desk


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_BEAT", 0.2)
    monkeypatch.setattr(events, "_GATHER", 0.05)
    monkeypatch.setattr(events, "_STEP", 0.05)


def announce(desk: Desk) -> None:
    with desk.runtime.db.transaction() as session:
        jobs.announce(session, desk.ticket.id)


def said(answer: TestResponse) -> Iterator[str]:
    """The lines of a stream, without its signs of life."""
    for chunk in answer.response:
        for line in (chunk if isinstance(chunk, str) else chunk.decode()).splitlines():
            if line and not line.startswith((":", "retry")):
                yield line


def listening(desk: Desk, agent: Agent) -> tuple[TestResponse, Iterator[str]]:
    answer = desk.browser(agent).get("/events", buffered=False)
    return answer, said(answer)


def test_a_change_is_told_by_number_and_nothing_else(desk: Desk):
    answer, lines = listening(desk, desk.ada)
    assert [next(lines), next(lines)] == ["event: live", "data: {}"]
    announce(desk)

    assert next(lines) == "event: changed"
    assert json.loads(next(lines).removeprefix("data: ")) == [desk.ticket.number]
    answer.close()


def test_a_stranger_hears_nothing_until_the_login_ends(desk: Desk):
    answer, lines = listening(desk, desk.otto)
    assert [next(lines), next(lines)] == ["event: live", "data: {}"]
    announce(desk)
    with desk.runtime.db.transaction() as session:
        session.execute(update(LoginSession).values(ended_at=clock.now()))

    assert next(lines) == "event: signed-out"
    answer.close()


def test_streams_leave_threads_for_pages(desk: Desk):
    streams.install(desk.app, threads=1)
    first, heard = listening(desk, desk.ada)
    assert next(heard) == "event: live"

    assert next(said(desk.browser(desk.otto).get("/events", buffered=False))) == "event: away"
    first.close()
    assert next(said(desk.browser(desk.otto).get("/events", buffered=False))) == "event: live"


def test_a_new_page_of_the_same_browser_takes_the_stream_over(desk: Desk):
    ada = desk.browser(desk.ada)
    first, second = (said(ada.get("/events", buffered=False)) for _ in range(2))

    assert next(second) == "event: live"
    assert list(first) in ([], ["event: live", "data: {}"])


def test_without_redis_the_page_is_told_to_look_by_itself(desk: Desk):
    ada = desk.browser(desk.ada)
    desk.runtime.doorbell = Doorbell("redis://127.0.0.1:1")

    assert next(said(ada.get("/events", buffered=False))) == "event: away"
    assert ada.get("/counters").status_code == 200
