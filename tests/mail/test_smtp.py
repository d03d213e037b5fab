"""Handing over to a mail server: an answer for every recipient, whatever the server does."""

import pytest

from helpdesk.mail.account import Secret, Security
from helpdesk.mail.smtp import Post, Verdict
from helpdesk.mail.trouble import HostUnknown, LoginRefused, PortClosed, TlsFailed
from tests.mail.accounts import an_email, smtp_account, trusting
from tests.servers.certificate import Certificate
from tests.servers.cutting_proxy import cutting_proxy
from tests.servers.programs import free_port
from tests.servers.smtp_sink import DROP, LOGIN, SmtpSink, running_sink

SENDER = "support@candour.example"
ADA, BOB, EVE = "ada@customer.example", "bob@customer.example", "eve@customer.example"


def test_many_emails_leave_on_one_connection(smtp_sink: SmtpSink):
    with cutting_proxy(smtp_sink.port) as proxy, Post(smtp_account(proxy.port)) as post:
        for number in range(5):
            answers = post.send(SENDER, [ADA], an_email(f"number {number}"))
            assert answers[ADA].verdict is Verdict.ACCEPTED
        assert proxy.connections == 1
    assert len(smtp_sink.accepted) == 5


def test_each_recipient_gets_an_answer_of_its_own(smtp_sink: SmtpSink):
    smtp_sink.answer(BOB, "451 4.7.1 greylisted")
    smtp_sink.answer(EVE, "550 5.1.1 no such user")
    with Post(smtp_account(smtp_sink.port)) as post:
        answers = post.send(SENDER, [ADA, BOB, EVE, ADA], an_email())

    assert {who: answer.verdict for who, answer in answers.items()} == {
        ADA: Verdict.ACCEPTED,
        BOB: Verdict.DEFERRED,
        EVE: Verdict.REFUSED,
    }
    assert (answers[EVE].code, answers[EVE].text) == (550, "5.1.1 no such user")
    assert [email.recipients for email in smtp_sink.accepted] == [(ADA,)]


def test_what_is_said_after_the_last_dot_is_the_answer(smtp_sink: SmtpSink):
    smtp_sink.answer_contents("452 4.3.1 disk full", "554 5.7.1 spam", "250 OK")
    with Post(smtp_account(smtp_sink.port)) as post:
        verdicts = [post.send(SENDER, [ADA], an_email())[ADA].verdict for _ in range(3)]
    assert verdicts == [Verdict.DEFERRED, Verdict.REFUSED, Verdict.ACCEPTED]


def test_a_refused_sender_is_the_answer_for_everybody(smtp_sink: SmtpSink):
    smtp_sink.answer_senders("553 5.7.1 not yours", "250 OK")
    with Post(smtp_account(smtp_sink.port)) as post:
        refused = post.send(SENDER, [ADA, BOB], an_email())
        accepted = post.send(SENDER, [ADA, BOB], an_email())
    assert {answer.verdict for answer in refused.values()} == {Verdict.REFUSED}
    assert {answer.verdict for answer in accepted.values()} == {Verdict.ACCEPTED}


def test_a_server_that_hangs_up_after_the_bytes_leaves_it_open_and_the_next_email_is_sent(smtp_sink: SmtpSink):
    smtp_sink.answer_contents(DROP, "250 OK")
    with Post(smtp_account(smtp_sink.port)) as post:
        unknown = post.send(SENDER, [ADA], an_email())[ADA]
        again = post.send(SENDER, [ADA], an_email())[ADA]
    assert (unknown.verdict, again.verdict) == (Verdict.DEFERRED, Verdict.ACCEPTED)


def test_a_hang_up_between_recipients_defers_all(smtp_sink: SmtpSink):
    smtp_sink.answer(BOB, DROP)
    with Post(smtp_account(smtp_sink.port)) as post:
        answers = post.send(SENDER, [ADA, BOB, EVE], an_email())
    assert {answer.verdict for answer in answers.values()} == {Verdict.DEFERRED}
    assert smtp_sink.accepted == []


def test_421_defers_and_the_connection_is_made_anew(smtp_sink: SmtpSink):
    smtp_sink.answer(ADA, "421 4.3.2 shutting down", "250 OK")
    with cutting_proxy(smtp_sink.port) as proxy, Post(smtp_account(proxy.port)) as post:
        assert post.send(SENDER, [ADA, BOB], an_email())[BOB].verdict is Verdict.DEFERRED
        assert post.send(SENDER, [ADA, BOB], an_email())[BOB].verdict is Verdict.ACCEPTED
        assert proxy.connections == 2


def test_a_connection_that_went_stale_between_two_emails_is_mended_unnoticed(smtp_sink: SmtpSink):
    with cutting_proxy(smtp_sink.port) as proxy, Post(smtp_account(proxy.port)) as post:
        post.send(SENDER, [ADA], an_email("one"))
        proxy.cut_all()
        assert post.send(SENDER, [ADA], an_email("two"))[ADA].verdict is Verdict.ACCEPTED
    assert [email.message["Subject"] for email in smtp_sink.accepted] == ["one", "two"]


