"""The second step of signing in, the sheet of codes, and where somebody is signed in."""

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import event, select

from helpdesk import clock
from helpdesk.desk import agents, second_factor
from helpdesk.models.agent import Agent
from helpdesk.models.message import Note
from helpdesk.models.second_factor import Authenticator, RecoveryCode
from helpdesk.models.sign_in import LoginSession
from tests import world
from tests.web.browser import PASSWORD, Browser
from tests.web.desk import Desk

SECRET = re.compile(r'<span class="reference">([A-Z2-7 ]+)</span>')
CODE = re.compile(r'<li class="reference">([a-z2-7-]+)</li>')


def is_in(browser: Browser) -> bool:
    return browser.get("/inbox/open").status_code == 200


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def with_app(browser: Browser) -> tuple[str, list[str]]:
    """Set up an app; its secret, and the codes to keep."""
    browser.post("/settings/security/app")
    found = SECRET.search(browser.get("/settings/security").text)
    assert found is not None
    secret = found[1].replace(" ", "")
    sheet = browser.post("/settings/security/app/code", {"code": code_of(secret)})
    return secret, CODE.findall(sheet.text)


def half_way(desk: Desk, agent: Agent) -> Browser:
    browser = desk.browser()
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"email": agent.email, "password": PASSWORD, "next": "/grants"})
    assert answer.headers["Location"] == "/sign-in/second-step?next=/grants"
    browser.get(answer.headers["Location"])
    return browser


def test_a_password_alone_opens_nothing_any_more_and_a_code_does(desk: Desk):
    secret, _ = with_app(desk.browser(desk.ada))

    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        browser = half_way(desk, desk.ada)
        assert not is_in(browser)
        assert browser.get("/events").status_code == 401
        assert browser.post("/sign-in/second-step", {"code": "000000"}).status_code == 401
        answer = browser.post("/sign-in/second-step", {"code": f" {code_of(secret)} ", "next": "/grants"})

        assert (answer.status_code, answer.headers["Location"]) == (303, "/grants")
        assert is_in(browser)


def test_a_code_works_once_and_only_about_now(desk: Desk):
    secret, _ = with_app(desk.browser(desk.ada))
    later = clock.now() + timedelta(minutes=5)

    with clock.stopped_at(later):
        first, second = half_way(desk, desk.ada), half_way(desk, desk.ada)
        code = code_of(secret)
        assert (
            first.post(
                "/sign-in/second-step", {"code": pyotp.TOTP(secret).at(later - timedelta(minutes=2))}
            ).status_code
            == 401
        )
        assert first.post("/sign-in/second-step", {"code": code}).status_code == 303
        assert second.post("/sign-in/second-step", {"code": code}).status_code == 401


def test_a_recovery_code_works_once_however_it_is_typed(desk: Desk):
    _, codes = with_app(desk.browser(desk.ada))

    first = half_way(desk, desk.ada).post("/sign-in/second-step", {"code": codes[0].upper().replace("-", " ")})
    second = half_way(desk, desk.ada).post("/sign-in/second-step", {"code": codes[0]})

    assert len(set(codes)) == second_factor.CODES_ON_A_SHEET
    assert (first.status_code, second.status_code) == (303, 401)


def test_guessing_codes_is_braked_though_the_password_is_right(desk: Desk):
    with_app(desk.browser(desk.ada))
    answers = []
    for _ in range(3):
        browser = half_way(desk, desk.ada)
        answers += [browser.post("/sign-in/second-step", {"code": "000000"}).status_code for _ in range(2)]
        if 429 in answers:
            break

    assert answers == [401] * 5 + [429]


def test_being_half_way_in_ends_after_ten_minutes(desk: Desk):
    secret, _ = with_app(desk.browser(desk.ada))
    browser = half_way(desk, desk.ada)

    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        answer = browser.post("/sign-in/second-step", {"code": code_of(secret)})
        assert answer.headers["Location"].startswith("/sign-in?")
        assert not is_in(browser)


def test_neither_secret_nor_codes_lie_open_in_the_database(desk: Desk):
    secret, codes = with_app(desk.browser(desk.ada))

    with desk.runtime.db.reading() as session:
        sealed = session.scalars(select(Authenticator.sealed_secret)).one()
        digests = session.scalars(select(RecoveryCode.digest)).all()
    assert secret.encode() not in sealed
    assert not any(code.replace("-", "").encode() in digest for code in codes for digest in digests)


