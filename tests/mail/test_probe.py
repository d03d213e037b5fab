"""Testing a mailbox step by step: each failure is found at its step and comes with a fix in plain words."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.mail.account import Secret, Security
from helpdesk.mail.probe import Side, Step, probe, probe_incoming, probe_outgoing
from tests.mail.accounts import an_email, imap_account, smtp_account, trusting
from tests.servers.certificate import Certificate, make_certificate
from tests.servers.cutting_proxy import cutting_proxy
from tests.servers.dovecot import Dovecot
from tests.servers.programs import free_port
from tests.servers.smtp_sink import LOGIN, SmtpSink, running_sink


def failed(steps: list[Step]) -> Step:
    """The one step that failed, the last one tried."""
    assert [step.ok for step in steps] == [True] * (len(steps) - 1) + [False]
    assert steps[-1].fix
    return steps[-1]


def test_a_good_mailbox_passes_every_step_and_nothing_is_sent(dovecot: Dovecot, certificate: Certificate):
    ada, (user, password) = dovecot.new_user(), LOGIN
    dovecot.append(ada, an_email())
    with running_sink(certificate=certificate, login=True) as sink:
        trusted = trusting(certificate.authority, Security.STARTTLS)
        steps = list(
            probe(
                imap_account(dovecot.tls_port, ada, **trusting(certificate.authority, Security.TLS)),
                smtp_account(sink.port, user=user, password=Secret(password), **trusted),
                "desk@candour.example",
            )
        )
        assert sink.accepted == []

    assert [(step.side, step.name) for step in steps if step.ok] == [
        *((Side.INCOMING, name) for name in ("name", "port", "encryption", "login", "folder")),
        *((Side.OUTGOING, name) for name in ("name", "port", "encryption", "login", "sending")),
    ]
    assert "certificate is valid until" in steps[2].detail
    assert "INBOX holds 1 emails" in steps[4].detail
    assert password not in str(steps)


def test_one_side_failing_does_not_hide_the_other(smtp_sink: SmtpSink):
    steps = list(probe(imap_account(free_port(), "ada"), smtp_account(smtp_sink.port), "desk@candour.example"))
    assert [(step.side, step.name) for step in steps if not step.ok] == [(Side.INCOMING, "port")]
    assert steps[-1] == Step(Side.OUTGOING, "sending", ok=True, detail=steps[-1].detail)


def test_a_name_nobody_knows():
    account = imap_account(993, "ada@customer.example", host="imap.nowhere.invalid", security=Security.TLS)
    step = failed(list(probe_incoming(account)))
    assert step.name == "name"
    assert "imap.customer.example" in step.fix


def test_a_closed_port_names_the_usual_ones():
    assert "993" in failed(list(probe_incoming(imap_account(free_port(), "ada")))).fix
    assert "587" in failed(list(probe_outgoing(smtp_account(free_port()), "a@b.example"))).fix


def test_tls_asked_of_a_port_that_begins_in_plain(dovecot: Dovecot, smtp_sink: SmtpSink, certificate: Certificate):
    trusted = trusting(certificate.authority, Security.TLS)
    for step in (
        failed(list(probe_incoming(imap_account(dovecot.port, "ada", **trusted)))),
        failed(list(probe_outgoing(smtp_account(smtp_sink.port, **trusted), "a@b.example"))),
    ):
        assert step.name == "encryption"
        assert "choose “starttls”" in step.fix


def test_starttls_asked_of_a_port_that_begins_with_tls(dovecot: Dovecot, certificate: Certificate):
    trusted = trusting(certificate.authority, Security.STARTTLS) | {"connect_seconds": 1}
    with running_sink(certificate=certificate, implicit_tls=True) as sink:
        for step in (
            failed(list(probe_incoming(imap_account(dovecot.tls_port, "ada", **trusted)))),
            failed(list(probe_outgoing(smtp_account(sink.port, **trusted), "a@b.example"))),
        ):
            assert step.name == "encryption"
            assert "choose “tls”" in step.fix


@pytest.mark.parametrize(
    ("wrong", "trusted", "words"),
    [
        ({"valid_for": timedelta(days=-1)}, True, "expired"),
        ({"valid_for": timedelta(days=30)}, True, "not valid yet"),
        ({"host": "other.example"}, True, "another name"),
        ({}, False, "private authority"),
    ],
)
def test_certificates_that_cannot_be_trusted(dovecot: Dovecot, tmp_path: Path, wrong, trusted: bool, words: str):
    bad = make_certificate(tmp_path, **wrong)
    with ExitStack() as stack:
        imap_proxy = stack.enter_context(cutting_proxy(dovecot.port, bad))
        sink = stack.enter_context(running_sink(certificate=bad, implicit_tls=True))
        settings: dict[str, Any] = {"host": "localhost", "security": Security.TLS}
        if trusted:
            settings["trusted_certificates"] = bad.authority
        for step in (
            failed(list(probe_incoming(imap_account(imap_proxy.port, "ada", **settings)))),
            failed(list(probe_outgoing(smtp_account(sink.port, **settings), "a@b.example"))),
        ):
            assert step.name == "encryption"
            assert words in step.fix


def test_a_refused_password(dovecot: Dovecot, certificate: Certificate):
    incoming = failed(list(probe_incoming(imap_account(dovecot.port, "ada", password=Secret("wrong-one")))))
    with running_sink(certificate=certificate, implicit_tls=True, login=True) as sink:
        trusted = trusting(certificate.authority, Security.TLS)
        account = smtp_account(sink.port, user="ada@customer.example", password=Secret("wrong-one"), **trusted)
        outgoing = failed(list(probe_outgoing(account, "a@b.example")))
    for step in (incoming, outgoing):
        assert step.name == "login"
        assert "app password" in step.fix
        assert "wrong-one" not in f"{step}"
    assert "whole address" in incoming.fix
    assert "whole address" not in outgoing.fix


def test_a_missing_folder_comes_with_those_that_exist(dovecot: Dovecot):
    user = dovecot.new_user()
    dovecot.append(user, an_email(), folder="Support")
    step = failed(list(probe_incoming(imap_account(dovecot.port, user, folder="Supprot"))))
    assert step.name == "folder"
    assert "INBOX, Support" in step.fix


def test_a_server_that_does_not_send_for_this_address(smtp_sink: SmtpSink):
    smtp_sink.answer_senders("553 5.7.1 not owned by user")
    step = failed(list(probe_outgoing(smtp_account(smtp_sink.port), "boss@elsewhere.example")))
    assert step.name == "sending"
    assert "553 5.7.1 not owned by user" in step.detail
