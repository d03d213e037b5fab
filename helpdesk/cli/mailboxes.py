"""`helpdesk mailbox`: the addresses the desk polls and answers from."""

import os
from dataclasses import replace
from typing import Final, Unpack

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.cli import asking, mailbox_connection, mailbox_setup, mailbox_trial
from helpdesk.cli.errors import Failed
from helpdesk.cli.mailbox_connection import Registered
from helpdesk.cli.mailbox_setup import Given
from helpdesk.cli.place import Place, pass_place
from helpdesk.desk import mailboxes
from helpdesk.desk.mailbox_setup import Setup
from helpdesk.desk.mailbox_tokens import Registration
from helpdesk.desk.mailboxes import Server
from helpdesk.mail.oauth import PROVIDERS
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage.vault import SecretUnreadable

CLIENT_SECRET_VARIABLE: Final = "HELPDESK_CLIENT_SECRET"  # noqa: S105  a variable's name


@click.group()
def mailbox() -> None:
    """The addresses the desk polls and answers from."""


@mailbox.command()
@mailbox_setup.options
@click.option("--team", "team_name", default="Support", show_default=True, help="Who answers it; made if it is new.")
@click.option("--no-input", is_flag=True, help="Ask nothing: options and $HELPDESK_MAILBOX_PASSWORD say everything.")
@click.option("--password-stdin", is_flag=True, help="Read the mailbox's password from standard input.")
@click.option("--save-anyway", is_flag=True, help="Keep it even if it could not be reached.")
@pass_place
def add(
    place: Place,
    /,
    *,
    team_name: str,
    no_input: bool,
    password_stdin: bool,
    save_anyway: bool,
    **given: Unpack[Given],
) -> None:
    """Set up a mailbox and try it out, in and out, before it is kept."""
    with place.desk() as here:
        _ = here.vault  # its password could not be kept without the key file
        setup = chosen(given, no_input=no_input, password_stdin=password_stdin, save_anyway=save_anyway)
        if setup is None:
            raise Failed("nothing was set up")
        made = mailbox_trial.save(here, setup, team_name)
    click.echo(f"{made.address} is set up, answered by {team_name}; a running desk polls it within a minute.")


@mailbox.command("list")
@pass_place
def show(place: Place) -> None:
    """Show all mailboxes and how they are."""
    with place.desk() as here, here.db.reading() as session:
        for one, team in session.execute(select(Mailbox, Team.name).join(Team, Team.id == Mailbox.team_id)):
            click.echo(f"{one.address}  {one.name}  [{team}]  {_state(one)}")


@mailbox.command()
@click.argument("address", required=False)
@pass_place
def test(place: Place, *, address: str | None) -> None:
    """Try mailboxes step by step, in and out; nothing is sent. Exit 1 when one fails."""
    with place.desk() as here:
        with here.db.reading() as session:
            found = [_find(session, address)] if address else list(session.scalars(select(Mailbox)))
        works = [_try(here, one) for one in found]
    if not found:
        raise Failed("there is no mailbox yet: 'helpdesk mailbox add' sets one up")
    if not all(works):
        raise Failed("see above what to do; 'helpdesk mailbox password ADDRESS' changes the password")


@mailbox.command()
@click.argument("address")
@pass_place
def password(place: Place, *, address: str) -> None:
    """Give a mailbox a new password, for both sides; sending goes on if it was paused.

    It is asked for, or read from $HELPDESK_MAILBOX_PASSWORD; $HELPDESK_SMTP_PASSWORD if sending has its own.
    """
    given = asking.given_secret(mailbox_setup.PASSWORD_VARIABLE) or click.prompt("Password", hide_input=True)
    for_smtp = os.environ.get(mailbox_setup.SMTP_PASSWORD_VARIABLE, given)
    with place.desk() as here, here.db.transaction() as session:
        one = _find(session, address)
        imap = Server(
            host=one.imap_host, port=one.imap_port, security=one.imap_security, user=one.imap_user, password=given
        )
        smtp = Server(
            host=one.smtp_host, port=one.smtp_port, security=one.smtp_security, user=one.smtp_user, password=for_smtp
        )
        mailboxes.change(session, here.vault, one, imap=imap, smtp=smtp, by=Machine.COMMAND)
    click.echo(f"The password of {one.address} is changed; 'helpdesk mailbox test {one.address}' tries it.")