def test_the_secret_is_shown_until_the_app_works_and_never_again(desk: Desk):
    browser = desk.browser(desk.ada)
    secret, _ = with_app(browser)

    page = browser.get("/settings/security").text
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) not in page
    assert "data:image/svg" not in page


def test_who_must_have_a_second_step_sets_it_up_before_anything_else(desk: Desk):
    root, ada = desk.browser(desk.root), desk.browser(desk.ada)
    with desk.runtime.db.transaction() as session:
        second_factor.require_for(session, "admins", by=session.get_one(Agent, desk.root.id))

    for address in ("/inbox/open", "/settings/teams", f"/tickets/{desk.ticket.number}"):
        assert root.get(address).headers["Location"].startswith("/settings/security")
    assert root.post("/settings/teams", {"name": "Vases"}).headers["Location"].startswith("/settings/security")
    assert root.get("/events").status_code == 401
    assert is_in(ada)

    with_app(root)
    assert is_in(root)
    root.post("/settings/security/app/removal")
    assert not is_in(root)


def test_a_login_can_be_ended_from_another_and_nobody_elses(desk: Desk):
    here, there, otto = desk.browser(desk.ada), desk.browser(desk.ada), desk.browser(desk.otto)
    with desk.runtime.db.reading() as session:
        rows = session.scalars(select(LoginSession).order_by(LoginSession.id)).all()

    assert here.post(f"/settings/security/logins/{rows[2].id}/end").status_code == 404
    assert is_in(otto)
    assert here.post(f"/settings/security/logins/{rows[1].id}/end").status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)


def test_all_others_end_at_once(desk: Desk):
    here, *others = (desk.browser(desk.ada) for _ in range(3))

    page = here.get("/settings/security").text
    here.post("/settings/security/logins/end")

    assert page.count("Sign out there") == 2
    assert "127.0.0.1" not in page
    assert [is_in(browser) for browser in (here, *others)] == [True, False, False]


def test_a_new_password_needs_the_old_one_and_ends_other_logins(desk: Desk):
    here, there = desk.browser(desk.ada), desk.browser(desk.ada)
    new = {"password": "nine blue kites over town", "again": "nine blue kites over town"}

    assert here.post("/settings/account/password", {"current": "wrong", **new}).status_code == 422
    assert here.post("/settings/account/password", {"current": PASSWORD, **new, "again": "no"}).status_code == 422
    assert (
        here.post(
            "/settings/account/password", {"current": PASSWORD, "password": "short", "again": "short"}
        ).status_code
        == 422
    )
    assert here.post("/settings/account/password", {"current": PASSWORD, **new}).status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)
    assert desk.browser().sign_in(desk.ada.email, new["password"]).status_code == 303


@pytest.mark.parametrize(("language", "said"), [("de", "Ihr Konto"), ("en", "Your account")])
def test_name_and_language_are_ones_own(desk: Desk, language: str, said: str):
    ada = desk.browser(desk.ada)

    wrong = ada.post("/settings/account", {"name": "  ", "language": language})
    ada.post("/settings/account", {"name": " Ada   Stein ", "language": language, "theme": "dark"})
    page = ada.get("/settings/account").text

    assert wrong.status_code == 422
    assert f"<h1>{said}</h1>" in page
    assert 'value="Ada Stein"' in page
    assert 'data-theme="dark"' in page


def test_a_page_that_is_being_made_while_its_login_ends_is_on_the_trail_and_the_last_one(desk: Desk):
    ada, first = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"
    still_to_end = [desk.ada.id]

    def end_it(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "FROM message_content" in statement and still_to_end:
            with desk.runtime.db.transaction() as session:
                agents.sign_out(session, session.get_one(Agent, still_to_end.pop()))

    event.listen(desk.runtime.db.engine, "before_cursor_execute", end_it)
    begun = ada.get(first)
    event.remove(desk.runtime.db.engine, "before_cursor_execute", end_it)

    assert not still_to_end
    assert begun.status_code == 200
    with desk.runtime.db.transaction() as session:
        assert len(world.trail(session, "ticket.read")) == 1
    assert ada.get(first).status_code == 302
    assert ada.post(f"{first}/notes", {"text": "Still here?"}).status_code in {303, 401}
    with desk.runtime.db.transaction() as session:
        assert session.query(Note).count() == 0
