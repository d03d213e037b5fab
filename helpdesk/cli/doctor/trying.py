"""Connecting once to every server the desk has a reason to talk to, by the desk's own ways where it has one."""

import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from sqlalchemy import select

from helpdesk.cli.doctor import servers
from helpdesk.cli.doctor.finding import Finding, Findings, State, ok, warning
from helpdesk.desk import single_sign_on
from helpdesk.desk.egress import Declared
from helpdesk.desk.single_sign_on import ProviderRefused, SingleSignOn
from helpdesk.egress import UNNAMED
from helpdesk.models.mailbox import Mailbox
from helpdesk.runtime import Runtime
from helpdesk.storage.vault import KeyFileUnusable
from helpdesk.web import provider

Tell = Callable[[str, int, int], None]  # what, how much of it is done, of how much
_CHECK: Final = "egress_tried"
_SECONDS: Final = 5
_AT_ONCE: Final = 8


def each(here: Runtime, known: Sequence[Declared], tell: Tell) -> Findings:
    """Every server is knocked at, every mailbox logged in to, in and out, the provider asked for its description.

    Nothing is sent. That a server can't be reached is worth a look, but leaks nothing: no failure.
    """
    with here.db.reading() as session:
        mailboxes = list(session.scalars(select(Mailbox).order_by(Mailbox.address)))
        chosen = single_sign_on.of(session)
    doors = list(dict.fromkeys((one.host, one.port) for one in known if one.host != UNNAMED))
    with ThreadPoolExecutor(_AT_ONCE) as hands:
        for done, finding in enumerate(hands.map(_knock, doors), 1):
            tell("knocking", done, len(doors))
            yield finding
    yield from _logins(here, mailboxes, tell)
    if chosen.is_on:
        yield _description(chosen)


def _knock(door: tuple[str, int]) -> Finding:
    host, port = door
    try:
        socket.create_connection(door, _SECONDS).close()
    except (OSError, UnicodeError) as error:
        says = f"{host}, port {port}: no connection ({type(error).__name__})"
        return warning(_CHECK, "not_reached", says, "'helpdesk doctor' says more", about=host)
    return ok(_CHECK, f"{host}, port {port}: answers", about=host)


def _logins(here: Runtime, mailboxes: list[Mailbox], tell: Tell) -> Iterator[Finding]:
    if not mailboxes:
        return
    try:
        vault = here.vault
    except KeyFileUnusable as error:
        yield warning(_CHECK, "no_key", f"no mailbox was logged in to: {error}", "'helpdesk doctor' says more")
        return
    tell("logging in", 0, len(mailboxes))
    for one in servers.every_mailbox(mailboxes, vault):
        is_well = one.state is State.OK
        yield replace(one, check=_CHECK, state=State.OK if is_well else State.WARNING)
    tell("logging in", len(mailboxes), len(mailboxes))


def _description(chosen: SingleSignOn) -> Finding:
    try:
        provider.fetch(chosen.discovery_url)
    except ProviderRefused as refused:
        says = f"single sign-on ({chosen.name}): {refused}"
        return warning(_CHECK, "not_reached", says, "look at Settings, Sign-in rules", about=chosen.name)
    return ok(_CHECK, f"single sign-on ({chosen.name}): the provider describes itself", about=chosen.name)
