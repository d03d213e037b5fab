"""Mailboxes in the settings: set up, tried step by step, changed; a password goes in and never comes out."""

import json
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.desk import mailboxes, sizes
from helpdesk.models.audit import AuditEvent
from helpdesk.models.mailbox import AfterFetch, LoginKind, Mailbox, Security
from tests.servers.chromium import Pages
from tests.servers.dovecot import PASSWORD as IMAP_PASSWORD
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import SmtpSink
from tests.web.browser import PASSWORD
from tests.web.desk import Desk

SECRET = "of the mailbox alone"


@pytest.fixture
def form(desk: Desk) -> dict[str, str]:
    return {
        "address": "Shop@Desk.example", "name": "Shop", "team": str(desk.ticket.team_id), "folder": "INBOX",
        "after_fetch": "nothing", "import_days": "0",
        "imap_host": "imap.desk.example", "imap_port": "993", "imap_security": "tls", "imap_user": "shop",
        "imap_password": SECRET,
        "smtp_host": "smtp.desk.example", "smtp_port": "465", "smtp_security": "tls", "smtp_user": "",
        "same": "1",
    }  # fmt: skip


def stored(desk: Desk, address: str = "shop@desk.example") -> Mailbox:
    with desk.runtime.db.reading() as session:
        return session.scalars(select(Mailbox).where(Mailbox.address == address)).one()


def passwords(desk: Desk, mailbox: Mailbox) -> tuple[str, str]:
    vault = desk.runtime.vault
    both = mailboxes.imap_account(mailbox, vault), mailboxes.smtp_account(mailbox, vault)
    return both[0].password.reveal(), both[1].password.reveal()


def steps(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_mailbox_is_set_up_and_its_password_sealed_for_both_sides(desk: Desk, form: dict[str, str]):
    root = desk.browser(desk.root)

    assert root.post("/settings/mailboxes", form).status_code == 303
    made = stored(desk)
    page = root.get(f"/settings/mailboxes/{made.id}").text

    assert passwords(desk, made) == (SECRET, SECRET)
    assert (made.smtp_user, SECRET in page, "imap.desk.example" in page) == ("shop", False, True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"imap_host": ""}, "Name the server"),
        ({"imap_host": "imap.example.com/inbox"}, "Name the server"),
        ({"imap_port": "70000"}, "A port is"),
        ({"imap_security": "none"}, "encrypted"),
        ({"imap_security": "plain"}, "only talk to this machine"),
        ({"imap_user": " "}, "needs a user"),
        ({"after_fetch": "move"}, "which folder"),
        ({"address": "shop"}, "not an email address"),
        ({"team": "987654"}, "Choose the team"),
        ({"most_per_minute": "many"}, "Emails in a minute"),
        ({"most_per_minute": "6001"}, "Emails in a minute"),
        ({"most_per_minute": "-1"}, "Emails in a minute"),
        ({"copies": "keep", "sent_folder": "inbox"}, "folder that is fetched"),
        ({"largest_mb": "0"}, "largest email"),
        ({"largest_mb": "26"}, "largest email"),
    ],
)
def test_what_can_not_be_is_said_in_plain_words_and_nothing_is_kept(
    desk: Desk, form: dict[str, str], wrong: dict[str, str], said: str
):
    answer = desk.browser(desk.root).post("/settings/mailboxes", {**form, **wrong})

    assert (answer.status_code, said in answer.text) == (422, True)
    with desk.runtime.db.reading() as session:
        assert session.query(Mailbox).filter_by(address="shop@desk.example").count() == 0


def test_it_is_changed_without_typing_the_password_again(desk: Desk, form: dict[str, str]):
    root = desk.browser(desk.root)
    root.post("/settings/mailboxes", form)
    url = f"/settings/mailboxes/{stored(desk).id}"
    kept = {**form, "imap_password": "", "smtp_user": "shop"}
    del kept["same"]

    assert root.post(url, {**kept, "name": "The shop", "after_fetch": "move", "move_to": "Done"}).status_code == 303
    made = stored(desk)
    assert (made.name, made.after_fetch, made.move_to) == ("The shop", AfterFetch.MOVE, "Done")
    assert passwords(desk, made) == (SECRET, SECRET)


