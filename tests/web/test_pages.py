"""What pages show, keep to themselves, and say when something does not work."""

import gzip
import posixpath
import re
from html import unescape

import pytest
from sqlalchemy import select, update

from helpdesk import clock
from helpdesk.desk import people
from helpdesk.models.agent import Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.sign_in import LoginSession
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.storage.db import DatabaseBusy
from tests import world
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk


def events(desk: Desk, action: str) -> list[AuditEvent]:
    with desk.runtime.db.reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_a_ticket_shows_its_conversation_with_quotes_folded(desk: Desk):
    page = desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}").text

    assert "It flickers." in page
    assert "We are on it." in page
    assert "lamp.png" in page
    assert page.index("It flickers.") < page.index("We are on it.")


def test_reading_a_ticket_leaves_its_event_before_the_page_leaves(desk: Desk):
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")

    assert [event.object_id for event in events(desk, "ticket.read")] == [desk.ticket.id]


def test_no_content_leaves_when_the_trail_cannot_be_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    ada = desk.browser(desk.ada)

    def busy(*_: object) -> None:
        raise DatabaseBusy("another writer holds it")

    monkeypatch.setattr(audit, "keep_readings", busy)
    answer = ada.get(f"/tickets/{desk.ticket.number}")

    assert answer.status_code == 503
    assert "flickers" not in answer.text


def test_a_ticket_that_may_be_known_but_not_read_says_why_and_whom_to_ask(desk: Desk):
    answer = desk.browser(desk.root).get(f"/tickets/{desk.ticket.number}")

    assert answer.status_code == 403
    assert "not read it" in answer.text
    assert "Nils Berg" in answer.text
    assert "Ada Fischer" in answer.text
    assert "flickers" not in answer.text
    assert len(events(desk, "ticket.refused")) == 1


def test_a_list_shows_no_word_of_what_is_not_readable(desk: Desk):
    page = desk.browser(desk.root).get("/inbox/open").text

    assert f"#{desk.ticket.number}" in page
    assert "Not readable for you" in page
    assert "lamp flickers" not in page


def test_a_refusal_leaves_an_event(desk: Desk):
    desk.browser(desk.otto).get(f"/tickets/{desk.ticket.number}")

    refused = events(desk, "ticket.refused")
    assert [(event.actor_id, event.object_id) for event in refused] == [(str(desk.otto.id), desk.ticket.id)]


def test_lists_go_on_by_key_and_nothing_is_shown_twice(desk: Desk):
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        for number in range(60):
            world.a_ticket(session, team, subject=f"Lamp number {number:02}", at=world.days_ago(2 - number / 100))
    ada = desk.browser(desk.ada)

    first = ada.get("/inbox/open").text
    more = first.partition('class="more"')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = ada.get(more).text

    shown = [[f"Lamp number {number:02}" in page for number in range(60)] for page in (first, second)]
    assert all(once != twice for once, twice in zip(*shown, strict=True))
    assert "That is all of them" in second
    assert "To the beginning of the list" in second


def test_an_empty_note_comes_back_with_a_word(desk: Desk):
    answer = desk.browser(desk.ada).post(f"/tickets/{desk.ticket.number}/notes", {"text": "  ", "kind": "note"})

    assert answer.status_code == 422
    assert "Write something first" in answer.text


def test_what_was_typed_is_kept_when_the_login_has_ended(desk: Desk):
    ada = desk.browser(desk.ada)
    with desk.runtime.db.transaction() as session:
        session.execute(update(LoginSession).values(ended_at=clock.now()))

    answer = ada.post(f"/tickets/{desk.ticket.number}/notes", {"text": "A long remark, typed with care."})

    assert answer.status_code == 401
    assert "A long remark, typed with care." in answer.text


def test_search_marks_what_was_found(desk: Desk):
    page = desk.browser(desk.ada).get("/search?q=flickers").text

    assert "<mark>flickers</mark>" in page


def test_a_search_that_is_looked_at_again_gives_its_rows_alone(desk: Desk):
    again = desk.browser(desk.ada).get("/search?q=flickers", headers={"HX-Request-Type": "partial"}).text

    assert f'id="row-{desk.ticket.number}"' in again
    assert 'id="rows"' not in again


def test_a_ticket_opened_from_a_search_stands_beside_what_was_found(desk: Desk):
    page = desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}?q=flickers")
    asked_for = re.search(r'hx-get="([^"]+)" hx-trigger="load" hx-target="#list"', page.text)
    assert asked_for
    beside = desk.browser(desk.ada).get(unescape(asked_for[1]), headers={"HX-Request-Type": "partial"})

    assert "<mark>flickers</mark>" in beside.text
    assert f'class="row waits current" id="row-{desk.ticket.number}"' in beside.text
    assert "<html" not in beside.text


def test_without_scripts_a_ticket_leads_to_its_list(desk: Desk):
    page = desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}?view=open&part=list").text

    assert 'href="/inbox/open">Show the list</a>' in page
    assert 'id="composer"' in page


def test_a_letter_is_served_for_a_frame_of_ours_and_for_nothing_else(desk: Desk):
    answer = desk.browser(desk.ada).get(f"/messages/{desk.message.id}/body")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-same-origin allow-popups")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


def test_an_attachment_is_a_file_and_never_a_page(desk: Desk):
    answer = desk.browser(desk.ada).get(f"/attachments/{desk.attachment.id}")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.mimetype == "image/png"


