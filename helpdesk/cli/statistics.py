"""`helpdesk statistics`: publish what is due, show what was published, and check the ledger."""

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import select

from helpdesk import runtime
from helpdesk.cli.errors import Failed
from helpdesk.cli.place import Place, pass_place
from helpdesk.models.statistic import StatisticBudget
from helpdesk.privacy.statistics import document, ledger
from helpdesk.privacy.statistics.document import DocumentUnfit, Json
from helpdesk.privacy.statistics.plan import MILLION


@click.group()
def statistics() -> None:
    """Publish usage statistics that nobody can be found in, show them, and check the ledger."""


@statistics.command()
@pass_place
def run(place: Place) -> None:
    """Publish every finished period that was not published yet; the clockwork does so every night."""
    from workers import statistics as job  # noqa: PLC0415  the noise is loaded where it is drawn

    with place.desk() as here:
        runtime.use(here)
        closed = 0
        while (name := job.close_next(here)) is not None:
            click.echo(f"Published {name}.")
            closed += 1
        job.send_file(here)
    if not closed:
        click.echo("Nothing is due: every finished period is published.")


@statistics.command()
@click.option("--json", "as_json", is_flag=True, help="The published file, byte for byte.")
@pass_place
def show(place: Place, *, as_json: bool) -> None:
    """Print what was published, and what each month has spent."""
    with place.desk() as here, here.db.reading() as session:
        if as_json:
            click.echo(document.text(session), nl=False)
            return
        releases = document.releases(session)
        budgets = session.scalars(select(StatisticBudget).order_by(StatisticBudget.month.desc())).all()
    if not releases:
        click.echo("Nothing is published yet.")
        return
    console = Console(width=max(80, Console().width))
    console.print(_releases(releases))
    for budget in budgets:
        click.echo(f"{budget.month}: epsilon {budget.spent / MILLION:.2f} of {budget.allowed / MILLION:.2f} spent")


@statistics.command()
@pass_place
def verify(place: Place) -> None:
    """Check that nothing is published twice or beyond the budget, and that the file fits its schema."""
    with place.desk() as here, here.db.reading() as session:
        faults = [f"{fault.where}: {fault.words}" for fault in ledger.faults(session)]
        whole = document.whole(session)
    try:
        document.check(whole)
    except DocumentUnfit as error:
        faults.append(str(error))
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise Failed(f"{len(faults)} things do not add up")
    click.echo(f"{len(whole['releases'])} releases: each is paid for, none twice, and the file fits its schema.")


def _releases(releases: list[Json]) -> Table:
    table = Table("period", "number", "value", "95 % interval", box=None, pad_edge=False)
    for release in releases:
        for number in release["numbers"]:
            for cell in number["counts"]:
                name = number["metric"] if cell["of"] == "all" else f"{number['metric']}: {cell['of']}"
                value = "below the noise" if cell["value"] is None else str(cell["value"])
                table.add_row(release["period"], Text(name), value, f"{cell['low']} to {cell['high']}")
    return table
