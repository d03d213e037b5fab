"""Single sign-on: whom a provider's word lets in, and the many words that let nobody in."""

import base64
import hmac
import html
import itertools
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import requests
from joserfc.jwk import RSAKey
from playwright.sync_api import expect

from helpdesk import clock
from helpdesk.desk import egress, second_factor, single_sign_on
from helpdesk.models.agent import Agent
from helpdesk.models.second_factor import Authenticator, ProviderIdentity
from helpdesk.models.setting import Setting
from helpdesk.models.sign_in import SignInChallenge
from tests.servers.chromium import Pages
from tests.servers.identity_provider import CLIENT, SECRET, IdentityProvider, answered
from tests.web.browser import Browser
from tests.web.desk import Desk

WAY = re.compile(r'href="([^"]+)" data-go-on')


def is_in(browser: Browser) -> bool:
    return browser.get("/inbox/open").status_code == 200


@pytest.fixture
def provider(desk: Desk, identity_provider: IdentityProvider) -> IdentityProvider:
    """The provider, set up by an admin, vouching for Ada."""
    identity_provider.email = desk.ada.email
    form = {
        "name": "Lamps ID",
        "discovery_url": identity_provider.discovery_url,
        "client_id": CLIENT,
        "secret": SECRET,
    }
    assert desk.browser(desk.root).post("/settings/sign-in/single", {**form, "is_on": "1"}).status_code == 303
    return identity_provider


def gone(browser: Browser, **form: str) -> dict[str, str]:
    """To the provider and back to our door: what stands in the address the browser comes back with."""
    browser.get("/sign-in")
    found = WAY.search(browser.post("/sign-in/single/departure", form).text)
    assert found is not None
    there = requests.get(html.unescape(found[1]), allow_redirects=False, timeout=10)
    assert there.headers["Location"].startswith("http://localhost:8000/sign-in/single/return?")
    return answered(there.headers["Location"])


def entered(browser: Browser, back: dict[str, str]) -> Any:
    page = browser.get("/sign-in/single/return", query_string=back)
    assert page.status_code == 200
    return browser.post("/sign-in/single", back)


def test_an_agent_comes_back_signed_in_to_the_page_that_was_asked_for(desk: Desk, provider: IdentityProvider):
    browser = desk.browser()

    back = gone(browser, next="/grants")
    assert not is_in(browser)
    answer = entered(browser, back)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/grants")
    assert is_in(browser)
    assert provider.asked[0]["code_challenge_method"] == "S256"


def test_by_the_providers_own_number_it_stays_the_same_person_whatever_the_address(
    desk: Desk, provider: IdentityProvider
):
    first = desk.browser()
    entered(first, gone(first))
    provider.email, provider.claims = desk.root.email, {"email_verified": False}

    again = desk.browser()
    entered(again, gone(again))

    assert desk.ada.name in again.get("/settings/account").text


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"}, {"aud": "another"}, {"nonce": "guessed"}, {"nonce": None}, {"sub": None},
        {"exp": 1}, {"exp": None}, {"iat": 99999999999}, {"azp": "another"},
        {"email_verified": False}, {"email_verified": None}, {"email_verified": "true"}, {"email": None},
        {"email": "nobody@desk.example"}, {"email": ["ada@desk.example"]},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_does_not_say_all_it_must_lets_nobody_in(
    desk: Desk, provider: IdentityProvider, claims: dict[str, Any]
):
    provider.claims, browser = claims, desk.browser()

    answer = entered(browser, gone(browser))

    assert answer.headers["Location"] == "/sign-in?said=single"
    assert not is_in(browser)
    with desk.runtime.db.reading() as session:
        assert session.query(ProviderIdentity).count() == 0
        assert session.query(Agent).count() == 3


