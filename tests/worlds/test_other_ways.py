"""Random worlds: the stream, the commands, the mail and the jobs let out what the oracle allows, and no more."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pkgutil import resolve_name
from random import Random
from typing import Any, Final

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, event, select

from helpdesk.cli import main
from helpdesk.models.access_grant import AccessGrant
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.runtime import Runtime
from helpdesk.storage import jobs, presence
from helpdesk.storage.jobs import Job
from helpdesk.web import events
from tests.servers.smtp_sink import Accepted, SmtpSink
from tests.stories import canary
from tests.web.browser import PASSWORD
from tests.worlds.asking import Asked
from tests.worlds.conftest import FIRST, SECOND
from tests.worlds.looking import Look, days_later, signed_in
from tests.worlds.oracle import State, marks_in
from workers import schedule

# with their words; "{who}", "{ticket}", "{grant}" and whether a purpose is stated are drawn
COMMANDS: Final = {
    "ticket show": "{ticket} --as {who} {purpose}",
    "ticket ask": "{ticket} --as {who} --purpose bug --reason because",
    "grant ask": "--ticket {ticket} --as {who} --purpose bug --reason because",
    "grant list": "--as {who}",
    "grant extend": "{grant} --as {who} --reason because",
    "grant end": "{grant} --as {who}",
    "agent list": "",
    "team list": "",
    "mailbox list": "",
    "audit checkpoint": "",
    "audit export": "",
    "audit prove": "1",
    "audit verifier": "",
    "audit verify": "",
    "policy show": "",
    "policy verify": "",
    "statistics run": "",
    "statistics show": "--json",
    "statistics verify": "",
    "themes show": "--report 1",
    "erase": "1 --dry-run",
    "migrate": "--check",
}
# these make or change a desk, run it, or are told what they look at: they have nothing of a ticket to print
APART: Final = frozenset(
    {
        "init", "up", "web", "poll", "worker", "schedule", "demo", "backup", "restore", "doctor", "policy publish",
        "themes run", "themes evaluate", "mail inspect", "mailbox add", "mailbox connect", "mailbox password",
        "mailbox test", "team add", "agent add", "agent change", "agent disable", "agent password",
        "agent reset-second-step",
    }
)  # fmt: skip
SINK: Final = "mail.log"  # the mail server of the test speaks in this process too
_CONTENT: Final = re.compile(rf"\bFROM ({'|'.join(sorted(canary.CONTENT - {'audit_payload', 'grant_reason'}))})\b")


@pytest.mark.parametrize("random", FIRST, indirect=True)
def test_the_stream_tells_of_the_tickets_somebody_may_know_of_and_of_no_other(
    look: Look, app: Flask, random: Random, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "_BEAT", 0.2)
    monkeypatch.setattr(events, "_STEP", 0.05)
    monkeypatch.setattr(events, "_GATHER", 0.02)

    for who in look.made.agents:
        answer = signed_in(app, who).get("/events", buffered=False)
        lines = (str(one, "utf-8") if isinstance(one, bytes) else one for one in answer.response)
        assert "event: live" in next(lines)
        with look.here.db.transaction() as session:
            for ticket_id in look.made.tickets:
                jobs.announce(session, ticket_id)
        presence.seen(look.here.doorbell.redis, look.made.tickets[0], 1, doing=presence.Doing.LOOKING)
        said = next(lines) + next(lines)
        answer.close()

        told = {number for data in re.findall(r"^data: (\[.*\])$", said, re.MULTILINE) for number in json.loads(data)}
        assert told == {one for one in look.made.tickets if look.state.knows(who, one)}, who
        assert not marks_in(said)
    assert signed_in(app, None).get("/events").status_code == 401


@pytest.mark.parametrize("random", SECOND, indirect=True)
def test_each_command_prints_what_its_user_may_read_and_one_without_a_user_prints_no_content(
    look: Look, random: Random
):
    with days_later(random.choice((0.5, 2))):
        look.state = State(look.here.db, look.made)
        for name, words in COMMANDS.items():
            for who in random.sample(look.made.agents, 3) if "{who}" in words else (None,):
                for given in _given(look, words, who, random):
                    with _machine_readings_on_the_trail(look, name):
                        said = CliRunner().invoke(
                            main, ["--config", str(look.here.config.folder / "config.toml"), *name.split(), *given],
                            env={"HELPDESK_AGENT_PASSWORD": PASSWORD}, input="",
                        )  # fmt: skip
                    assert said.exit_code in {0, 1}, (name, said.output)  # 2 is a command that was not understood
                    before, look.state = look.state, State(look.here.db, look.made)
                    asked = Asked("types", f"{name} {given}", name, said.exit_code, said.output)
                    look.judge(who, asked, before if "--purpose" not in given else look.state)

    assert not look.wrong, "\n".join(look.wrong[:20])


def test_every_command_is_one_of_those():
    assert set(_leaves(main)) == COMMANDS.keys() | APART


@pytest.mark.parametrize("random", FIRST, indirect=True)
def test_what_is_mailed_is_what_its_writer_may_read_and_goes_to_whom_it_was_written(
    look: Look, app: Flask, smtp_sink: SmtpSink, random: Random
):
    _write_to_somebody(look, app, random.choice(look.made.agents))
    with days_later(0.02):
        _run(Job.SWEEP, 0)
        for email_id in _ids(look.here, OutboundEmail):
            _run(Job.DELIVER, email_id)
    look.state = State(look.here.db, look.made)
    look.trail.look()

    for email in smtp_sink.accepted:
        _judge_mail(look, email)
    assert not look.wrong, "\n".join(look.wrong[:20])
    assert look.obtained


@pytest.mark.parametrize("random", SECOND, indirect=True)
def test_no_job_lets_content_out_and_what_it_reads_is_on_the_trail(
    look: Look, random: Random, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    with canary.listening_to_redis(look.here.config.redis_url) as heard, days_later(0.5):
        for job in Job:
            for row_id in {1, 2, random.choice(look.made.tickets), 987654}:
                with _machine_readings_on_the_trail(look, job):
                    _run(job, row_id)
        for entry in schedule.CLOCKWORK:
            with _machine_readings_on_the_trail(look, entry.name):
                entry.what()

    places = {
        "logs": "\n".join(map(repr, (vars(one) for one in caplog.records if one.name != SINK))),
        "Redis": "\n".join(heard) + canary.everything_in_redis(look.here.config.redis_url),
        "tables": canary.rows_of(look.here, besides=canary.CONTENT),
    }
    assert not {place: found for place, text in places.items() if (found := marks_in(text))}
    assert not look.wrong, "\n".join(look.wrong[:20])


def _run(job: Job, row_id: int) -> None:
    resolve_name(job.value)(row_id)


def _ids(here: Runtime, table: Any) -> list[int]:
    with here.db.reading() as session:
        return list(session.scalars(select(table.id).order_by(table.id)))


def _given(look: Look, words: str, who: str | None, random: Random) -> Iterator[list[str]]:
    """The words of a command, filled in: for some tickets where it names one."""
    grants = _ids(look.here, AccessGrant)
    for ticket in random.sample(look.made.tickets, 2) if "{ticket}" in words else (0,):
        purpose = random.choice(("", "--purpose bug"))
        yield words.format(who=who, ticket=ticket, grant=random.choice(grants), purpose=purpose).split()


def _leaves(command: click.Command, *path: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from _leaves(inner, *path, name)


@contextmanager
def _machine_readings_on_the_trail(look: Look, about: str) -> Iterator[None]:
    """Whoever selects from a table of content must have left an event with a basis."""
    touched: set[str] = set()

    def watch(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            touched.update(_CONTENT.findall(statement))

    look.trail.look()
    event.listen(Engine, "before_cursor_execute", watch)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", watch)
    if touched and not any(one.basis for one in look.trail.look()):
        look.wrong.append(f"{about} reads {sorted(touched)}, and nothing on the trail says by what right")


def _write_to_somebody(look: Look, app: Flask, who: str) -> None:
    """Every form, sent by an agent; an answer that comes of it is on a ticket they may read, before or after."""
    browser = signed_in(app, who)
    before = State(look.here.db, look.made)
    for rule in look.asker.routes("POST"):
        for url in look.asker.addresses(rule, 1):
            look.asker.ask(browser, "POST", rule, url)
            after = State(look.here.db, look.made)
            for message_id in after.outbox.keys() - before.outbox.keys():
                row = after.outbox[message_id]
                message = after.messages.get(row["message_id"] or 0)
                states = (before, after)
                if message and not any(state.reads(who, message["ticket_id"]) for state in states):
                    look.wrong.append(
                        f"{who} POST {url} writes {message_id} on {message['ticket_id']} without a basis"
                    )
            before = after


def _judge_mail(look: Look, email: Accepted) -> None:
    row = look.state.outbox[str(email.message["Message-ID"]).strip("<>")]
    about = f"{row['purpose']} {row['id']} to {email.recipients}"
    if not set(email.recipients) <= look.state.recipients[row["id"]]:
        look.wrong.append(f"{about} goes to others than it was written to")
    for mark in marks_in(_unpacked(email)):
        pieces = {one for one in look.state.pieces[mark] if look.state.may_be_mailed(row["message_id"], one)}
        if not pieces:
            look.wrong.append(f"{about} holds {mark} of {sorted(map(str, look.state.pieces[mark]))}")
        elif not any(look.trail.covers("machine delivery", one) for one in pieces):
            look.wrong.append(f"{about} holds {mark}, and the trail does not say so")
        else:
            look.obtained += 1


def _unpacked(email: Accepted) -> str:
    """Headers and all parts, as who gets it sees them."""
    message = message_from_bytes(email.raw, policy=policy.default)
    parts = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
    names = [part.get_filename() or "" for part in message.walk()]
    return " ".join([str(message.items()), *names, *(part.decode("utf-8", "replace") for part in parts)])  # type: ignore[union-attr]
