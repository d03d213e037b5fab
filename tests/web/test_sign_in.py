"""Signing in: who gets in, for how long, and what guessing meets."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import agents, password_resets, passwords
from helpdesk.models.agent import Agent
from helpdesk.models.sign_in import LoginSession, LoginThrottle
from tests.web.browser import PASSWORD, Browser
from tests.web.desk import Desk

WRONG = "not the right one"


def is_in(browser: Browser) -> bool:
    return browser.get("/inbox/open").status_code == 200


def test_the_cookie_is_a_secret_whose_hash_is_kept(desk: Desk):
    browser = desk.browser(desk.ada)

    cookie = browser.client.get_cookie("session", domain="localhost")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    with desk.runtime.db.reading() as session:
        row = session.scalars(select(LoginSession)).one()
    assert cookie.value.encode() not in row.secret_hash


def test_signing_in_changes_the_secret(desk: Desk):
    browser = desk.browser()
    browser.get("/sign-in")
    planted = browser.client.get_cookie("session", domain="localhost")
    browser.sign_in(desk.ada.email)

    cookie = browser.client.get_cookie("session", domain="localhost")
    assert planted is not None
    assert cookie is not None
    assert cookie.value != planted.value


def test_after_signing_out_the_old_cookie_is_worth_nothing(desk: Desk):
    browser = desk.browser(desk.ada)
    cookie = browser.client.get_cookie("session", domain="localhost")
    assert cookie is not None

    answer = browser.post("/sign-out")
    browser.client.set_cookie("session", cookie.value, domain="localhost")

    assert "storage" in answer.headers["Clear-Site-Data"]
    assert not is_in(browser)


@pytest.mark.parametrize(("role", "pause"), [("ada", timedelta(hours=8)), ("root", timedelta(minutes=30))])
def test_a_login_ends_after_a_pause(desk: Desk, role: str, pause: timedelta):
    browser, now = desk.browser(getattr(desk, role)), clock.now()

    with clock.stopped_at(now + pause - timedelta(minutes=1)):
        assert is_in(browser)
    with clock.stopped_at(now + pause + pause):
        assert not is_in(browser)


def test_a_login_ends_after_a_week_however_busy(desk: Desk):
    browser, now = desk.browser(desk.ada), clock.now()

    for hours in range(6, 7 * 24, 6):
        with clock.stopped_at(now + timedelta(hours=hours)):
            assert is_in(browser)
    with clock.stopped_at(now + timedelta(days=7, minutes=1)):
        assert not is_in(browser)


def test_a_page_that_looks_by_itself_does_not_keep_a_login_alive(desk: Desk):
    browser, now = desk.browser(desk.root), clock.now()

    for minutes in (10, 20, 29):
        with clock.stopped_at(now + timedelta(minutes=minutes)):
            browser.get("/counters", headers={"X-Unattended": "1"})
    with clock.stopped_at(now + timedelta(minutes=31)):
        assert not is_in(browser)


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(desk: Desk):
    known, unknown = desk.browser(), desk.browser()

    first = known.sign_in(desk.ada.email, WRONG)
    second = unknown.sign_in("nobody@desk.example", WRONG)

    assert first.status_code == second.status_code == 401
    assert first.text.replace(desk.ada.email, "").count("wrong") == second.text.count("wrong")


def test_after_five_failures_even_the_right_password_must_wait(desk: Desk):
    browser = desk.browser()
    for _ in range(5):
        browser.sign_in(desk.ada.email, WRONG)

    assert browser.sign_in(desk.ada.email).status_code == 429
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        assert browser.sign_in(desk.ada.email).status_code == 303


def test_no_address_of_the_network_is_kept(desk: Desk):
    desk.browser().sign_in(desk.ada.email, WRONG)

    with desk.runtime.db.reading() as session:
        keys = session.scalars(select(LoginThrottle.key)).all()
    assert len(keys) == 2
    assert not any("127.0.0.1" in key or "@" in key for key in keys)


def test_a_disabled_agent_is_out_at_once(desk: Desk):
    browser = desk.browser(desk.ada)
    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.ada.id).is_disabled = True

    assert not is_in(browser)


@pytest.mark.parametrize(
    "evil", ["//evil.example", "/\\evil.example", "https:evil", "https://evil.example/", "\\\\evil"]
)
def test_after_signing_in_one_never_lands_elsewhere(desk: Desk, evil: str):
    browser = desk.browser()
    browser.get("/sign-in")

    answer = browser.post("/sign-in", {"email": desk.ada.email, "password": PASSWORD, "next": evil})

    assert answer.headers["Location"] == "/"


def test_one_comes_back_to_the_page_that_was_asked_for(desk: Desk):
    browser = desk.browser()
    asked = browser.get(f"/tickets/{desk.ticket.number}?view=mine")
    where = browser.get(asked.headers["Location"]).text.partition('name="next" value="')[2].partition('"')[0]

    answer = browser.post("/sign-in", {"email": desk.ada.email, "password": PASSWORD, "next": where})

    assert answer.headers["Location"] == f"/tickets/{desk.ticket.number}?view=mine"


def test_a_mailed_link_is_shown_by_get_and_used_up_by_post(desk: Desk):
    with desk.runtime.db.transaction() as session:
        agent = session.get_one(Agent, desk.ada.id)
        reset = password_resets.begin(session, desk.runtime.vault, agent, by=None)
        link = f"/password-resets/{password_resets.secret_of(desk.runtime.vault, reset.nonce)}"
    before, browser = desk.browser(desk.ada), desk.browser()
    new = {"password": "nine blue kites over town", "again": "nine blue kites over town"}

    assert browser.get(link).status_code == 200
    assert browser.get(link).status_code == 200
    assert browser.post(link, {"password": "short", "again": "short"}).status_code == 422
    assert browser.post(link, new).status_code == 303
    assert browser.post(link, new).status_code == 404
    assert not is_in(before)
    assert browser.sign_in(desk.ada.email, new["password"]).status_code == 303


@pytest.mark.parametrize("what", ["another password", "disabled"])
def test_a_password_that_was_right_when_it_was_compared_lets_nobody_in_after_a_change(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: str
):
    compared = passwords.matches

    def meanwhile(password_hash: str | None, password: str) -> bool:
        is_right = compared(password_hash, password)
        with desk.runtime.db.transaction() as session:
            ada, root = session.get_one(Agent, desk.ada.id), session.get_one(Agent, desk.root.id)
            if what == "disabled":
                agents.disable(session, ada, by=root)
            else:
                agents.set_password(session, ada, "four words of another kind", by=root)
        return is_right

    monkeypatch.setattr(passwords, "matches", meanwhile)

    assert desk.browser().sign_in(desk.ada.email).status_code == 401
    with desk.runtime.db.reading() as session:
        assert session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).all() == []
