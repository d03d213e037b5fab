"""Trying out a mailbox before it is relied on: step by step, with a fix for what fails."""

from datetime import timedelta

import click

from helpdesk import clock
from helpdesk.cli import mailbox_setup
from helpdesk.desk import mailboxes, teams
from helpdesk.desk.mailbox_setup import Setup
from helpdesk.mail import imap
from helpdesk.mail.account import ImapAccount, SmtpAccount
from helpdesk.mail.probe import Side, Step, probe
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime

_OFFERED_DAYS = 30
_SIDES = {Side.INCOMING: "incoming", Side.OUTGOING: "outgoing"}


def succeeds(setup: Setup) -> bool:
    """Try both sides and print each step; nothing is sent, and nothing in the mailbox changes."""
    try:
        incoming, outgoing = setup.imap_account, setup.smtp_account
    except MailTrouble as trouble:
        click.echo(f"  ✗ {trouble}")
        return False
    return all_work(incoming, outgoing, setup.address)


def all_work(incoming: ImapAccount, outgoing: SmtpAccount, address: str, *, copies_in: str | None = None) -> bool:
    """Print every step: a failure on one side does not hide the other's."""
    works = [shown(step) for step in probe(incoming, outgoing, address, copies_in=copies_in)]
    return all(works)


def shown(step: Step) -> bool:
    click.echo(f"  {'✓' if step.ok else '✗'} {_SIDES[step.side]}, {step.name}: {step.detail}")
    if step.fix:
        click.echo(f"      {step.fix}")
    return step.ok


def corrected(setup: Setup) -> Setup | None:
    """Let whoever is asked correct and try again until it works; None when they give up."""
    while not succeeds(setup):
        click.echo()
        choice = click.prompt(
            "c corrects, t tries again, s saves it anyway, n does without a mailbox for now",
            type=click.Choice(["c", "t", "s", "n"]),
            default="c",
            show_choices=False,
        )
        if choice == "c":
            setup = mailbox_setup.ask(setup)
        elif choice == "s":
            return setup
        elif choice == "n":
            return None
    return setup


def counts(setup: Setup, days: int) -> tuple[int, int] | None:
    """How many emails wait in the folder, and how many of the last days; None where it can't be reached."""
    try:
        with imap.connect(setup.imap_account) as folder:
            return folder.count, folder.count_since(days)
    except MailTrouble:
        return None


def ask_where_to_begin(setup: Setup) -> int | None:
    """The choice at the first connection, after a look that changes nothing: from now on, or some days back."""
    found = counts(setup, _OFFERED_DAYS)
    if found is None or not found[0]:
        return None
    click.echo(f"{setup.folder} holds {found[0]:,} emails, {found[1]:,} of the last {_OFFERED_DAYS} days.")
    click.echo("Begin with what arrives from now on, or import some of them silently (nobody gets an email for it)?")
    days: int = click.prompt("Days to import, 0 for from now on", type=click.IntRange(0, 3650), default=0)
    if days and days != _OFFERED_DAYS and (again := counts(setup, days)):
        click.echo(f"{again[1]:,} emails will be imported.")
    return days or None


def save(here: Runtime, setup: Setup, team_name: str) -> Mailbox:
    """Make it a row; the poller finds it by itself. Raises AddressTaken, AddressRefused, KeyFileUnusable."""
    with here.db.transaction() as session:
        team = teams.add(session, team_name, by=Machine.COMMAND)
        return mailboxes.add(
            session,
            here.vault,
            address=setup.address,
            name=setup.name,
            team=team,
            imap=setup.imap,
            smtp=setup.smtp,
            folder=setup.folder,
            import_since=clock.now() - timedelta(days=setup.import_days) if setup.import_days else None,
            by=Machine.COMMAND,
        )
