"""`helpdesk migrate`: brings the database to the form this version needs."""

import click

from helpdesk.cli import erasure as erased_again
from helpdesk.cli import restored_statistics
from helpdesk.cli.place import Place, pass_place
from helpdesk.storage import migrations


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when there is something to do.")
@pass_place
def migrate(place: Place, *, check: bool) -> None:
    """Bring the database to the form this version needs; harmless when it has it."""
    with place.desk(migrated=False) as here:
        if check:
            migrations.require_head(here.db)
            click.echo("The database has the form this version needs.")
            return
        before = migrations.upgrade(here.db)
        erased_again.replay(here)  # of an old backup: who was erased since is not there for a moment
        restored_statistics.settle(here)
    if before.is_at_head:
        click.echo(f"The database has the form this version needs ({before.head}) already.")
    else:
        click.echo(f"The database was brought from {before.current or 'nothing'} to {before.head}.")