def test_a_token_of_another_key_lets_nobody_in(desk: Desk, provider: IdentityProvider):
    provider.published = RSAKey.generate_key(2048, {"kid": "one"})
    browser = desk.browser()

    entered(browser, gone(browser))

    assert not is_in(browser)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_anybody_could_have_made_lets_nobody_in(desk: Desk, provider: IdentityProvider, algorithm: str):
    published = provider.key.as_pem(private=False)
    provider.sign = lambda said: forged(said, algorithm, published)
    browser = desk.browser()

    entered(browser, gone(browser))

    assert provider.exchanged == 1
    assert not is_in(browser)


def forged(said: dict[str, Any], algorithm: str, published: bytes) -> str:
    """Signed by nobody, or with what everybody knows: the provider's public key."""

    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    head = part(json.dumps({"alg": algorithm, "kid": "one"}).encode()) + "." + part(json.dumps(said).encode())
    signature = hmac.digest(published, head.encode(), "sha256") if algorithm == "HS256" else b""
    return f"{head}.{part(signature)}"


def test_a_provider_in_trouble_lets_nobody_in_and_everybody_once_it_is_well(desk: Desk, provider: IdentityProvider):
    browser = desk.browser()
    wrong = [("", 500), ("{}", 503), ("not JSON", 200), ("[]", 200), ("{}", 200), ('{"keys": 7}', 200), ("", 302)]

    for path, said in itertools.product(("/token", "/keys"), wrong):
        provider.trouble = {path: said}
        assert entered(browser, gone(browser)).headers["Location"] == "/sign-in?said=single", (path, said)
        assert not is_in(browser)

    provider.trouble = {}
    entered(browser, gone(browser))
    assert is_in(browser)


def test_while_the_provider_is_down_the_password_still_opens(desk: Desk, provider: IdentityProvider):
    browser = desk.browser()
    back = gone(browser)
    provider.stop()

    answer = entered(browser, back)

    assert answer.headers["Location"] == "/sign-in?said=single"
    assert "That let nobody in." in browser.get(answer.headers["Location"]).text
    assert browser.sign_in(desk.ada.email).status_code == 303
    assert is_in(browser)


def test_who_says_no_at_the_provider_is_back_at_the_door(desk: Desk, provider: IdentityProvider):
    browser = desk.browser()
    state = gone(browser)["state"]

    answer = browser.get("/sign-in/single/return", query_string={"error": "access_denied", "state": state})

    assert answer.headers["Location"] == "/sign-in?said=single"


def test_an_answer_is_worth_something_once_soon_and_in_the_browser_that_asked(desk: Desk, provider: IdentityProvider):
    asked, other, late = desk.browser(), desk.browser(), desk.browser()
    back = gone(asked)

    other.get("/sign-in")
    entered(other, back)
    assert not is_in(other)
    waiting = gone(late)
    with clock.stopped_at(clock.now() + timedelta(minutes=6)):
        entered(late, waiting)
    assert not is_in(late)
    assert provider.exchanged == 0

    entered(asked, back)
    assert is_in(asked)
    asked.post("/sign-out")
    entered(asked, back)
    assert not is_in(asked)


def test_an_answer_to_another_question_is_not_even_taken_to_the_provider(desk: Desk, provider: IdentityProvider):
    browser = desk.browser()
    back = gone(browser)

    entered(browser, {**back, "state": back["state"][:-1] + "x"})

    assert not is_in(browser)
    assert provider.exchanged == 0


def test_somebody_else_at_the_provider_does_not_take_a_place_by_the_same_address(
    desk: Desk, provider: IdentityProvider
):
    first, second = desk.browser(), desk.browser()
    entered(first, gone(first))
    provider.subject = "person-2"

    entered(second, gone(second))

    assert not is_in(second)


def test_who_is_disabled_stays_out_and_who_has_a_second_step_takes_it(desk: Desk, provider: IdentityProvider):
    with desk.runtime.db.transaction() as session:
        second_factor.begin_app(session, desk.runtime.vault, session.get_one(Agent, desk.ada.id))
        session.query(Authenticator).one().confirmed_at = clock.now()
    browser = desk.browser()
    assert entered(browser, gone(browser)).headers["Location"].startswith("/sign-in/second-step")
    assert not is_in(browser)

    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.ada.id).is_disabled = True
    again = desk.browser()
    assert entered(again, gone(again)).headers["Location"] == "/sign-in?said=single"


