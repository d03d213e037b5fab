"""The desk's own look, on every page, in mail, and for those who may choose it."""

import io

from PIL import Image
from playwright.sync_api import expect

from helpdesk.desk import brand, compose, outbox, password_resets
from helpdesk.models.agent import Agent
from helpdesk.models.outbound_email import Delivery
from helpdesk.privacy.readers import Machine
from tests.desk.test_brand import picture
from tests.servers.chromium import Pages
from tests.web.browser import Browser
from tests.web.desk import Desk


def upload(browser: Browser, file: bytes, name: str = "sign.png") -> int:
    form = {"csrf_token": browser.token, "logo": (io.BytesIO(file), name)}
    return browser.client.post("/settings/brand/logo", data=form).status_code


def test_name_sign_and_colour_are_on_every_page_even_before_signing_in(desk: Desk):
    root = desk.browser(desk.root)
    root.post("/settings/brand", {"name": "Lamps & Co", "own_colour": "1", "accent": "#7a1f5c"})
    assert upload(root, picture()) == 303

    page = desk.browser().get("/sign-in").text
    assert "<title>Sign in · Lamps &amp; Co</title>" in page
    logo = page.partition('class="logo" src="')[2].partition('"')[0]
    sheet = page.partition('href="/brand/')[2].partition('"')[0]
    answer = desk.browser().get(logo)
    assert (answer.mimetype, "immutable" in answer.headers["Cache-Control"]) == ("image/png", True)
    assert Image.open(io.BytesIO(answer.data)).format == "PNG"
    assert "#7a1f5c" in desk.browser().get(f"/brand/{sheet}").text
    assert "no-store" in desk.browser().get("/brand/old/logo.png").headers["Cache-Control"]


def test_a_colour_nobody_could_read_is_refused_with_one_that_would_do(desk: Desk):
    root = desk.browser(desk.root)

    answer = root.post("/settings/brand", {"name": "", "own_colour": "1", "accent": "#ffee00"})

    better = brand.readable("#ffee00")
    assert (answer.status_code, better in answer.text) == (422, True)
    assert root.post("/settings/brand", {"name": "", "own_colour": "1", "accent": better}).status_code == 303
    assert root.post("/settings/brand", {"name": "", "own_colour": "1", "accent": "red;}*{"}).status_code == 303
    assert "/brand/" not in root.get("/settings/brand").text.partition("</head>")[0]


def test_what_is_no_picture_is_refused_and_the_sign_stays(desk: Desk):
    root = desk.browser(desk.root)
    upload(root, picture())

    assert upload(root, b"<svg onload=alert(1)>", "x.png") == 422
    assert 'class="logo"' in root.get("/settings/brand").text
    root.post("/settings/brand/logo", {"remove": "1"})
    assert 'class="logo"' not in root.get("/settings/brand").text


def test_mail_goes_out_under_the_name(desk: Desk):
    desk.browser(desk.root).post("/settings/brand", {"name": "Lamps & Co"})
    here = desk.runtime
    with here.db.transaction() as session:
        ada = session.get_one(Agent, desk.ada.id)
        password_resets.mail(session, password_resets.begin(session, here.vault, ada, by=None), ada)
        session.flush()
        row = session.query(Delivery).order_by(Delivery.id.desc()).first()
        assert row is not None
        claimed = outbox.claim(session, row.outbound_email_id)
        assert claimed is not None
        email = compose.email(session, claimed, desk=here.config.desk, vault=here.vault, by=Machine.DELIVERY)

    assert email.sender.name == "Lamps & Co"
    assert "Lamps & Co" in email.subject


def test_in_a_browser_buttons_have_the_colour(desk_url: str, desk: Desk, pages: Pages):
    desk.browser(desk.root).post("/settings/brand", {"name": "", "own_colour": "1", "accent": "#7a1f5c"})

    page = pages.open("phone")
    page.goto(f"{desk_url}/sign-in")

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_have_css("background-color", "rgb(122, 31, 92)")
