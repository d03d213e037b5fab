"""Usage statistics across a restore: for `helpdesk restore`, and for `helpdesk migrate` of a backup of long ago."""

from zoneinfo import ZoneInfo

import click

from helpdesk import clock
from helpdesk.privacy.statistics import restored
from helpdesk.runtime import Runtime


def remember(here: Runtime) -> None:
    """Before a database is replaced: what comes of the statistics is to be settled."""
    restored.mark(here.config.folder)


def settle(here: Runtime) -> None:
    """Nothing that may have been published since the backup is published again."""
    if not restored.is_marked(here.config.folder):
        return
    with here.db.transaction() as session:
        since = restored.settle(session, now=clock.now(), zone=ZoneInfo(here.config.desk.time_zone))
    restored.unmark(here.config.folder)
    if since is not None:
        click.echo(
            f"Usage statistics begin anew with {since}: what is over since the backup may have been "
            "published already, and nothing is published twice."
        )
