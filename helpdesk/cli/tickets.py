"""`helpdesk ticket`: reading at the command line, by the same right and with the same trace as in the browser."""

import unicodedata
from collections.abc import Iterator

import click
from sqlalchemy import select

from helpdesk.cli import grants
from helpdesk.cli.errors import Failed
from helpdesk.cli.grants import AS, PURPOSES
from helpdesk.cli.identity import identified
from helpdesk.cli.place import Place, pass_place
from helpdesk.desk import inbox
from helpdesk.models.access_grant import Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, protection
from helpdesk.privacy.access import TicketText
from helpdesk.privacy.grants import Wish
from helpdesk.runtime import Runtime


@click.group()
def ticket() -> None:
    """Read a ticket as yourself, or ask for permission to; the trail knows of both."""


@ticket.command()
@click.argument("number", type=click.IntRange(min=1))
@AS
@click.option("--purpose", type=PURPOSES, help="What for: a protected ticket wants to know.")
@pass_place
def show(place: Place, *, number: int, email: str, purpose: str | None) -> None:
    """Print a ticket, if you may read it: by ordinary handling, or a permission that somebody gave you.

    Whoever hosts or develops the desk has no other way to content than a permission.
    """
    with place.desk() as here:
        agent_id = identified(here, email)
        if purpose is not None:
            _state(here, agent_id, number, Purpose(purpose))
        text, messages = _read(here, agent_id, number)
        click.echo("\n".join(_in_lines(number, text, messages)))


@ticket.command()
@click.argument("number", type=click.IntRange(min=1))
@AS
@click.option("--purpose", type=PURPOSES, required=True)
@click.option("--reason", required=True, help="In your words: the person whose data it is will read them.")
@click.option("--hours", type=click.IntRange(min=1), default=24, show_default=True)
@pass_place
def ask(place: Place, *, number: int, email: str, purpose: str, reason: str, hours: int) -> None:
    """Ask for permission to read a ticket. Whether there is such a ticket is not told."""
    grants.put(place, email, Wish(Scope.TICKET, number, Purpose(purpose), reason, hours * 60))
    click.echo(f"Asked. If it is allowed, read it with: helpdesk ticket show {number} --as {email}")


def _state(here: Runtime, agent_id: int, number: int, purpose: Purpose) -> None:
    with here.db.transaction() as session:
        by = session.get_one(Agent, agent_id)
        found = session.scalar(inbox.visible(by).where(Ticket.id == number))
        if found is not None:
            protection.state(session, found, purpose, by=by)


def _read(here: Runtime, agent_id: int, number: int) -> tuple[TicketText, list[Message]]:
    """The ticket through the gate; the reading, or the refusal, is on the trail before a letter is printed."""
    with here.db.reading() as session:
        by = session.get_one(Agent, agent_id)
        found = session.scalar(inbox.visible(by).where(Ticket.id == number))
        refused: Exception | None = None
        text, messages = None, list[Message]()
        try:
            if found is not None:
                text = access.read(session, found, by=by)
                chosen = select(Message).where(Message.ticket_id == number).order_by(Message.id)
                messages = list(session.scalars(chosen))
        except access.AccessDenied as error:
            refused = error
        if text is None:
            audit.record(session, "ticket.refused", by=by, on=("ticket", number), facts={"at": "command line"})
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    if isinstance(refused, access.PurposeNeeded):
        raise Failed(f"ticket {number} is protected: say what for, with --purpose {'|'.join(protection.ASKED)}")
    if text is None:
        raise Failed(
            f"there is no permission for you to read ticket {number}: ask for one with "
            f"'helpdesk ticket ask {number} --as … --purpose bug --reason …'"
        )
    return text, messages


def _in_lines(number: int, text: TicketText, messages: list[Message]) -> Iterator[str]:
    yield f"#{number}  {_plain(text.subject)}"
    for message in messages:
        said = text.messages.get(message.id)
        who = f"{message.from_name} <{message.from_email}>"
        yield f"\n--- {message.at:%Y-%m-%d %H:%M} UTC  {message.direction.value}  {_plain(who)}"
        yield _plain(said.text if said else "")
    for note in text.notes.values():
        yield f"\n--- note\n{_plain(note)}"
    for name in text.attachment_names.values():
        yield f"\n--- file  {_plain(name)}"


def _plain(text: str) -> str:
    """Without the signs that a terminal obeys: what a stranger wrote moves no cursor and colours nothing."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one)[0] != "C")
