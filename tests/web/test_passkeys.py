"""Second steps in Chromium: passkeys with an authenticator of its own, an app's codes, a code from the sheet."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from helpdesk import clock
from helpdesk.desk import passkeys, second_factor
from helpdesk.models.agent import Agent
from helpdesk.models.second_factor import Passkey
from helpdesk.models.sign_in import LoginSession
from tests.servers.chromium import Pages
from tests.web.browser import PASSWORD
from tests.web.desk import Desk


def with_authenticator(page: Page, *, verifies: bool = True) -> tuple[Any, str]:
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    made = client.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verifies,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return client, made["authenticatorId"]


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def with_passkey(page: Page, url: str, email: str) -> None:
    sign_in(page, url, email)
    page.goto(f"{url}/settings/security")
    page.get_by_label("Name of the passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()


def test_a_passkey_is_both_steps_at_once(desk_url: str, desk: Desk, pages: Pages):
    page = pages.open()
    with_authenticator(page)
    with_passkey(page, desk_url, desk.ada.email)
    expect(page.get_by_text("Laptop")).to_be_visible()
    pages.forgive("401")  # the page's stream, while its cookie is taken away
    page.context.clear_cookies()

    page.goto(f"{desk_url}/sign-in?next=/grants")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page).to_have_url(f"{desk_url}/grants")
    with desk.runtime.db.reading() as session:
        assert session.query(Passkey).one().used_at is not None


def test_after_the_password_it_is_the_second_step(desk_url: str, desk: Desk, pages: Pages):
    page = pages.open()
    with_authenticator(page)
    with_passkey(page, desk_url, desk.ada.email)
    pages.forgive("401")  # the page's stream, while its cookie is taken away
    page.context.clear_cookies()

    sign_in(page, desk_url, desk.ada.email)
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.locator("body.desk")).to_be_visible()


def test_it_confirms_what_weighs_and_then_it_is_removed(desk_url: str, desk: Desk, pages: Pages):
    page = pages.open()
    with_authenticator(page)
    with_passkey(page, desk_url, desk.ada.email)
    with desk.runtime.db.transaction() as session:
        session.execute(update(LoginSession).values(confirmed_at=clock.now() - timedelta(hours=1)))

    pages.forgive("401")
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Confirm with a passkey").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    with desk.runtime.db.reading() as session:
        assert session.query(Passkey).count() == 0


def test_a_device_that_does_not_look_who_holds_it_is_not_enough(desk_url: str, desk: Desk, pages: Pages):
    page = pages.open()
    client, authenticator = with_authenticator(page)
    with_passkey(page, desk_url, desk.ada.email)
    client.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    pages.forgive("401")  # the page's stream, while its cookie is taken away
    page.context.clear_cookies()

    page.goto(f"{desk_url}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("The passkey did not work")).to_be_visible()


def test_an_admin_who_has_to_sets_up_an_app_signs_in_by_its_code_then_by_one_of_the_sheet(
    desk_url: str, desk: Desk, pages: Pages
):
    with desk.runtime.db.transaction() as session:
        second_factor.require_for(session, "admins", by=session.get_one(Agent, desk.root.id))
    page = pages.open("phone")
    sign_in(page, desk_url, desk.root.email)
    expect(page.get_by_text("This desk asks for a second step.")).to_be_visible()
    page.goto(f"{desk_url}/settings/teams")
    page.get_by_role("button", name="Set up an app").click()
    app = pyotp.TOTP(page.locator(".app-setup .reference").inner_text().replace(" ", ""))
    page.get_by_label("Code of your app").fill(app.at(clock.now()))
    page.get_by_role("button", name="Switch it on").click()
    sheet = page.locator(".codes li").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Your app is asked for when you sign in.")).to_be_visible()
    pages.forgive("401")  # the page's stream, while its cookie is taken away

    with clock.stopped_at(clock.now() + timedelta(minutes=1)):  # a code counts once
        for code in ("000000", app.at(clock.now()), sheet[0]):
            page.context.clear_cookies()
            sign_in(page, desk_url, desk.root.email)
            page.get_by_label("Code of your app").fill(code)
            page.get_by_role("button", name="Go on").click()
            expect(
                page.get_by_text("This code does not fit") if code == "000000" else page.locator("body.desk")
            ).to_be_visible()


def test_where_the_desk_is_asked_for_by_a_number_no_passkey_is_offered(desk: Desk):
    browser = desk.browser(desk.ada)

    named = browser.get("/settings/security")
    numbered = browser.get("/settings/security", base_url="http://127.0.0.1:8000")

    assert "data-passkey" in named.text
    assert "data-passkey" not in numbered.text
    assert "data-passkey" not in desk.browser().get("/sign-in", base_url="http://127.0.0.1:8000").text


@pytest.mark.parametrize(
    ("own", "asked", "works"),
    [
        ("desk.example", "desk.example", True), ("desk.example", "new.desk.example", True),
        ("desk.example", "newdesk.example", False), ("localhost", "localhost", True),
        ("127.0.0.1", "127.0.0.1", False), ("::1", "::1", False), ("desk.example", "127.0.0.1", False),
    ],
)  # fmt: skip
def test_passkeys_are_of_a_name(own: str, asked: str, works: bool):
    assert passkeys.work_at(own, asked) is works


@pytest.mark.parametrize("credential", ["", "[]", "{}", '{"rawId": 7}', '{"rawId": "eA", "id": "eA"}', "\x00"])
def test_what_is_no_answer_signs_nobody_in(desk: Desk, credential: str):
    browser = desk.browser()
    browser.get("/sign-in")
    browser.post("/passkeys/challenge")

    answer = browser.post("/passkeys/sign-in", {"credential": credential})

    assert answer.headers["Location"].startswith("/sign-in")
    assert browser.get("/inbox/open").status_code == 302