@mailbox.command()
@click.argument("address")
@click.option("--provider", type=click.Choice(sorted(PROVIDERS)), required=True)
@click.option("--client-id", required=True, help="Of your app at the provider.")
@click.option("--tenant", default="", help="Microsoft: your domain there; without it, any organisation's account.")
@click.option("--authorize-url", default="", help="Of another provider: its page of consent.")
@click.option("--token-url", default="", help="Of another provider: where it gives tokens.")
@click.option("--scope", default="", help="Of another provider.")
@pass_place
def connect(place: Place, /, *, address: str, **registration: Unpack[Registered]) -> None:
    """Log a mailbox in by token (Microsoft 365, Google, others with OAuth2), and try each step.

    The client's secret is asked for, or read from $HELPDESK_CLIENT_SECRET.
    """
    secret = asking.given_secret(CLIENT_SECRET_VARIABLE) or click.prompt("Client secret", hide_input=True, default="")
    with place.desk() as here:
        steps = mailbox_connection.connect(here, address, Registration(client_secret=secret, **registration))
        works = [mailbox_trial.shown(step) for step in steps]
    if not all(works):
        raise Failed("the mailbox is not connected yet: see above what to do")
    click.echo(f"{address} logs in by token; a running desk renews it by itself.")


def chosen(given: Given, *, no_input: bool, password_stdin: bool, save_anyway: bool) -> Setup | None:
    """A mailbox that works, or that somebody wants all the same; None when it was given up."""
    if not no_input and not given["mailbox_address"]:
        setup = mailbox_trial.corrected(mailbox_setup.ask())
        if setup is None:
            return None
        days = mailbox_trial.ask_where_to_begin(setup)
        return replace(setup, import_days=days)
    password = asking.given_secret(mailbox_setup.PASSWORD_VARIABLE, from_stdin=password_stdin)
    if not password and not no_input:
        password = click.prompt("Password of the mailbox", hide_input=True)
    smtp_password = os.environ.get(mailbox_setup.SMTP_PASSWORD_VARIABLE, "")
    setup = mailbox_setup.from_options(given, password, smtp_password)
    if not mailbox_trial.succeeds(setup) and not save_anyway:
        raise Failed("the mailbox does not work yet, so it was not kept: see above, or say --save-anyway")
    return setup


def _try(here: Runtime, one: Mailbox) -> bool:
    click.echo(one.address)
    try:
        incoming, outgoing = mailboxes.imap_account(one, here.vault), mailboxes.smtp_account(one, here.vault)
    except (SecretUnreadable, MailTrouble) as error:
        click.echo(f"  ✗ {error}")
        return False
    return mailbox_trial.all_work(incoming, outgoing, one.address, copies_in=one.sent_folder)


def _find(session: Session, address: str) -> Mailbox:
    found = session.scalar(select(Mailbox).where(func.lower(Mailbox.address) == address.strip().lower()))
    if found is None:
        raise Failed(f"there is no mailbox {address}: 'helpdesk mailbox list' shows them")
    return found


def _state(one: Mailbox) -> str:
    if not one.is_active:
        return "switched off"
    if one.sending_paused_because:
        return f"sending is paused: {one.sending_paused_because}"
    if one.poll_error:
        return f"can't be polled: {one.poll_error}"
    if one.polled_at is None:
        return "not polled yet"
    return f"polled {int((clock.now() - one.polled_at).total_seconds())} s ago"