@pytest.mark.parametrize("path", ["", "/trial"])
@pytest.mark.parametrize(
    "change", [{"imap_host": "evil.example"}, {"imap_security": "starttls"}, {"smtp_host": "evil.example"}]
)
def test_a_stored_password_goes_to_no_other_server(
    desk: Desk, form: dict[str, str], path: str, change: dict[str, str]
):
    root = desk.browser(desk.root)
    root.post("/settings/mailboxes", form)
    mailbox = stored(desk)
    sent = {**form, "imap_password": "", "smtp_user": "shop", "mailbox": str(mailbox.id), **change}
    del sent["same"]

    answer = root.post(f"/settings/mailboxes{path or f'/{mailbox.id}'}", sent)

    assert "type the password again" in answer.text
    assert stored(desk).imap_host == "imap.desk.example"


def test_a_paused_mailbox_is_not_fetched_from_and_both_steps_are_on_the_trail(desk: Desk, form: dict[str, str]):
    root = desk.browser(desk.root)
    root.post("/settings/mailboxes", form)
    url = f"/settings/mailboxes/{stored(desk).id}/pause"

    root.post(url)
    assert not stored(desk).is_active
    root.post(url, {"undo": "1"})
    assert stored(desk).is_active
    with desk.runtime.db.reading() as session:
        events = [one.action for one in session.query(AuditEvent).filter_by(object_kind="mailbox")]
    assert events == ["mailbox.add", "mailbox.switch_off", "mailbox.switch_on"]


def test_how_a_mailbox_is_stands_in_the_list(desk: Desk):
    with desk.runtime.db.transaction() as session:
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        mailbox.poll_error, mailbox.sending_paused_because = "the login is refused", "535 <b>no</b>"

    page = desk.browser(desk.root).get("/settings/mailboxes").text

    assert "Needs a hand" in page
    assert "the login is refused" in page
    assert "535 &lt;b&gt;no&lt;/b&gt;" in page


def test_how_many_emails_leave_in_a_minute_is_set_and_lifted(desk: Desk, form: dict[str, str]):
    root = desk.browser(desk.root)
    root.post("/settings/mailboxes", {**form, "most_per_minute": "30"})
    url = f"/settings/mailboxes/{stored(desk).id}"
    limited = stored(desk).most_per_minute
    assert 'name="most_per_minute" value="30"' in root.get(url).text

    root.post(url, {**form, "imap_password": "", "most_per_minute": ""})

    assert (limited, stored(desk).most_per_minute) == (30, 0)


def test_copies_of_answers_are_asked_for_with_a_folder_or_without_and_given_up(desk: Desk, form: dict[str, str]):
    root = desk.browser(desk.root)
    root.post("/settings/mailboxes", {**form, "copies": "keep", "sent_folder": " Answers "})
    url = f"/settings/mailboxes/{stored(desk).id}"
    kept = [stored(desk).sent_folder]
    assert 'name="sent_folder" value="Answers"' in root.get(url).text

    for choice in ({}, {"copies": "keep", "sent_folder": ""}, {"copies": "none", "sent_folder": "Answers"}):
        root.post(url, {**form, "imap_password": "", **choice})
        kept.append(stored(desk).sent_folder)

    assert kept == ["Answers", "Answers", "", None]


def test_a_copy_that_could_not_be_put_there_is_told_and_tried_again_when_the_mailbox_is_changed(
    desk: Desk, form: dict[str, str]
):
    root = desk.browser(desk.root)
    root.post("/settings/mailboxes", {**form, "copies": "keep"})
    mailbox = stored(desk)
    with desk.runtime.db.transaction() as session:
        session.get_one(Mailbox, mailbox.id).sent_copy_error = "The mailbox has no folder <b>"
    told = root.get("/settings/mailboxes").text

    root.post(f"/settings/mailboxes/{mailbox.id}", {**form, "imap_password": ""})

    assert "no folder &lt;b&gt;" in told
    assert stored(desk).sent_copy_error is None


def test_how_large_an_email_may_be_is_set_and_whoever_writes_is_told_before_they_send(
    desk: Desk, form: dict[str, str]
):
    root, ada = desk.browser(desk.root), desk.browser(desk.ada)
    root.post("/settings/mailboxes", {**form, "largest_mb": "3"})
    mailbox = stored(desk)
    assert 'name="largest_mb" value="3"' in root.get(f"/settings/mailboxes/{mailbox.id}").text
    key, most = "of-a-large-email", sizes.most_bytes(mailbox)
    assert 2_000_000 < most < 3_000_000
    assert f'data-limit="{most}"' in ada.get("/tickets/new").text

    with desk.runtime.db.transaction() as session:
        session.get_one(Mailbox, desk.ticket.mailbox_id).smtp_takes = 400_000
    given = {"key": key, "csrf_token": ada.token, "file": (BytesIO(b"x" * 300_000), "lamp.bin")}
    answer = ada.client.post(f"/tickets/{desk.ticket.number}/drafts/files", data=given)
    too_long = ada.post(f"/tickets/{desk.ticket.number}/replies", {"text": "lamp " * 60_000})

    assert (answer.status_code, too_long.status_code) == (413, 422)
    for words in (answer.get_json()["wrong"], too_long.text):
        assert "takes 0.3 MB of text and files" in words
    assert "The server takes 400.0 kB" in root.get(f"/settings/mailboxes/{desk.ticket.mailbox_id}").text


