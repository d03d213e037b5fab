"""Logins by token, at a provider of our own: consent, each step tried, renewal in time, an alarm when it fails."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import mailbox_tokens, mailboxes
from helpdesk.desk.mailbox_tokens import LoginUnknown, Registration, RegistrationRefused
from helpdesk.mail import imap
from helpdesk.mail.account import Secret
from helpdesk.mail.oauth import PROVIDERS, Client, ConsentRefused
from helpdesk.mail.probe import Step
from helpdesk.mail.smtp import Post
from helpdesk.mail.trouble import LoginRefused, TlsFailed
from helpdesk.models.audit import AuditEvent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from tests.servers.token_server import CLIENT, CLIENT_SECRET, USER, TokenServer
from tests.world import a_mailbox, a_team
from workers import mailbox_tokens as jobs

BASE = "https://desk.example"


@pytest.fixture
def mailbox(runtime: Runtime, token_server: TokenServer) -> int:
    with runtime.db.transaction() as session:
        one = a_mailbox(session, a_team(session), USER)
        one.imap_port, one.smtp_port = token_server.imap_port, token_server.smtp_port
        one.imap_user = one.smtp_user = USER
        return one.id


def registration(provider: TokenServer, secret: str = CLIENT_SECRET) -> Registration:
    return Registration(
        provider="other",
        client_id=CLIENT,
        client_secret=secret,
        authorize_url=f"{provider.url}/authorize",
        token_url=f"{provider.url}/token",
        scope="mail",
    )


def begin(runtime: Runtime, mailbox: int, provider: TokenServer, secret: str = CLIENT_SECRET) -> str:
    with runtime.db.transaction() as session:
        return mailbox_tokens.begin(
            session,
            runtime.vault,
            session.get_one(Mailbox, mailbox),
            registration(provider, secret),
            base_url=runtime.config.desk.base_url,
            by=Machine.COMMAND,
        )


def connect(runtime: Runtime, mailbox: int, provider: TokenServer, secret: str = CLIENT_SECRET) -> list[Step]:
    """As an admin does it: begin, agree at the provider, come back."""
    back = provider.agree(begin(runtime, mailbox, provider, secret))
    with runtime.db.transaction() as session:
        mailbox_tokens.come_back(session, runtime.vault, back["state"], back["code"], by=Machine.COMMAND)
    jobs.connect(mailbox)
    return mailbox_tokens.trial(token_row(runtime, mailbox))


def token_row(runtime: Runtime, mailbox: int) -> MailboxToken:
    with runtime.db.reading() as session:
        return session.get_one(MailboxToken, mailbox)


def mailbox_row(runtime: Runtime, mailbox: int) -> Mailbox:
    with runtime.db.reading() as session:
        return session.get_one(Mailbox, mailbox)


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_mailbox_is_connected_and_each_step_was_tried(
    runtime: Runtime, mailbox: int, token_server: TokenServer, mechanism: str
):
    token_server.offer(mechanism)

    steps = connect(runtime, mailbox, token_server)

    assert [step.name for step in steps if step.ok] == [
        "token", "name", "port", "encryption", "login", "folder", "name", "port", "encryption", "login", "sending",
    ]  # fmt: skip
    assert len(steps) == 11
    jobs.connect(mailbox)  # a code is good once, and so is the job
    assert len(token_server.asked) == 1


def test_tokens_lie_sealed_and_appear_in_no_event(runtime: Runtime, mailbox: int, token_server: TokenServer):
    connect(runtime, mailbox, token_server)

    account = mailboxes.imap_account(mailbox_row(runtime, mailbox), runtime.vault)
    token = account.password.reveal()
    assert token_server.knows(token)
    row = token_row(runtime, mailbox)
    stored = b"".join(
        (row.refresh_token, row.client_secret, row.code, row.verifier, mailbox_row(runtime, mailbox).imap_secret)
    )
    assert token.encode() not in stored
    assert CLIENT_SECRET.encode() not in stored
    assert token not in repr(account) + repr(row)
    with runtime.db.reading() as session:
        assert not any(token.encode() in core for core in session.scalars(select(AuditEvent.core)))


def test_a_token_is_renewed_before_it_ends_and_not_sooner(runtime: Runtime, mailbox: int, token_server: TokenServer):
    connect(runtime, mailbox, token_server)
    first = mailboxes.imap_account(mailbox_row(runtime, mailbox), runtime.vault).password.reveal()
    jobs.renew()
    assert len(token_server.asked) == 1

    for hour in (1, 2):  # the provider changes the lasting secret each time
        with clock.stopped_at(clock.now() + hour * timedelta(minutes=50)):
            jobs.renew()

    account = mailboxes.imap_account(mailbox_row(runtime, mailbox), runtime.vault)
    assert [form["grant_type"] for form in token_server.asked[1:]] == ["refresh_token"] * 2
    assert account.password.reveal() != first
    with imap.connect(account) as folder:
        assert folder.count == 0


def test_a_mailbox_that_was_switched_off_has_its_token_renewed_for_the_answers_that_leave_from_it(
    runtime: Runtime, mailbox: int, token_server: TokenServer
):
    connect(runtime, mailbox, token_server)
    with runtime.db.transaction() as session:
        mailboxes.switch(session, session.get_one(Mailbox, mailbox), on=False, by=Machine.COMMAND)

    with clock.stopped_at(clock.now() + timedelta(minutes=50)):
        jobs.renew()

    assert [form["grant_type"] for form in token_server.asked[1:]] == ["refresh_token"]


def test_what_can_not_be_renewed_alarms_while_the_last_token_works(
    runtime: Runtime, mailbox: int, token_server: TokenServer
):
    connect(runtime, mailbox, token_server)
    token_server.says = "invalid_grant"

    with clock.stopped_at(clock.now() + timedelta(minutes=50)):
        jobs.renew()

    account = mailboxes.imap_account(mailbox_row(runtime, mailbox), runtime.vault)
    with imap.connect(account) as folder:
        assert folder.count == 0
    with runtime.db.reading() as session:
        ((one, token),) = mailbox_tokens.troubled(session)
    assert (one.id, "invalid_grant" in (token.error or "")) == (mailbox, True)
    token_server.says = ""
    jobs.renew()
    with runtime.db.reading() as session:
        assert mailbox_tokens.troubled(session) == []


def test_a_client_secret_that_ends_soon_alarms(runtime: Runtime, mailbox: int, token_server: TokenServer):
    connect(runtime, mailbox, token_server)
    with runtime.db.transaction() as session:
        session.get_one(MailboxToken, mailbox).secret_ends_at = clock.now() + timedelta(days=7)
        assert [one.id for one, _token in mailbox_tokens.troubled(session)] == [mailbox]


@pytest.mark.parametrize(
    ("says", "fix"),
    [
        ("invalid_client", "client secret"),
        ("access_denied", "consent"),
        ("invalid_scope", "permissions"),
        ("odd", "again"),
        ("invalid_request AADSTS90002: Tenant 'desk.exampel' not found.", "no such tenant"),
        ("invalid_grant AADSTS65001: The user or administrator has not consented.", "administrator"),
    ],
)
def test_what_the_provider_refuses_is_told_with_what_to_do(
    runtime: Runtime, mailbox: int, token_server: TokenServer, says: str, fix: str
):
    token_server.says = says

    (step,) = connect(runtime, mailbox, token_server)

    assert not step.ok
    assert says.partition(" ")[0] in step.detail
    assert fix in step.fix


def test_a_wrong_client_secret_and_a_consent_without_end_are_told(
    runtime: Runtime, mailbox: int, token_server: TokenServer
):
    (wrong,) = connect(runtime, mailbox, token_server, secret="of-last-year")
    token_server.gives_lasting = False
    (short,) = connect(runtime, mailbox, token_server)

    assert "client secret" in wrong.fix
    assert "no_refresh_token" in short.detail
    assert "permissions" in short.fix


def test_a_state_is_good_once_and_not_for_long(runtime: Runtime, mailbox: int, token_server: TokenServer):
    back = token_server.agree(begin(runtime, mailbox, token_server))
    with runtime.db.transaction() as session:
        with clock.stopped_at(clock.now() + timedelta(hours=1)), pytest.raises(LoginUnknown):
            mailbox_tokens.begun(session, back["state"])
        with pytest.raises(LoginUnknown):
            mailbox_tokens.begun(session, "")
        mailbox_tokens.come_back(session, runtime.vault, back["state"], "a code of somebody else", by=Machine.COMMAND)
        with pytest.raises(LoginUnknown):
            mailbox_tokens.come_back(session, runtime.vault, back["state"], back["code"], by=Machine.COMMAND)
    jobs.connect(mailbox)

    assert [step.ok for step in mailbox_tokens.trial(token_row(runtime, mailbox))] == [False]


def test_a_token_the_servers_do_not_want_is_a_refused_login(
    runtime: Runtime, mailbox: int, token_server: TokenServer
):
    connect(runtime, mailbox, token_server)
    token_server.forget()

    one = mailbox_row(runtime, mailbox)
    with pytest.raises(LoginRefused, match="this token"):
        imap.connect(mailboxes.imap_account(one, runtime.vault))
    with Post(mailboxes.smtp_account(one, runtime.vault)) as post, pytest.raises(LoginRefused, match="this token"):
        post.open()


@pytest.mark.parametrize("provider", ["microsoft", "google"])
def test_the_known_providers_are_asked_for_mail_and_a_lasting_consent(runtime: Runtime, mailbox: int, provider: str):
    with runtime.db.transaction() as session:
        url = mailbox_tokens.begin(
            session,
            runtime.vault,
            session.get_one(Mailbox, mailbox),
            Registration(provider=provider, client_id=CLIENT, client_secret=CLIENT_SECRET, tenant="desk.example"),
            base_url=BASE,
            by=Machine.COMMAND,
        )

    known = PROVIDERS[provider]
    assert url.startswith(known.authorize_url.replace("{tenant}", "desk.example"))
    assert "redirect_uri=https%3A%2F%2Fdesk.example%2Fsettings%2Fmailbox-logins%2Fcallback" in url
    assert "offline" in url
    assert CLIENT_SECRET not in url


def test_a_secret_goes_over_https_only_and_a_tenant_is_a_name():
    def client(url: str) -> Client:
        return Client(
            client_id="a", client_secret=Secret("b"), authorize_url=url, token_url=url, scope="", redirect_uri=BASE
        )

    for url in ("http://provider.example/token", "", "ftp://provider.example"):
        with pytest.raises(TlsFailed):
            client(url)
    assert client("https://provider.example/token")
    assert ConsentRefused("a", "b").code == "a"


def test_a_registration_needs_a_provider_and_a_decent_tenant(runtime: Runtime, mailbox: int):
    for wrong in (
        Registration(provider="mars", client_id="a"),
        Registration(provider="google", client_id=" "),
        Registration(provider="microsoft", client_id="a", tenant="x/../y"),
    ):
        with runtime.db.transaction() as session:
            one = session.get_one(Mailbox, mailbox)
            with pytest.raises(RegistrationRefused):
                mailbox_tokens.begin(session, runtime.vault, one, wrong, base_url=BASE, by=Machine.COMMAND)
