"""Agents are added, listed, disabled and given new passwords at the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk import clock
from helpdesk.desk import password_resets, teams
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.models.outbound_email import Delivery, Purpose
from helpdesk.models.sign_in import LoginSession
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage.vault import digest_of

Command = Callable[..., Result]
Says = Callable[..., str]
PASSWORD = "seven brown herons wade"


def test_an_agent_is_added_with_a_password_from_the_environment(says: Says, runtime: Runtime):
    says("team", "add", "Support")
    given = {"HELPDESK_AGENT_PASSWORD": PASSWORD}
    says("agent", "add", "ada@desk.example", "--name", "Ada", "--admin", "--team", "support", environment=given)

    ada = the_agent(runtime, "ada@desk.example")
    assert ada.is_admin
    assert PasswordHasher().verify(ada.password_hash or "", PASSWORD)
    assert "$argon2id$" in (ada.password_hash or "")
    assert "admin     ada@desk.example  Ada  [Support]" in says("agent", "list")


def test_a_password_is_read_from_standard_input(says: Says, runtime: Runtime):
    says("agent", "add", "ada@desk.example", "--name", "Ada", "--password-stdin", typed=f"{PASSWORD}\n")

    assert PasswordHasher().verify(the_agent(runtime, "ada@desk.example").password_hash or "", PASSWORD)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("aaaaaaaaaaaaaaaa", "guessed"),
        ("ada@desk.example1", "guessed"),
        ("password1234", "guessed"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused_and_nobody_is_added(
    helpdesk: Command, runtime: Runtime, password: str, why: str
):
    given = {"HELPDESK_AGENT_PASSWORD": password}
    refused = helpdesk("agent", "add", "ada@desk.example", "--name", "Ada", environment=given)

    assert refused.exit_code == 1
    assert why in refused.stderr
    with runtime.db.reading() as session:
        assert session.scalar(select(Agent)) is None


def test_an_invitation_is_put_in_the_outbox_when_there_is_a_mailbox(says: Says, runtime: Runtime):
    a_mailbox(runtime)

    printed = says("agent", "add", "ada@desk.example", "--name", "Ada")

    assert "A link to choose a password goes to ada@desk.example" in printed
    assert "password-resets" not in printed
    with runtime.db.reading() as session:
        outgoing = session.scalars(select(Delivery)).one()
        assert outgoing.email == "ada@desk.example"


def test_a_mailbox_whose_sending_is_paused_is_not_asked_to_send_a_link(helpdesk: Command, runtime: Runtime):
    a_mailbox(runtime)
    with runtime.db.transaction() as session:
        session.scalars(select(Mailbox)).one().sending_paused_because = "the login was refused"

    refused = helpdesk("agent", "add", "ada@desk.example", "--name", "Ada")

    assert refused.exit_code == 1
    assert "paused: the login was refused" in refused.stderr
    assert deliveries(runtime) == []


def test_without_a_mailbox_the_link_is_printed_only_when_asked_for(helpdesk: Command, says: Says, runtime: Runtime):
    helpdesk("agent", "add", "ada@desk.example", "--name", "Ada")

    not_mailed = helpdesk("agent", "password", "ada@desk.example")
    link = says("agent", "password", "ada@desk.example", "--show-link").strip()

    assert not_mailed.exit_code == 1
    assert "--show-link" in not_mailed.stderr
    assert "password-resets" not in not_mailed.output
    assert link.startswith("http://localhost:8000/password-resets/")
    with runtime.db.transaction() as session:
        ada = password_resets.use(session, link.rpartition("/")[2], PASSWORD)
        assert ada.email == "ada@desk.example"


def test_an_agent_gets_another_role_and_other_teams(says: Says, helpdesk: Command, runtime: Runtime):
    for name in ("Support", "Sales", "Billing"):
        says("team", "add", name)
    given = {"HELPDESK_AGENT_PASSWORD": PASSWORD}
    says(
        "agent", "add", "ada@desk.example", "--name", "Ada", "--role", "lead", "--team", "Support", environment=given
    )
    assert "lead      ada@desk.example  Ada  [Support]" in says("agent", "list")

    says("agent", "change", "ada@desk.example", "--role", "dpo", "--team", "Sales", "--team", "Billing")

    assert "dpo       ada@desk.example  Ada" in says("agent", "list")
    assert "[Support]" not in says("agent", "list")
    assert helpdesk("agent", "change", "ada@desk.example").exit_code == 2
    assert helpdesk("agent", "change", "ada@desk.example", "--role", "king").exit_code == 2


def test_a_link_works_once_and_takes_the_other_links_with_it(says: Says, helpdesk: Command, runtime: Runtime):
    helpdesk("agent", "add", "ada@desk.example", "--name", "Ada")
    first, second = (says("agent", "password", "ada@desk.example", "--show-link").strip() for _ in range(2))

    with runtime.db.transaction() as session:
        password_resets.use(session, first.rpartition("/")[2], PASSWORD)

    for link in (first, second):
        with runtime.db.reading() as session, pytest.raises(password_resets.LinkExpired):
            password_resets.open_link(session, link.rpartition("/")[2])


def test_a_link_expires(says: Says, helpdesk: Command, runtime: Runtime):
    helpdesk("agent", "add", "ada@desk.example", "--name", "Ada")
    link = says("agent", "password", "ada@desk.example", "--show-link").strip()

    with (
        clock.stopped_at(clock.now() + password_resets.WORKS_FOR),
        runtime.db.reading() as session,
        pytest.raises(password_resets.LinkExpired),
    ):
        password_resets.open_link(session, link.rpartition("/")[2])


def test_a_stranger_can_have_three_links_an_hour_mailed_and_learns_nothing(says: Says, runtime: Runtime):
    a_mailbox(runtime)
    says("agent", "add", "ada@desk.example", "--name", "Ada", environment={"HELPDESK_AGENT_PASSWORD": PASSWORD})

    for email in ["ADA@desk.example "] * 5 + ["nobody@desk.example"]:
        with runtime.db.transaction() as session:
            password_resets.ask(session, runtime.vault, email)

    with runtime.db.reading() as session:
        assert len(session.scalars(select(Delivery)).all()) == 3
        assert {d.outbound_email.purpose for d in deliveries(runtime)} == {Purpose.PASSWORD_RESET}


def test_a_disabled_agent_is_signed_out_and_gets_no_link(says: Says, helpdesk: Command, runtime: Runtime):
    given = {"HELPDESK_AGENT_PASSWORD": PASSWORD}
    says("agent", "add", "ada@desk.example", "--name", "Ada", environment=given)
    with runtime.db.transaction() as session:
        ada = the_agent(runtime, "ada@desk.example")
        session.add(LoginSession(agent_id=ada.id, secret_hash=digest_of("cookie"), ends_at=clock.now()))

    says("agent", "disable", "ada@desk.example")

    assert helpdesk("agent", "password", "ada@desk.example", "--show-link").exit_code == 1
    with runtime.db.reading() as session:
        assert session.scalars(select(LoginSession)).one().ended_at is not None
    says("agent", "disable", "--undo", "ada@desk.example")
    assert not the_agent(runtime, "ada@desk.example").is_disabled


def test_the_only_admin_stays(says: Says, helpdesk: Command):
    given = {"HELPDESK_AGENT_PASSWORD": PASSWORD}
    says("agent", "add", "ada@desk.example", "--name", "Ada", "--admin", environment=given)

    refused = helpdesk("agent", "disable", "ada@desk.example")

    assert refused.exit_code == 1
    assert "only admin" in refused.stderr


@pytest.mark.parametrize("email", ["ada", "ada@", "@desk.example", "a b@desk.example", "a@b@c", "<ada@desk.example>"])
def test_an_address_that_is_none_is_refused(helpdesk: Command, email: str):
    refused = helpdesk("agent", "add", email, "--name", "Ada")

    assert refused.exit_code == 1
    assert "not an email address" in refused.stderr


def test_nobody_is_added_twice_or_to_a_team_that_is_not_there(says: Says, helpdesk: Command):
    given = {"HELPDESK_AGENT_PASSWORD": PASSWORD}
    says("agent", "add", "ada@desk.example", "--name", "Ada", environment=given)

    again = helpdesk("agent", "add", "Ada@Desk.example", "--name", "Ada", environment=given)
    lost = helpdesk("agent", "add", "bob@desk.example", "--name", "Bob", "--team", "Sales", environment=given)

    assert "agent already" in again.stderr
    assert "no team 'Sales'" in lost.stderr
    assert "helpdesk team add" in lost.stderr


def test_each_change_leaves_an_event_of_the_command_line(says: Says, runtime: Runtime):
    says("agent", "add", "ada@desk.example", "--name", "Ada", environment={"HELPDESK_AGENT_PASSWORD": PASSWORD})
    says("team", "add", "Support", "--agent", "ada@desk.example")
    says("agent", "disable", "ada@desk.example")

    with runtime.db.reading() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in events] == [
        "agent.add", "password.set", "team.add", "agent.teams", "agent.disable",
    ]  # fmt: skip
    assert {(event.actor_kind, event.actor_id) for event in events} == {("machine", "command")}


def test_without_the_key_file_nobody_is_added_halfway(helpdesk: Command, installation: Path, runtime: Runtime):
    (installation / "candour.key").unlink()

    refused = helpdesk("agent", "add", "ada@desk.example", "--name", "Ada")

    assert refused.exit_code == 2
    assert "key file" in refused.stderr
    with runtime.db.reading() as session:
        assert session.scalar(select(Agent)) is None


def the_agent(runtime: Runtime, email: str) -> Agent:
    with runtime.db.reading() as session:
        return session.scalars(select(Agent).where(Agent.email == email)).one()


def deliveries(runtime: Runtime) -> list[Delivery]:
    with runtime.db.reading() as session:
        return list(session.scalars(select(Delivery).options(joinedload(Delivery.outbound_email))))


def a_mailbox(runtime: Runtime) -> None:
    with runtime.db.transaction() as session:
        team = teams.add(session, "Support", by=Machine.COMMAND)
        session.add(
            Mailbox(
                address="support@desk.example",
                name="Support",
                team_id=team.id,
                imap_host="127.0.0.1",
                imap_port=143,
                imap_security=Security.PLAIN,
                imap_user="support",
                imap_secret=b"",
                smtp_host="127.0.0.1",
                smtp_port=25,
                smtp_security=Security.PLAIN,
            )
        )
