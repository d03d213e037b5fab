"""`helpdesk team`: who answers which mailbox."""

import click

from helpdesk.cli.place import Place, pass_place
from helpdesk.desk import agents, teams
from helpdesk.privacy.readers import Machine


@click.group()
def team() -> None:
    """Who answers which mailbox."""


@team.command()
@click.argument("name")
@click.option("--agent", "emails", multiple=True, help="An agent who joins it; may be given several times.")
@pass_place
def add(place: Place, *, name: str, emails: tuple[str, ...]) -> None:
    """Make a team, or let agents join one that is there."""
    with place.desk() as here, here.db.transaction() as session:
        made = teams.add(session, name, by=Machine.COMMAND)
        for email in emails:
            joining = agents.find(session, email)
            agents.join_team(session, joining, made, by=Machine.COMMAND)
    click.echo(f"{made.name}: {', '.join(emails) or 'nobody new'}.")


@team.command("list")
@pass_place
def show(place: Place) -> None:
    """Show the teams, their agents and their mailboxes."""
    with place.desk() as here, here.db.reading() as session:
        for one, members, mailboxes in teams.everything(session):
            click.echo(one.name)
            click.echo(f"  agents     {', '.join(members) or 'none: nobody sees what arrives'}")
            click.echo(f"  mailboxes  {', '.join(mailboxes) or 'none'}")
