"""`helpdesk init`: from an empty folder to a desk that could run."""

from collections.abc import Callable
from pathlib import Path
from typing import Unpack

import click
from sqlalchemy import select

from helpdesk import config as configuration
from helpdesk import paths
from helpdesk.cli import agents as agent_commands
from helpdesk.cli import asking, config_file, mailbox_setup, mailbox_trial, mailboxes
from helpdesk.cli.errors import Failed, WrongUse
from helpdesk.cli.mailbox_setup import Given
from helpdesk.cli.place import Place, pass_place
from helpdesk.desk import agents, teams
from helpdesk.models.agent import Agent, Role
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy import policy, publication
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage import backup, migrations
from helpdesk.storage.vault import create_key_file


class Said(Given):
    """What the options said about the desk and its mailbox; None where they said nothing."""

    no_input: bool
    desk_name: str | None
    base_url: str | None
    time_zone: str | None
    database_url: str | None
    port: int | None
    admin_email: str | None
    admin_name: str | None
    team: str
    no_mailbox: bool
    save_anyway: bool


@click.command()
@click.option("--no-input", is_flag=True, help="Ask nothing: options and environment variables say everything.")
@click.option("--desk-name", help="Your organisation's name, on screen and in email.")
@click.option("--base-url", help="The address people type, such as https://desk.example.com.")
@click.option("--time-zone", help="Such as Europe/Berlin.")
@click.option("--database-url", help="Without it, SQLite in this folder.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port the pages are served on.")
@click.option("--admin-email", help="The first admin.")
@click.option("--admin-name")
@click.option("--team", default="Support", show_default=True, help="The first team, which answers the mailbox.")
@click.option("--no-mailbox", is_flag=True, help="Set up no mailbox now.")
@click.option("--save-anyway", is_flag=True, help="Keep the mailbox even if it could not be reached.")
@mailbox_setup.options
@pass_place
def init(place: Place, /, **said: Unpack[Said]) -> None:
    """Set up a desk in this folder: configuration, key file, database, first admin, one mailbox.

    Nothing that is there is overwritten; started again, it goes on with what is missing. Passwords come from
    $HELPDESK_AGENT_PASSWORD and $HELPDESK_MAILBOX_PASSWORD, or are asked for: never from the command line.
    """
    _write_config(place, said)
    _write_key(place)
    with place.desk(migrated=False) as here:
        migrations.upgrade(here.db)
        _done("database", _where(here.config.database_url))
        _first_policy(here)
        admin = _first_admin(here, said)
        if not said["no_mailbox"]:
            _first_mailbox(here, said)
        if admin is not None and admin.password_hash is None:
            _hand_over(here, admin)
    click.echo("\nNow: helpdesk up        runs the desk\n     helpdesk doctor    says what is wrong, if something is")


def _ask(said: Said, given: str | None, question: str, default: str | None, option: str) -> str:
    """The answer given as an option, else asked for, else the default. Raises WrongUse."""
    if given is not None:
        return given
    if not said["no_input"]:
        return str(click.prompt(question, default=default))
    if default is None:
        raise WrongUse(f"{option} is missing, and --no-input forbids to ask")
    return default


