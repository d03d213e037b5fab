"""Passkeys in Chromium, with an authenticator of its own: made, named, signed in and confirmed with, removed."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from helpdesk import clock
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


@pytest.mark.parametrize("credential", ["", "[]", "{}", '{"rawId": 7}', '{"rawId": "eA", "id": "eA"}', "\x00"])
def test_what_is_no_answer_signs_nobody_in(desk: Desk, credential: str):
    browser = desk.browser()
    browser.get("/sign-in")
    browser.post("/passkeys/challenge")

    answer = browser.post("/passkeys/sign-in", {"credential": credential})

    assert answer.headers["Location"].startswith("/sign-in")
    assert browser.get("/inbox/open").status_code == 302
