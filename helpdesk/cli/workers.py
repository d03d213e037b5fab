"""`helpdesk poll`, `worker` and `schedule`: one process of the desk each, for a supervisor of your own."""

import click

from helpdesk import runtime
from helpdesk.cli.place import Place, pass_place
from helpdesk.loading import load
from helpdesk.storage.queue import SLOW_QUEUE


@click.command()
@pass_place
def poll(place: Place) -> None:
    """Fetch the email of every mailbox, until told to stop."""
    _run(place, "workers.poller")


@click.command()
@click.option("--slow", is_flag=True, help="Those that take minutes, such as reports of themes, and no others.")
@pass_place
def worker(place: Place, *, slow: bool) -> None:
    """Run the jobs that the desk asks for: sending replies and the like."""
    _run(place, "workers.queue", *([SLOW_QUEUE] if slow else []))


@click.command()
@pass_place
def schedule(place: Place) -> None:
    """Do what is due at its time, and ring again for what was left behind."""
    _run(place, "workers.schedule")


def _run(place: Place, module: str, *given: str) -> None:
    """Each of these modules has `run(runtime, ...)`, which returns when the process was asked to stop."""
    with place.desk() as here:
        place.start_logging()
        runtime.use(here)
        load(module).run(here, *given)
