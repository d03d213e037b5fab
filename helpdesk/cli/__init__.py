"""The `helpdesk` command: one file for each family of commands, loaded when it is asked for."""

import os
from importlib.metadata import version
from pathlib import Path

import click

from helpdesk.cli.group import Family
from helpdesk.cli.place import Place


@click.group(cls=Family)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration; without it, $HELPDESK_CONFIG or config.toml in this folder.",
)
@click.option("--debug", is_flag=True, help="Show the whole trace of an error.")
@click.version_option(version("candour-helpdesk"), prog_name="helpdesk")
@click.pass_context
def main(context: click.Context, config_path: Path | None, debug: bool) -> None:  # noqa: ARG001, FBT001  read by Family
    """Candour, the email helpdesk whose privacy policy is executable.

    Begin with 'helpdesk init', then 'helpdesk up'. If something is wrong, 'helpdesk doctor' says what.
    """
    before = os.umask(0o077)  # whatever a command writes, it writes for its owner alone
    context.call_on_close(lambda: os.umask(before))
    context.obj = Place(config_path)
