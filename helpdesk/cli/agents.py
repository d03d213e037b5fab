"""`helpdesk agent`: who is on the staff."""

import click

from helpdesk.cli import asking
from helpdesk.cli.errors import Failed, WrongUse
from helpdesk.cli.place import Place, pass_place
from helpdesk.desk import agents, password_resets, teams
from helpdesk.models.agent import Agent, Role
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime

# a desk's own roles are given where they are made, in the desk
_ROLES = click.Choice([role.value for role in Role if role is not Role.OWN])

PASSWORD_VARIABLE = "HELPDESK_AGENT_PASSWORD"  # noqa: S105  a variable's name


@click.group()
def agent() -> None:
    """Who is on the staff: add, list, disable, give a new password."""


@agent.command()
@click.argument("email")
@click.option("--name", prompt=True, help="As colleagues and customers see it.")
@click.option("--role", type=_ROLES, help="What the agent may do; without it, agent.")
@click.option("--admin", "role", flag_value=Role.ADMIN.value, help="The same as --role admin.")
@click.option("--team", "team_names", multiple=True, help="May be given several times.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--show-link", is_flag=True, help="Mail nothing: print the link that sets the password.")
@pass_place
def add(
    place: Place,
    *,
    email: str,
    name: str,
    role: str | None,
    team_names: tuple[str, ...],
    password_stdin: bool,
    show_link: bool,
) -> None:
    """Add an agent. A link to choose a password is mailed, unless a password is given.

    A password is read from $HELPDESK_AGENT_PASSWORD or standard input, never from the command line.
    """
    password = asking.given_secret(PASSWORD_VARIABLE, from_stdin=password_stdin)
    with place.desk() as here:
        _ = here.vault  # without a key no link can be made: said before anybody is added
        with here.db.transaction() as session:
            found = teams.find(session, team_names)
            given_role = Role(role or Role.AGENT)
            made = agents.add(session, name=name, email=email, role=given_role, teams=found, by=Machine.COMMAND)
            if password:
                agents.set_password(session, made, password, by=Machine.COMMAND)
        click.echo(f"{made.name} <{made.email}> is added, as {made.role.value}.")
        if not password:
            invite(here, made, show_link=show_link)


@agent.command()
@click.argument("email")
@click.option("--role", type=_ROLES, help="What the agent may do.")
@click.option("--team", "team_names", multiple=True, help="Be in this team and those named with it, in no others.")
@pass_place
def change(place: Place, *, email: str, role: str | None, team_names: tuple[str, ...]) -> None:
    """Give an agent another role, or other teams."""
    if role is None and not team_names:
        raise WrongUse("say what to change: --role or --team")
    with place.desk() as here, here.db.transaction() as session:
        one = agents.find(session, email)
        if role is not None:
            agents.change_role(session, one, Role(role), by=Machine.COMMAND)
        if team_names:
            agents.put_in_teams(session, one, teams.find(session, team_names), by=Machine.COMMAND)
    click.echo(f"{one.email} is changed.")


@agent.command("list")
@pass_place
def show(place: Place) -> None:
    """Show all agents: role, address, name, teams."""
    with place.desk() as here, here.db.reading() as session:
        for one in agents.everybody(session):
            state = "disabled" if one.is_disabled else one.role.value
            in_teams = ", ".join(team.name for team in one.teams)
            waiting = "" if one.password_hash or one.is_disabled else "  (no password yet)"
            click.echo(f"{state:<9} {one.email}  {one.name}  [{in_teams}]{waiting}")


@agent.command()
@click.argument("email")
@click.option("--undo", is_flag=True, help="Let the agent in again.")
@pass_place
def disable(place: Place, *, email: str, undo: bool) -> None:
    """Sign an agent out everywhere, for good; what they wrote stays."""
    with place.desk() as here, here.db.transaction() as session:
        one = agents.find(session, email)
        (agents.enable if undo else agents.disable)(session, one, by=Machine.COMMAND)
    click.echo(f"{one.email} can {'sign in again' if undo else 'no longer sign in, and is signed out everywhere'}.")


@agent.command()
@click.argument("email")
@click.option("--show-link", is_flag=True, help="Mail nothing: print the link, to be handed over in person.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Set the password read from standard input instead.")
@pass_place
def password(place: Place, *, email: str, show_link: bool, from_stdin: bool) -> None:
    """Mail an agent a link that sets a new password; it works once, for one hour."""
    given = asking.given_secret(PASSWORD_VARIABLE, from_stdin=from_stdin)
    with place.desk() as here:
        with here.db.transaction() as session:
            one = agents.find(session, email)
            if one.is_disabled:
                raise Failed(f"{one.email} is disabled: 'helpdesk agent disable --undo {one.email}' first")
            if given:
                agents.set_password(session, one, given, by=Machine.COMMAND)
        if given:
            click.echo(f"The password of {one.email} is changed; every login of before has ended.")
        else:
            invite(here, one, show_link=show_link, is_new=False)


@agent.command("reset-second-step")
@click.argument("email")
@pass_place
def reset_second_step(place: Place, *, email: str) -> None:
    """Take app, passkeys and recovery codes away from somebody who lost them, and sign them out everywhere."""
    with place.desk() as here, here.db.transaction() as session:
        one = agents.find(session, email)
        agents.reset_second_step(session, one, by=Machine.COMMAND)
    click.echo(f"{one.email} signs in with the password alone, until a new second step is set up.")


def invite(here: Runtime, one: Agent, *, show_link: bool, is_new: bool = True) -> None:
    """Give an agent a link, by mail or on the screen. Raises Failed when no mailbox can send it."""
    vault, life = here.vault, password_resets.INVITATION_WORKS_FOR if is_new else password_resets.WORKS_FOR
    hours = int(life.total_seconds() // 3600)
    until = f"{hours} hours" if hours > 1 else "one hour"
    try:
        with here.db.transaction() as session:
            reset = password_resets.begin(session, vault, one, by=Machine.COMMAND, is_invitation=is_new)
            if not show_link:
                password_resets.mail(session, reset, one)
    except password_resets.NoMailbox as error:
        raise Failed(
            f"{error}. Until then: 'helpdesk agent password {one.email} --show-link' prints the link, "
            "to be handed over in person"
        ) from None
    if show_link:
        click.echo(f"Whoever opens this within {until} sets the password of {one.email}, once:", err=True)
        click.echo(password_resets.link(here.config.desk.base_url, vault, reset))
    else:
        click.echo(f"A link to choose a password goes to {one.email} as soon as the desk runs; it works for {until}.")