def test_proving_once_more_asks_the_provider_for_a_new_proof(desk: Desk, provider: IdentityProvider):
    ada = desk.browser(desk.ada)

    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        provider.claims = {"iat": int(clock.now().timestamp()), "exp": int(clock.now().timestamp()) + 60}
        back = gone_while_signed_in(ada)
        assert entered(ada, back).headers["Location"] == "/sign-in?said=single"  # there since long ago
        assert provider.asked[-1]["prompt"] == "login"
        provider.claims["auth_time"] = int(clock.now().timestamp())
        assert entered(ada, gone_while_signed_in(ada)).headers["Location"] == "/grants"
        assert ada.get("/confirmation?next=/audit").headers["Location"] == "/audit"


def gone_while_signed_in(browser: Browser) -> dict[str, str]:
    browser.get("/settings/account")
    found = WAY.search(browser.post("/sign-in/single/departure", {"next": "/grants"}).text)
    assert found is not None
    there = requests.get(html.unescape(found[1]), allow_redirects=False, timeout=10)
    return answered(there.headers["Location"])


def test_it_is_off_until_an_admin_names_a_provider_that_answers(desk: Desk, identity_provider: IdentityProvider):
    root, url = desk.browser(desk.root), "/settings/sign-in/single"
    form = {"name": "ID", "discovery_url": identity_provider.discovery_url, "client_id": CLIENT, "is_on": "1"}

    assert "single/departure" not in desk.browser().get("/sign-in").text
    for wrong in (
        {"discovery_url": "http://desk.example/openid"}, {"discovery_url": "http://127.0.0.1:1/"},
        {"discovery_url": f"{identity_provider.url}/keys"}, {"client_id": ""}, {"name": ""},
    ):  # fmt: skip
        assert root.post(url, {**form, **wrong}).status_code == 422
    assert desk.browser(desk.ada).post(url, form).status_code == 404
    assert root.post(url, form).status_code == 303
    assert "Sign in with ID" in desk.browser().get("/sign-in").text


def test_its_secret_lies_sealed_is_never_shown_and_goes_to_no_other_provider(desk: Desk, provider: IdentityProvider):
    root = desk.browser(desk.root)
    with desk.runtime.db.reading() as session:
        body = session.get_one(Setting, "single_sign_on").body
        chosen = single_sign_on.of(session)
    form = {"name": "ID", "client_id": CLIENT, "is_on": "1", "discovery_url": f"{provider.url}/other"}

    assert single_sign_on.secret_of(desk.runtime.vault, chosen) == SECRET
    assert SECRET not in body + root.get("/settings/sign-in").text
    assert root.post("/settings/sign-in/single", form).status_code == 422


def test_what_it_talks_to_is_declared(desk: Desk, provider: IdentityProvider):
    with desk.runtime.db.reading() as session:
        declared = egress.declared(session, desk.runtime.config)

    assert f"127.0.0.1:{provider.url.rpartition(':')[2]}" in {f"{one.host}:{one.port}" for one in declared}


def test_asking_leaves_one_challenge_a_browser(desk: Desk, provider: IdentityProvider):
    browser = desk.browser()
    for _ in range(3):
        gone(browser)

    with desk.runtime.db.reading() as session:
        assert session.query(SignInChallenge).count() == 1


def test_in_a_browser_two_clicks_are_enough(
    desk_url: str, desk: Desk, pages: Pages, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("helpdesk.web.single_sign_on._return_url", lambda: f"{desk_url}/sign-in/single/return")
    page = pages.open("phone")
    page.goto(f"{desk_url}/sign-in?next=/grants")

    page.get_by_role("button", name="Sign in with Lamps ID").click()

    expect(page).to_have_url(f"{desk_url}/grants")