def test_every_page_runs_our_scripts_only_and_is_not_kept(desk: Desk):
    answer = desk.browser(desk.ada).get("/inbox/open")

    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "<script>" not in answer.text
    assert " style=" not in answer.text


def test_another_host_gets_nothing(desk: Desk):
    answer = desk.browser().get("/sign-in", base_url="http://evil.example")

    assert answer.status_code == 400


def test_a_mistake_of_ours_shows_a_reference_and_no_trace(desk: Desk, caplog: pytest.LogCaptureFixture):
    def broken() -> str:
        raise RuntimeError("It flickers, wrote Nils")

    desk.app.view_functions["inbox.show"] = broken
    ada = desk.browser(desk.ada)
    answer = ada.get("/inbox/open")

    assert answer.status_code == 500
    reference = answer.text.partition('class="reference">')[2].partition("<")[0]
    assert reference in caplog.text
    assert "Nils" not in caplog.text + answer.text
    assert "Traceback" not in caplog.text + answer.text


def test_many_happenings_in_a_row_are_one_line_to_be_unfolded(desk: Desk):
    ada, page = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"
    for priority in ("high", "low", "urgent"):
        ada.post(f"{page}/priority", {"priority": priority})
    assert 'class="happenings"' not in ada.get(page).text

    ada.post(f"{page}/priority", {"priority": "normal"})

    text = ada.get(page).text
    assert text.count('class="happenings"') == 1
    assert "4 changes" in text.partition('class="happenings"')[2].partition("</summary>")[0]


def test_who_else_is_on_the_conversation_stands_above_it(desk: Desk):
    page = f"/tickets/{desk.ticket.number}"
    with desk.runtime.db.transaction() as session:
        ticket = session.get_one(Ticket, desk.ticket.id)
        people.join(session, ticket, [(f"kim{n}@else.example", f"Kim {n}") for n in range(6)])

    line = desk.browser(desk.ada).get(page).text.partition('class="on-it')[2].partition("</p>")[0]

    assert '<bdi title="kim0@else.example">Kim 0</bdi>' in line
    assert "and 2 others" in line
    assert 'title="kim4@else.example, kim5@else.example"' in line
    assert "Kim 0" not in desk.browser(desk.root).get(page).text


def test_the_list_shows_how_ones_own_draft_begins_and_nobody_elses(desk: Desk):
    ada = desk.browser(desk.ada)
    ada.post(f"/tickets/{desk.ticket.number}/drafts", {"key": "0" * 16, "text": "Half a thought about bulbs"})
    with desk.runtime.db.transaction() as session:
        kim = world.an_agent(session, session.get_one(Team, desk.ticket.team_id), name="Kim Lee")
        kim.password_hash = PASSWORD_HASH

    assert '<b class="begun">Draft:</b> Half a thought about bulbs' in ada.get("/inbox/open").text
    assert "Half a thought" not in desk.browser(kim).get("/inbox/open").text


def test_a_view_is_narrowed_and_a_search_that_finds_nothing_offers_to_look_wider(desk: Desk):
    ada = desk.browser(desk.ada)

    narrow = ada.get("/inbox/open").text.partition('class="menu narrow"')[2].partition("</details>")[0]
    assert 'href="/search?q=is:open+is:unassigned"' in narrow or "/search?q=is:open%20is:unassigned" in narrow
    assert "is:closed" not in narrow
    empty = ada.get("/search?q=flickers is:closed").text
    assert "Search without the filters" in empty
    assert "Search without the filters" not in ada.get("/search?q=gazebo").text


@pytest.mark.parametrize("address", ["/inbox/open", "/tickets/{number}"])
def test_the_first_visit_weighs_less_than_100_kb_with_all_scripts_and_the_editor(desk: Desk, address: str):
    ada, packed = desk.browser(desk.ada), {"Accept-Encoding": "gzip"}
    with desk.runtime.db.transaction() as session:
        for _ in range(50):
            world.a_ticket(session, session.get_one(Team, desk.ticket.team_id))
    page = ada.get(address.format(number=desk.ticket.number), headers=packed)
    html = gzip.decompress(page.data).decode()
    version = html.partition("/static/")[2].partition("/")[0]
    to_come = {part.partition('"')[0].partition("#")[0].partition("/")[2] for part in html.split("/static/")[1:]}

    weights: dict[str, int] = {}
    while to_come:
        name = to_come.pop()
        file = ada.get(f"/static/{version}/{name}", headers=packed).data
        weights[name] = len(file)
        named = re.findall(r'(?:from |import\()"(\.\.?/[^"]+)"', gzip.decompress(file).decode())
        to_come |= {posixpath.normpath(f"js/{one}") for one in named} - weights.keys()

    assert {"vendor/squire.js", "js/editor.js", "js/composer.js"} <= weights.keys()
    assert len(page.data) + sum(weights.values()) < 100_000, (len(page.data), weights)


def test_a_static_file_is_kept_under_its_version_only(desk: Desk):
    browser = desk.browser()
    version = browser.get("/sign-in").text.partition("/static/")[2].partition("/")[0]

    assert "immutable" in browser.get(f"/static/{version}/css/base.css").headers["Cache-Control"]
    assert browser.get("/static/old/css/base.css").headers["Cache-Control"] == "no-store"
    assert browser.get(f"/static/{version}/../app.py").status_code == 404
