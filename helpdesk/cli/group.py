"""The group of all commands: loads each when it is asked for, and ends every error as one plain sentence."""

from typing import Any, Final

import click

from helpdesk.cli.errors import in_plain_words, is_wrong_use
from helpdesk.loading import load

# in the order in which an operator meets them
COMMANDS: Final = {
    "init": "helpdesk.cli.init:init",
    "up": "helpdesk.cli.up:up",
    "doctor": "helpdesk.cli.doctor:doctor",
    "mailbox": "helpdesk.cli.mailboxes:mailbox",
    "team": "helpdesk.cli.teams:team",
    "agent": "helpdesk.cli.agents:agent",
    "ticket": "helpdesk.cli.tickets:ticket",
    "grant": "helpdesk.cli.grants:grant",
    "backup": "helpdesk.cli.backups:backup",
    "restore": "helpdesk.cli.backups:restore",
    "erase": "helpdesk.cli.erasure:erase",
    "audit": "helpdesk.cli.audit:audit",
    "policy": "helpdesk.cli.policies:policy",
    "statistics": "helpdesk.cli.statistics:statistics",
    "themes": "helpdesk.cli.themes:themes",
    "migrate": "helpdesk.cli.migrate:migrate",
    "web": "helpdesk.cli.web:web",
    "poll": "helpdesk.cli.workers:poll",
    "worker": "helpdesk.cli.workers:worker",
    "schedule": "helpdesk.cli.workers:schedule",
    "mail": "helpdesk.cli.mail:mail",
    "demo": "helpdesk.cli.demo:demo",
}


class Ended(click.ClickException):
    exit_code = 1


class EndedByWrongUse(click.ClickException):
    exit_code = 2


class Family(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(load(module), name)
        assert isinstance(command, click.Command)  # noqa: S101  the table above
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's signature
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except Exception as error:
            # the edge of the program: nothing goes on from here, and nobody is shown a trace unasked
            if ctx.params["debug"]:
                raise
            raise (EndedByWrongUse if is_wrong_use(error) else Ended)(in_plain_words(error)) from error
