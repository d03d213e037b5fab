"""Many tickets of a list at once: chosen, done, told, taken back; by mouse and by keyboard."""

import re
from datetime import timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.snooze import Snooze
from helpdesk.models.ticket import Status, Ticket
from tests import world
from tests.servers.chromium import held
from tests.web.desk import Desk
from tests.web.test_passkeys import sign_in


def statuses(desk: Desk) -> set[Status]:
    with desk.runtime.db.reading() as session:
        return set(session.scalars(select(Ticket.status).where(Ticket.team_id == desk.ticket.team_id)))


def two_more(desk: Desk) -> list[str]:
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        made = [world.a_ticket(session, team, mailbox=mailbox) for _ in range(2)]
        return [str(desk.ticket.number), *(str(ticket.number) for ticket in made)]


def test_what_is_chosen_is_closed_told_and_taken_back(desk: Desk):
    chosen, ada = two_more(desk), desk.browser(desk.ada)
    form = {"do": "close:", "key": "k", "back": "/inbox/open?after=1"}

    asked = ada.client.post("/bulk", data={**form, "ticket": chosen, "csrf_token": ada.token})

    assert asked.headers["Location"].startswith("/inbox/open?bulk=")
    assert statuses(desk) == {Status.CLOSED}
    number = asked.headers["Location"].rpartition("=")[2]
    told = ada.get(f"/bulk/{number}").text
    assert "3 of 3 tickets done" in told
    assert desk.browser(desk.otto).get(f"/bulk/{number}").status_code == HTTPStatus.NOT_FOUND
    again = ada.get(f"/bulk/{number}?from=/inbox/open").text  # as it asks for itself
    assert f'hx-get="/bulk/{number}?from=/inbox/open"' in again
    assert 'name="back" value="/inbox/open"' in again
    ada.post(f"/bulk/{number}/undo", {"back": "/inbox/open"})
    assert statuses(desk) == {Status.OPEN}
    assert "3 of 3 tickets put back" in ada.get(f"/bulk/{number}").text


def test_all_of_a_list_are_its_tickets_wherever_it_is_shown_and_nobody_elses(desk: Desk):
    two_more(desk)
    with desk.runtime.db.transaction() as session:
        foreign = world.a_ticket(session)
        foreign_id = foreign.id
    ada, team = desk.browser(desk.ada), desk.ticket.team_id
    lists = ("/inbox/open", f"/teams/{team}/inbox?after=1.1", "/search?q=is:open",
             f"/tickets/{desk.ticket.number}?view=open&part=list")  # fmt: skip

    for number, back in enumerate(lists):
        form = {"do": "close:", "key": f"k{number}", "back": back, "whole": "1", "ticket": str(desk.ticket.number)}
        asked = ada.post("/bulk", form).headers["Location"].rpartition("=")[2]
        assert "3 of 3 tickets done" in ada.get(f"/bulk/{asked}").text, back
        assert statuses(desk) == {Status.CLOSED}
        ada.post(f"/bulk/{asked}/undo", {"back": back})
    with desk.runtime.db.reading() as session:
        assert session.get_one(Ticket, foreign_id).status is Status.OPEN
    for nowhere in ("/search?q=lamp", "/settings", "//evil.example/inbox/open", ""):
        answer = ada.post("/bulk", {"do": "close:", "key": nowhere, "back": nowhere, "whole": "1"})
        assert answer.headers["Location"].endswith("bulk=0"), nowhere


def test_what_makes_no_sense_does_nothing_and_the_list_says_so(desk: Desk):
    ada = desk.browser(desk.ada)

    for form in ({"do": "juggle:", "ticket": "1"}, {"do": "close:"}, {"do": "tag:", "tag": " ", "ticket": "1"}):
        assert ada.post("/bulk", {**form, "back": "//evil.example"}).headers["Location"] == "/?bulk=0"
    assert "Nothing was done" in ada.get("/inbox/open?bulk=0").text
    assert statuses(desk) == {Status.OPEN}