def _write_config(place: Place, said: Said) -> None:
    path = place.path
    if path.exists():
        _done("configuration", f"{path} is there already and stays as it is")
        return
    values: dict[str, config_file.Value] = {
        "desk.name": _ask(said, said["desk_name"], "Name of your organisation", "Candour", "--desk-name"),
        "desk.time_zone": _ask(said, said["time_zone"], "Time zone", _time_zone(), "--time-zone"),
        "web.port": said["port"] or 8000,
    }
    nearby = f"http://localhost:{values['web.port']}"
    values["desk.base_url"] = _ask(said, said["base_url"], "Address people type", nearby, "--base-url")
    if said["database_url"]:
        values["database.url"] = said["database_url"]
    _check(values, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    config_file.write(path, values)
    _done("configuration", str(path))


def _check(values: dict[str, config_file.Value], path: Path) -> None:
    """Wrong answers are said before they are written. Raises ConfigError."""
    tables: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        section, _, name = key.partition(".")
        tables.setdefault(section, {})[name] = value
    configuration.checked(configuration.from_mapping(tables, {}, folder=path.resolve().parent))


def _write_key(place: Place) -> None:
    key_file = place.config.key_file
    if key_file.exists():
        _done("key file", f"{key_file} is there already and stays as it is")
        return
    with place.desk(migrated=False) as here:
        if not backup.is_empty(here.db):
            raise Failed(
                f"the key file {key_file} is missing, and this desk is not new: bring it back from your backup "
                "(with another key, the mailboxes' passwords can't be opened)"
            )
    create_key_file(key_file)
    _done("key file", f"{key_file}: keep a copy of it apart from backups")


def _first_policy(here: Runtime) -> None:
    """The example's promises hold from the first hour: whoever wants others writes and publishes them."""
    path = here.config.policy_file
    if path.exists():
        _done("privacy policy", f"{path} is there already and stays as it is")
    else:
        path.write_text(paths.example_policy().read_text(encoding="utf-8"), encoding="utf-8")
        _done("privacy policy", f"{path}: read it, change it, then run 'helpdesk policy publish'")
    with here.db.transaction() as session:
        if not policy.current(session).version:
            publication.publish(session, path.read_text(encoding="utf-8"), by=Machine.COMMAND)


def _first_admin(here: Runtime, said: Said) -> Agent | None:
    """None when somebody can set up the desk already."""
    with here.db.reading() as session:
        if session.scalar(select(Agent.id).where(Agent.role == Role.ADMIN, Agent.is_disabled.is_(False)).limit(1)):
            _done("admin", "there is one already")
            return None
    email = _until_right(
        agents.usable_address,
        lambda: _ask(said, said["admin_email"], "Email address of the first admin", None, "--admin-email"),
        said,
    )
    name = _ask(said, said["admin_name"], "Name", email.partition("@")[0].capitalize(), "--admin-name")
    while True:
        password = asking.given_secret(agent_commands.PASSWORD_VARIABLE) or _ask_password(said)
        try:
            return _add_admin(here, said, email, name, password)
        except agents.PasswordWeak as weak:
            if said["no_input"] or asking.given_secret(agent_commands.PASSWORD_VARIABLE):
                raise
            click.echo(f"  {weak}")


def _add_admin(here: Runtime, said: Said, email: str, name: str, password: str) -> Agent:
    with here.db.transaction() as session:
        team = teams.add(session, said["team"], by=Machine.COMMAND)
        made = agents.add(session, name=name, email=email, role=Role.ADMIN, teams=[team], by=Machine.COMMAND)
        if password:
            agents.set_password(session, made, password, by=Machine.COMMAND)
    _done("admin", f"{made.name} <{made.email}>")
    return made


def _ask_password(said: Said) -> str:
    if said["no_input"]:
        return ""
    return str(click.prompt("Password (empty: a link is mailed)", hide_input=True, default="", show_default=False))


def _first_mailbox(here: Runtime, said: Said) -> None:
    with here.db.reading() as session:
        if session.scalar(select(Mailbox.id).limit(1)):
            _done("mailbox", "there is one already; 'helpdesk mailbox add' sets up more")
            return
    if said["no_input"] and not said["mailbox_address"]:
        raise WrongUse("--mailbox-address is missing; or say --no-mailbox")
    _ = here.vault
    if not said["no_input"]:
        click.echo("\nThe mailbox customers write to:")
    setup = mailboxes.chosen(said, no_input=said["no_input"], password_stdin=False, save_anyway=said["save_anyway"])
    if setup is None:
        click.echo("- mailbox: none for now; 'helpdesk mailbox add' sets one up")
        return
    made = mailbox_trial.save(here, setup, said["team"])
    _done("mailbox", made.address)


def _hand_over(here: Runtime, admin: Agent) -> None:
    try:
        agent_commands.invite(here, admin, show_link=False)
    except Failed as error:
        click.echo(f"- {error}")


def _until_right(check: Callable[[str], str], ask: Callable[[], str], said: Said) -> str:
    """Ask again after a wrong answer; one that came as an option ends the command."""
    while True:
        try:
            return check(ask())
        except agents.AddressUnusable as error:
            if said["no_input"] or said["admin_email"] is not None:
                raise
            click.echo(f"  {error}")


def _time_zone() -> str:
    """This machine's, where it says so."""
    found = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return found if found and not found.startswith("Etc/") else "UTC"


def _where(url: str) -> str:
    return url.removeprefix("sqlite:///") if url.startswith("sqlite") else "PostgreSQL"


def _done(what: str, words: str) -> None:
    click.echo(f"✓ {what}: {words}")
