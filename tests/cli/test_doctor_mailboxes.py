"""`helpdesk doctor` names what is wrong with a mailbox, in and out, and with what is waiting to be sent."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.cli.doctor import servers
from helpdesk.desk import ledger, reconciliation
from helpdesk.models.mailbox import LoginKind, Mailbox
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.models.outbound_email import Delivery
from helpdesk.runtime import Runtime
from tests import world
from tests.servers.programs import free_port
from tests.servers.smtp_sink import SmtpSink

Says = Callable[..., str]


def test_a_wrong_imap_password_is_named(examined: Any, in_order: str, says: Says):
    given = {"HELPDESK_MAILBOX_PASSWORD": "wrong", "HELPDESK_SMTP_PASSWORD": "also wrong"}
    says("mailbox", "password", in_order, environment=given)

    code, found = examined()

    assert (code, found["mailbox_incoming"]["cause"]) == (1, "login")
    assert found["mailbox_incoming"]["about"] == in_order
    assert "password" in found["mailbox_incoming"]["fix"]
    assert "mailbox_outgoing" not in found


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"imap_security": "tls", "imap_host": "imap.desk.invalid"}, "name"),
        ({"imap_port": 1}, "port"),
        ({"imap_security": "tls"}, "encryption"),
        ({"imap_security": "starttls", "imap_host": "localhost"}, "encryption"),  # an authority nobody trusts
        ({"folder": "Elsewhere"}, "folder"),
    ],
    ids=["host", "port", "tls", "certificate", "folder"],
)
def test_an_imap_server_that_can_not_be_used_is_named(
    examined: Any, in_order: str, runtime: Runtime, change: dict[str, object], cause: str
):
    set_mailbox(runtime, **change)

    code, found = examined()

    assert (code, found["mailbox_incoming"]["cause"]) == (1, cause)
    assert found["mailbox_incoming"]["fix"]


def test_a_mailbox_that_would_send_its_password_in_the_clear_is_named(examined: Any, in_order: str, runtime: Runtime):
    set_mailbox(runtime, imap_host="imap.desk.example")

    code, found = examined()

    assert (code, found["mailbox"]["cause"]) == (1, "unencrypted")


def test_a_refusing_smtp_server_is_named(examined: Any, in_order: str, smtp_sink: SmtpSink, runtime: Runtime):
    smtp_sink.answer_senders("550 not you")
    assert examined()[1]["mailbox_outgoing"]["cause"] == "sending"

    set_mailbox(runtime, smtp_port=free_port())
    code, found = examined()
    assert (code, found["mailbox_outgoing"]["cause"]) == (1, "port")


def test_passwords_of_another_key_file_are_named(examined: Any, in_order: str, installation: Path):
    (installation / "candour.key").write_text("00" * 32)

    code, found = examined()

    assert (code, found["mailbox"]["cause"]) == (1, "secret_unreadable")
    assert "helpdesk mailbox password" in found["mailbox"]["fix"]


def test_a_mailbox_that_nobody_polls_is_named(examined: Any, in_order: str, runtime: Runtime):
    set_mailbox(runtime, polled_at=clock.now() - timedelta(minutes=6))
    assert examined()[1]["poller"]["cause"] == "not_running"

    set_mailbox(runtime, poll_error="The server does not accept this user name and password.")
    code, found = examined()
    assert (code, found["poller"]["cause"]) == (1, "failing")


def test_an_email_that_is_missing_in_the_ledger_is_named_until_it_is_there(
    examined: Any, in_order: str, runtime: Runtime
):
    assert "ledger" not in examined()[1]
    with runtime.db.transaction() as session:
        mailbox = session.scalars(select(Mailbox)).one()
        place = ledger.position(session, mailbox.id, mailbox.folder, 7)
        place.last_uid = 3
        reconciliation.count(session, place, [1, 3])

    code, found = examined()

    assert (code, found["ledger"]["cause"], found["ledger"]["about"]) == (1, "gap", in_order)
    assert "UID 1, 3" in found["ledger"]["says"]
    with runtime.db.transaction() as session:
        reconciliation.count(session, session.merge(place), [])
    assert "ledger" not in examined()[1]


def test_paused_sending_and_a_stuck_outbox_are_named(examined: Any, in_order: str, says: Says, runtime: Runtime):
    says("agent", "add", "bob@desk.example", "--name", "Bob")
    assert "outbox" not in examined()[1]
    with runtime.db.transaction() as session:
        session.scalars(select(Delivery)).one().due_at = clock.now() - timedelta(minutes=6)
    assert examined()[1]["outbox"]["cause"] == "stuck"

    set_mailbox(runtime, sending_paused_because="the login was refused")
    code, found = examined()
    assert (code, found["sending"]["cause"]) == (1, "paused")
    assert "outbox" not in found


def set_mailbox(runtime: Runtime, **values: object) -> None:
    with runtime.db.transaction() as session:
        one = session.scalars(select(Mailbox)).one()
        for name, value in values.items():
            setattr(one, name, value)


@pytest.mark.parametrize(
    ("token", "cause", "says"),
    [
        ({"error": "the consent was withdrawn", "hours": 2}, "not_renewed", "can't be renewed"),
        ({"error": "the token server does not answer", "hours": -2}, "ended", "has ended"),
        ({"secret_days": 5, "hours": 2}, "secret_ends", "the client secret"),
    ],
    ids=["revoked", "unreachable", "secret"],
)
def test_a_login_by_token_that_will_not_last_is_named(runtime: Runtime, token: dict[str, Any], cause: str, says: str):
    now = clock.now()
    with runtime.db.transaction() as session:
        a_mailbox = world.a_mailbox(session, world.a_team(session))
    row = MailboxToken(mailbox_id=a_mailbox.id, provider="other", client_id="c", authorize_url="", token_url="")
    row.error, row.expires_at = token.get("error"), now + timedelta(hours=token["hours"])
    row.secret_ends_at = now + timedelta(days=token["secret_days"]) if "secret_days" in token else None
    a_mailbox.login = LoginKind.TOKEN

    (found,) = servers.logins([(a_mailbox, row)])

    assert (found.cause, found.about, says in found.says) == (cause, a_mailbox.address, True)
    assert "Mailbox logins" in found.fix