def test_snoozed_by_a_button_by_a_typed_moment_and_until_an_answer(desk: Desk):
    chosen, ada = two_more(desk), desk.browser(desk.ada)
    tomorrow = (clock.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    local = tomorrow.astimezone(ZoneInfo(desk.runtime.config.desk.time_zone)).replace(tzinfo=None)
    asked = (
        ({"do": f"snooze:{tomorrow.isoformat()}", "on_reply": "1"}, (tomorrow, True)),
        ({"do": "snooze:chosen", "until_at": local.isoformat(timespec="minutes")}, (tomorrow, False)),
        ({"do": "snooze:reply"}, (None, True)),
    )

    for key, (form, sleep) in enumerate(asked):
        ada.post("/bulk", {**form, "ticket": chosen[0], "key": f"k{key}", "back": "/inbox/open"})
        with desk.runtime.db.reading() as session:
            row = session.get_one(Snooze, int(chosen[0]))
            assert (row.until, row.ends_on_reply) == sleep
    for wrong in ("snooze:chosen", "snooze:2001-01-01T09:00", "snooze:someday"):
        answer = ada.post("/bulk", {"do": wrong, "ticket": chosen[1], "key": wrong, "back": "/inbox/open"})
        assert answer.headers["Location"].endswith("bulk=0"), wrong


def test_merged_by_a_number_and_so_many_that_it_must_be_a_slip(desk: Desk):
    chosen, ada = two_more(desk), desk.browser(desk.ada)
    form = {"do": "merge:", "into": f" #{chosen[0]} ", "key": "k", "back": "/inbox/open", "whole": "1"}

    asked = ada.post("/bulk", form).headers["Location"].rpartition("=")[2]

    assert "2 of 2 tickets done" in ada.get(f"/bulk/{asked}").text
    assert ada.get(f"/tickets/{chosen[1]}").headers["Location"].startswith(f"/tickets/{chosen[0]}")
    assert "at most 100 tickets" in ada.get("/inbox/open?bulk=many").text


def test_in_a_browser_the_menus_open_by_their_keys_also_when_these_come_first(desk: Desk, desk_url: str, page: Page):
    two_more(desk)
    with desk.runtime.db.transaction() as session:
        world.a_team(session, "Sofas")
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/open")
    on_their_way: list[Route] = []
    page.route("**/bulk/choices", lambda route: on_their_way.append(route))  # noqa: PLW0108

    with page.expect_request("**/bulk/choices"):
        for key in ("*", "a", "m"):
            page.keyboard.press(key)
    held(page, on_their_way).continue_()
    page.unroute_all()
    expect(page.locator("#bulk [data-into] .menu-item")).to_have_count(3)
    expect(page.locator("#bulk [data-into] .menu-item").first).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.keyboard.type("lamps")
    page.keyboard.press("Enter")  # tags them, and closes nothing
    expect(page.locator(".bulk-progress")).to_contain_text("3 of 3 tickets done")
    expect(page.locator(".row .marks", has_text="lamps")).to_have_count(3)

    page.keyboard.press("*")
    page.keyboard.press("a")
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    expect(page.locator(".bulk-progress")).to_contain_text("2 of 2 tickets done")
    expect(page.locator("#rows .row")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator(".bulk-progress")).to_contain_text("2 of 2 tickets put back")

    page.keyboard.press("*")
    page.keyboard.press("a")
    page.keyboard.press("t")
    page.locator("#bulk .menu-item", has_text="Sofas").press("Enter")
    expect(page.locator(".bulk-progress")).to_contain_text("3 of 3 tickets done")
    with desk.runtime.db.reading() as session:
        assert len(session.scalars(select(Ticket.id).where(Ticket.team.has(name="Sofas"))).all()) == 3


def test_in_a_browser_by_the_keyboard(desk: Desk, desk_url: str, page: Page):
    two_more(desk)
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/open")
    expect(page.locator("#bulk")).to_be_hidden()

    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_visible()
    page.locator("#bulk [data-all]").check()
    expect(page.locator("#bulk [data-count]")).to_have_text("3")
    page.get_by_role("button", name="Close").press("Enter")

    expect(page.locator(".bulk-progress")).to_contain_text(re.compile("3 of 3 tickets done"))
    page.locator("[data-undo-bulk]").click()
    expect(page.locator(".bulk-progress")).to_contain_text("3 of 3 tickets put back")
    expect(page.locator("#rows .row")).to_have_count(3)


def test_a_tag_that_is_too_long_is_refused_and_not_cut(desk: Desk):
    chosen, ada = two_more(desk), desk.browser(desk.ada)
    form = {"do": "tag:", "ticket": chosen[0], "back": "/inbox/open"}

    refused = ada.post("/bulk", {**form, "tag": "t" * 61, "key": "a"}).headers["Location"]
    done = ada.post("/bulk", {**form, "tag": f"  {'t' * 60} ", "key": "b"}).headers["Location"]

    assert refused.endswith("bulk=long")
    assert "a tag has at most 60 letters" in ada.get(refused).text
    assert "1 of 1 tickets done" in ada.get(f"/bulk/{done.rpartition('=')[2]}").text
    assert 'maxlength="60"' not in ada.get("/bulk/choices").text  # where the browser would cut what is pasted