def test_a_silent_server_defers_within_the_timeout(smtp_sink: SmtpSink):
    with cutting_proxy(smtp_sink.port) as proxy, Post(smtp_account(proxy.port, read_seconds=1)) as post:
        post.open()
        proxy.stall_after(0)
        with pytest.raises(PortClosed):  # stale, so it is tried once more, and nobody greets
            post.send(SENDER, [ADA], an_email())


def test_lines_are_made_fit_so_that_no_second_email_hides_in_the_first(smtp_sink: SmtpSink):
    smuggled = an_email("outer", "text\n.\nMAIL FROM:<a@b.example>\r.\r\n..dots\r\n.\r\nQUIT")
    with Post(smtp_account(smtp_sink.port)) as post:
        post.send(SENDER, [ADA], smuggled)
    (email,) = smtp_sink.accepted
    assert email.raw.split(b"\r\n\r\n")[1].split(b"\r\n") == [
        b"text",
        b".",
        b"MAIL FROM:<a@b.example>",
        b".",
        b"..dots",
        b".",
        b"QUIT",
        b"",
    ]


def test_an_email_over_the_announced_size_is_refused_before_it_is_sent(smtp_sink: SmtpSink):
    with Post(smtp_account(smtp_sink.port)) as post:
        answer = post.send(SENDER, [ADA], an_email("large", "x" * 34_000_000))[ADA]
        assert post.send(SENDER, [ADA], an_email())[ADA].verdict is Verdict.ACCEPTED
    assert (answer.code, answer.verdict) == (552, Verdict.REFUSED)


def test_addresses_beyond_ascii_use_smtputf8_and_domains_are_written_in_ascii(smtp_sink: SmtpSink):
    with Post(smtp_account(smtp_sink.port)) as post:
        answers = post.send(SENDER, ["jürgen@kunde.example", "ada@bücher.example"], an_email())
    assert {answer.verdict for answer in answers.values()} == {Verdict.ACCEPTED}
    assert smtp_sink.accepted[0].recipients == ("jürgen@kunde.example", "ada@xn--bcher-kva.example")


@pytest.mark.parametrize(
    "recipient", ["a b@x.example", "a@x.example>\r\nRCPT TO:<b@x.example", "nobody", "<a@x.example>"]
)
def test_what_is_no_address_is_refused_without_a_word_to_the_server(smtp_sink: SmtpSink, recipient: str):
    with Post(smtp_account(smtp_sink.port)) as post:
        answers = post.send(SENDER, [recipient, ADA], an_email())
    assert answers[recipient].verdict is Verdict.REFUSED
    assert [email.recipients for email in smtp_sink.accepted] == [(ADA,)]


@pytest.mark.parametrize("implicit", [True, False])
def test_login_happens_on_an_encrypted_and_verified_connection(certificate: Certificate, implicit: bool):
    security = Security.TLS if implicit else Security.STARTTLS
    user, password = LOGIN
    with running_sink(certificate=certificate, implicit_tls=implicit, login=True) as sink:
        trusted = trusting(certificate.authority, security)
        with Post(smtp_account(sink.port, user=user, password=Secret(password), **trusted)) as post:
            assert post.send(SENDER, [ADA], an_email())[ADA].verdict is Verdict.ACCEPTED

        with (
            Post(smtp_account(sink.port, user=user, password=Secret("wrong-päss"), **trusted)) as post,
            pytest.raises(LoginRefused) as refused,
        ):
            post.send(SENDER, [ADA], an_email())
        assert "päss" not in str(refused.value)

        with (
            Post(smtp_account(sink.port, host="localhost", security=security)) as post,
            pytest.raises(TlsFailed, match="not trusted"),
        ):
            post.open()


def test_a_server_that_wants_a_login_and_gets_none_says_so(certificate: Certificate):
    with running_sink(certificate=certificate, implicit_tls=True, login=True) as sink:
        account = smtp_account(sink.port, **trusting(certificate.authority, Security.TLS))
        with Post(account) as post, pytest.raises(LoginRefused):
            post.send(SENDER, [ADA], an_email())


def test_starttls_is_required_where_it_is_configured(smtp_sink: SmtpSink):
    with Post(smtp_account(smtp_sink.port, security=Security.STARTTLS)) as post, pytest.raises(TlsFailed):
        post.open()


def test_an_unreachable_server_is_told_apart_from_an_unknown_one():
    with Post(smtp_account(free_port())) as post, pytest.raises(PortClosed):
        post.open()
    with (
        Post(smtp_account(587, host="smtp.nowhere.invalid", security=Security.STARTTLS)) as post,
        pytest.raises(HostUnknown),
    ):
        post.open()