def test_who_must_mend_a_login_is_led_to_where_it_is_mended(desk: Desk):
    number, root = desk.ticket.mailbox_id, desk.browser(desk.root)
    by_password, by_token = f'href="/settings/mailboxes/{number}"', f'href="/settings/mailbox-logins/{number}"'
    for login, link, other in (
        (LoginKind.PASSWORD, by_password, by_token),
        (LoginKind.TOKEN, by_token, by_password),
    ):
        with desk.runtime.db.transaction() as session:
            mailbox = session.get_one(Mailbox, number)
            mailbox.login, mailbox.sending_paused_because = login, "535 no"

        page = root.get("/drafts").text

        assert (link in page, other in page) == (True, False)
    assert by_password in root.get(f"/settings/mailbox-logins/{number}").text
    assert by_token in root.get(f"/settings/mailboxes/{number}").text


def real(form: dict[str, str], dovecot: Dovecot, sink: SmtpSink) -> dict[str, str]:
    return {
        **form, "imap_host": "127.0.0.1", "imap_port": str(dovecot.port), "imap_security": "plain",
        "imap_user": dovecot.new_user(), "imap_password": IMAP_PASSWORD,
        "smtp_host": "127.0.0.1", "smtp_port": str(sink.port), "smtp_security": "plain",
    }  # fmt: skip


def test_a_trial_tells_each_step_and_stops_at_the_first_that_fails(
    desk: Desk, form: dict[str, str], dovecot: Dovecot, smtp_sink: SmtpSink
):
    root, typed = desk.browser(desk.root), real(form, dovecot, smtp_sink)
    without_login = {**typed, "smtp_user": "", "copies": "keep"}
    del without_login["same"]

    well = steps(root.post("/settings/mailboxes/trial?live=1", without_login))
    wrong = steps(root.post("/settings/mailboxes/trial?live=1", {**without_login, "imap_password": "wrong"}))

    assert all(step["ok"] for step in well)
    assert [step["what"] for step in well][3:6] == [
        "Fetching: login", "Fetching: folder", "Fetching: folder of sent mail",
    ]  # fmt: skip
    assert "Sent will be made" in well[5]["detail"]
    fetching = [step for step in wrong if step["what"].startswith("Fetching")]
    assert (fetching[-1]["what"], fetching[-1]["ok"], "password" in fetching[-1]["fix"]) == (
        "Fetching: login", False, True,
    )  # fmt: skip
    assert not smtp_sink.accepted


def test_in_a_browser_the_steps_appear_one_by_one_and_then_it_is_saved(
    desk_url: str, desk: Desk, pages: Pages, dovecot: Dovecot, smtp_sink: SmtpSink
):
    page = pages.open("phone")
    page.goto(f"{desk_url}/sign-in?next=/settings/mailboxes")
    page.get_by_label("Email").fill(desk.root.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("The address customers write to").fill("shop@desk.example")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator('[name="imap_host"]')).to_have_value("imap.desk.example")

    for name, text in (
        ("imap_host", "127.0.0.1"), ("imap_port", str(dovecot.port)), ("imap_user", dovecot.new_user()),
        ("imap_password", IMAP_PASSWORD), ("smtp_host", "127.0.0.1"), ("smtp_port", str(smtp_sink.port)),
        ("smtp_user", ""),
    ):  # fmt: skip
        page.locator(f'[name="{name}"]').fill(text)
    for side in ("imap", "smtp"):
        page.locator(f'[name="{side}_security"]').select_option("plain")
    page.get_by_label("The same user and password").uncheck()
    page.get_by_role("button", name="Try it").click()
    expect(page.locator(".trial-step.well")).to_have_count(10)
    expect(page.locator(".trial-step.failed")).to_have_count(0)

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert stored(desk).imap_security is Security.PLAIN
