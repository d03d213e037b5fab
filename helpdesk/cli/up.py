"""`helpdesk up`: every process of the desk under one supervisor, restarted when it dies."""

import json
import secrets
import sys
import urllib.request
from collections.abc import Callable

import click

from helpdesk.cli.errors import Failed
from helpdesk.cli.listening import listen
from helpdesk.cli.place import Place, pass_place
from helpdesk.config import Config
from helpdesk.storage import migrations, valkey
from helpdesk.supervisor import AlreadyRuns, Child, DidNotStart, Supervisor


@click.command()
@click.option("--migrate/--no-migrate", "may_migrate", default=True, help="Bring the database up to date first.")
@click.option("--quiet", is_flag=True, help="Do not repeat what the processes log; it is in run/logs all the same.")
@pass_place
def up(place: Place, *, may_migrate: bool, quiet: bool) -> None:
    """Run the whole desk until Ctrl-C: pages, mail, jobs, clock, and Redis when it has none.

    Every process is restarted when it dies. Stopping stops them in reverse order.
    """
    config = place.config
    listen(config.web.host, config.web.port).close()  # a busy port is said at once, not by a child's log
    _prepare(place, may_migrate=may_migrate)
    try:
        with Supervisor(config.folder / "run", say=_say, echo=None if quiet else click.echo) as supervisor:
            if not config.redis.url:
                supervisor.start(valkey.child(config.redis_url, config.folder / "run"))
            supervisor.start(web_child(config, place), *other_children(place))
            supervisor.lock.write(config.desk.base_url)
            _say(f"{config.desk.name} runs: {config.desk.base_url}  (Ctrl-C stops it)")
            supervisor.watch()
    except (AlreadyRuns, DidNotStart, valkey.NoValkey) as error:
        raise Failed(str(error)) from error
    _say("Everything has stopped.")


def web_child(config: Config, place: Place, *, name: str = "web") -> Child:
    """The pages; ready once these very ones answer, and not others that had the port already."""
    instance = secrets.token_hex(8)
    is_ready = answering(config, instance)
    return Child(name, command(place, "web"), {"HELPDESK_INSTANCE": instance}, is_ready=is_ready, ready_within=30)


def other_children(place: Place) -> list[Child]:
    slow = Child("slow-worker", command(place, "worker", "--slow"))
    return [*(Child(name, command(place, name)) for name in ("worker", "poll", "schedule")), slow]


def command(place: Place, *words: str) -> list[str]:
    """This very program again, with the same configuration."""
    given = ["--config", str(place.config_path)] if place.config_path else []
    return [sys.executable, "-m", "helpdesk.cli", *given, *words]


def answering(config: Config, instance: str) -> Callable[[], bool]:
    """Whether the pages of one start answer, asked by the name they answer to."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(config.web.host, config.web.host)  # noqa: S104
    asked = urllib.request.Request(f"http://{host}:{config.web.port}/healthz", headers={"Host": config.host})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def is_answering() -> bool:
        try:
            with opener.open(asked, timeout=5) as answer:
                return bool(json.load(answer)["instance"] == instance)
        except (OSError, ValueError, KeyError):
            return False

    return is_answering


def _prepare(place: Place, *, may_migrate: bool) -> None:
    with place.desk(migrated=not may_migrate) as here:
        _ = here.vault
        if may_migrate:
            before = migrations.upgrade(here.db)
            if not before.is_at_head:
                _say(f"The database was brought from {before.current or 'nothing'} to {before.head}.")


def _say(words: str) -> None:
    click.echo(words, err=True)
