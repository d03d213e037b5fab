"""What a mailbox needs to be reached: given as options, guessed from its address, or asked for."""

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypedDict, TypeVar

import click

from helpdesk.cli.errors import WrongUse
from helpdesk.desk.mailbox_setup import PROVIDERS, USUAL_IMAP, USUAL_SMTP, Setup
from helpdesk.desk.mailboxes import Server
from helpdesk.models.mailbox import Security

PASSWORD_VARIABLE: Final = "HELPDESK_MAILBOX_PASSWORD"  # noqa: S105  a variable's name
SMTP_PASSWORD_VARIABLE: Final = "HELPDESK_SMTP_PASSWORD"  # noqa: S105  a variable's name

_SECURITIES: Final = click.Choice([security.value for security in Security])
F = TypeVar("F", bound=Callable[..., Any])


class Given(TypedDict):
    """What the options said; None where they said nothing."""

    mailbox_address: str | None
    mailbox_name: str | None
    imap_host: str | None
    imap_port: int | None
    imap_security: str | None
    imap_user: str | None
    smtp_host: str | None
    smtp_port: int | None
    smtp_security: str | None
    smtp_user: str | None
    mailbox_folder: str
    import_days: int | None


def options(command: F) -> F:
    """All that can be said about a mailbox on the command line; passwords can't."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS: Final = (
    click.option("--mailbox-address", help="The address customers write to."),
    click.option("--mailbox-name", help="The name they see beside it."),
    click.option("--imap-host"),
    click.option("--imap-port", type=click.IntRange(1, 65535)),
    click.option("--imap-security", type=_SECURITIES),
    click.option("--imap-user", help="Without it, the address."),
    click.option("--smtp-host"),
    click.option("--smtp-port", type=click.IntRange(1, 65535)),
    click.option("--smtp-security", type=_SECURITIES),
    click.option("--smtp-user", help="Without it, the IMAP user; '' for a server that wants no login."),
    click.option("--mailbox-folder", default="INBOX", show_default=True),
    click.option(
        "--import-days",
        type=click.IntRange(0, 3650),
        help="Import what arrived in the last days, silently. Without it, or 0: from now on.",
    ),
)


def from_options(given: Given, password: str, smtp_password: str) -> Setup:
    """What the options say; what they don't is guessed from the address. Raises WrongUse."""
    address = given["mailbox_address"]
    if not address:
        raise WrongUse("--mailbox-address is missing: the address customers write to")
    guess = guessed(address)
    imap_security = Security(given["imap_security"] or guess.imap.security)
    smtp_security = Security(given["smtp_security"] or guess.smtp.security)
    user = given["imap_user"] or address
    smtp_user = user if given["smtp_user"] is None else given["smtp_user"]
    return Setup(
        address=address,
        name=given["mailbox_name"] or guess.name,
        imap=Server(
            host=given["imap_host"] or guess.imap.host,
            port=given["imap_port"] or USUAL_IMAP[imap_security],
            security=imap_security,
            user=user,
            password=password,
        ),
        smtp=Server(
            host=given["smtp_host"] or guess.smtp.host,
            port=given["smtp_port"] or USUAL_SMTP[smtp_security],
            security=smtp_security,
            user=smtp_user,
            password=(smtp_password or password) if smtp_user else "",
        ),
        folder=given["mailbox_folder"],
        import_days=given["import_days"] or None,
    )


def guessed(address: str) -> Setup:
    """Where the servers of an address most often are; names that exist are preferred."""
    domain = address.rpartition("@")[2].lower()
    imap, smtp = PROVIDERS.get(domain) or (_first_known("imap", domain), _first_known("smtp", domain))
    return Setup(
        address=address,
        name=address.partition("@")[0].capitalize(),
        imap=Server(host=imap, port=993, security=Security.TLS, user=address),
        smtp=Server(host=smtp, port=465, security=Security.TLS, user=address),
    )


def ask(before: Setup | None = None) -> Setup:
    """Ask for everything; what was answered before, or can be guessed, is offered."""
    address = click.prompt("Address customers write to", default=before.address if before else None)
    offered = replace(before, address=address) if before else guessed(address)
    name = click.prompt("Name they see beside it", default=offered.name)
    click.echo("Incoming mail (IMAP)")
    imap = _ask_server(offered.imap, USUAL_IMAP, unchanged="as before")
    folder = click.prompt("  Folder", default=offered.folder)
    click.echo("Outgoing mail (SMTP)")
    smtp = _ask_server(_as_incoming(offered, imap), USUAL_SMTP, unchanged="as for incoming mail", may_be_open=True)
    return replace(offered, name=name, imap=imap, smtp=smtp, folder=folder)


def _as_incoming(offered: Setup, imap: Server) -> Server:
    """Most servers take the same login on both sides: what was the same stays the same."""
    smtp = offered.smtp
    if smtp.user == offered.imap.user:
        smtp = replace(smtp, user=imap.user)
    if smtp.password == offered.imap.password:
        smtp = replace(smtp, password=imap.password)
    return smtp


def _ask_server(offered: Server, usual: dict[Security, int], *, unchanged: str, may_be_open: bool = False) -> Server:
    host = click.prompt("  Server", default=offered.host)
    security = Security(click.prompt("  Encryption", type=_SECURITIES, default=offered.security.value))
    port_offered = offered.port if security is offered.security else usual[security]
    port = click.prompt("  Port", type=click.IntRange(1, 65535), default=port_offered)
    user = click.prompt("  User (- for none)" if may_be_open else "  User", default=offered.user or "-")
    if may_be_open and user == "-":
        return Server(host=host, port=port, security=security)
    hint = f" (empty: {unchanged})" if offered.password else ""
    password = click.prompt(
        f"  Password{hint}", hide_input=True, default="" if offered.password else None, show_default=False
    )
    return Server(host=host, port=port, security=security, user=user, password=password or offered.password)


def _first_known(kind: str, domain: str) -> str:
    candidates = (f"{kind}.{domain}", f"mail.{domain}", domain)
    return next((name for name in candidates if _is_known(name)), candidates[0])


def _is_known(name: str) -> bool:
    try:
        socket.getaddrinfo(name, None)
    except (OSError, UnicodeError):
        return False
    return True
