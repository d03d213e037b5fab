"""The servers the tests stand on do what the tests rely on."""

import smtplib  # noqa: TID251 (the sink is asked without our own code)
import ssl
from email.message import EmailMessage

import psycopg
import pytest
from imapclient import IMAPClient
from redis import Redis
from sqlalchemy import create_engine, text

from tests.servers.certificate import Certificate
from tests.servers.chromium import Pages
from tests.servers.dovecot import Dovecot
from tests.servers.postgres import Postgres
from tests.servers.redis_server import running_redis
from tests.servers.smtp_sink import DROP, LOGIN, SmtpSink, running_sink

LETTER = b"From: ada@customer.example\r\nSubject: Hello\r\n\r\nIs anybody there?\r\n"


def test_mail_put_into_dovecot_is_found_under_the_uid_it_got(dovecot: Dovecot):
    user = dovecot.new_user()

    first, second = dovecot.append(user, LETTER), dovecot.append(user, LETTER, flags=(rb"\Seen",))
    elsewhere = dovecot.append(user, LETTER, folder="Archive/2026")

    assert dovecot.messages(user) == {first: LETTER, second: LETTER}
    assert dovecot.messages(user, "Archive/2026") == {elsewhere: LETTER}
    assert dovecot.flags(user, second) >= {rb"\Seen"}


def test_a_renumbered_folder_has_another_uidvalidity(dovecot: Dovecot):
    user = dovecot.new_user()
    dovecot.append_all(user, [LETTER] * 3)
    with dovecot.login(user) as client:
        before = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]

    dovecot.renumber(user)

    with dovecot.login(user) as client:
        assert client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"] != before
    assert list(dovecot.messages(user)) == [101, 102, 103]


def test_dovecot_speaks_tls_to_who_trusts_its_authority(dovecot: Dovecot, certificate: Certificate):
    trusting = ssl.create_default_context(cafile=str(certificate.authority))

    with IMAPClient("localhost", dovecot.tls_port, ssl_context=trusting, timeout=10) as client:
        client.login(dovecot.new_user(), dovecot.password)

    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient("localhost", dovecot.tls_port, ssl_context=ssl.create_default_context(), timeout=10)


def test_each_test_gets_an_empty_database(database_url: str):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE here (id integer)"))
        connection.execute(text("INSERT INTO here VALUES (1)"))
    engine.dispose()


def test_a_database_is_copied_with_its_rows(postgres: Postgres):
    with postgres.database() as original:
        with psycopg.connect(original) as connection:
            connection.execute("CREATE TABLE here (id integer)")
        with (
            postgres.database(like=original.rpartition("/")[2]) as copied,
            psycopg.connect(copied) as connection,
        ):
            assert connection.execute("SELECT count(*) FROM here").fetchone() == (0,)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_redis(redis_url: str, turn: int):
    with Redis.from_url(redis_url) as client:
        assert client.keys() == []
        client.set("left", "behind")


def test_a_killed_server_starts_again_on_its_port():
    with running_redis() as server:
        server.kill()
        server.start()

        with Redis(port=server.port) as client:
            assert client.ping()


def test_the_sink_answers_each_recipient_as_it_was_told(smtp_sink: SmtpSink):
    smtp_sink.answer("late@customer.example", "451 later", "250 OK")
    smtp_sink.answer("gone@customer.example", "550 unknown")

    first, second = send(smtp_sink, "late", "gone", "here"), send(smtp_sink, "late", "gone", "here")

    assert [sorted(first), sorted(second)] == [
        ["gone@customer.example", "late@customer.example"],
        ["gone@customer.example"],
    ]
    assert [len(email.recipients) for email in smtp_sink.wait_for(2)] == [1, 2]
    assert smtp_sink.accepted[0].message["Subject"] == "Hello"


def test_the_sink_takes_an_email_and_hangs_up(smtp_sink: SmtpSink):
    smtp_sink.answer_contents(DROP, "250 OK")

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp_sink, "here")

    assert send(smtp_sink, "here") == {}
    assert len(smtp_sink.accepted) == 2


@pytest.mark.parametrize("implicit_tls", [False, True], ids=["starttls", "tls"])
def test_the_sink_wants_tls_and_login_when_asked_to(certificate: Certificate, implicit_tls: bool):
    trusting = ssl.create_default_context(cafile=str(certificate.authority))
    with running_sink(certificate=certificate, implicit_tls=implicit_tls, login=True) as sink:
        client = (
            smtplib.SMTP_SSL("localhost", sink.port, context=trusting)
            if implicit_tls
            else smtplib.SMTP("localhost", sink.port)
        )
        with client:
            if not implicit_tls:
                client.starttls(context=trusting)
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login(LOGIN[0], "wrong")
            client.login(*LOGIN)
            client.send_message(letter_to("here@customer.example"))
        assert len(sink.accepted) == 1


@pytest.mark.browser
def test_a_page_with_a_script_error_fails_its_test(pages: Pages):
    page = pages.open("phone", "dark")
    page.set_content("<meta name=viewport content=width=device-width><title>Fine</title><script>missing()</script>")

    assert page.title() == "Fine"
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches && innerWidth") == 390
    with pytest.raises(AssertionError, match="missing is not defined"):
        pages.close()
    pages.forgive("missing is not defined")


def send(sink: SmtpSink, *names: str) -> dict[str, tuple[int, bytes]]:
    """Returns who was refused, as smtplib does."""
    with smtplib.SMTP(sink.host, sink.port) as client:
        return client.send_message(letter_to(*(f"{name}@customer.example" for name in names)))


def letter_to(*recipients: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "desk@candour.example", ", ".join(recipients), "Hello"
    letter.set_content("Is anybody there?")
    return letter
