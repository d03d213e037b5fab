"""`helpdesk backup` and `helpdesk restore`: the whole desk as one file, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from helpdesk import clock
from helpdesk.cli import erasure as erased_again
from helpdesk.cli import restored_statistics
from helpdesk.cli.errors import Failed, WrongUse
from helpdesk.cli.place import Place, pass_place
from helpdesk.cli.progress import Bar
from helpdesk.desk import health
from helpdesk.privacy import audit
from helpdesk.privacy.readers import MACHINE_BASIS, Machine
from helpdesk.storage import backup as backups
from helpdesk.storage import migrations
from helpdesk.storage.archive import Manifest
from helpdesk.storage.db import Database
from helpdesk.supervisor import AlreadyRuns, FolderLock


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--with-key", is_flag=True, help="Put the key file in too: whoever has the archive then has everything."
)
@pass_place
def backup(place: Place, *, file: Path | None, with_key: bool) -> None:
    """Copy database and files into one archive, while the desk runs, and check it.

    The key file stays out: keep a copy of it apart from the backups, or stored passwords are lost with it.
    """
    target = file or Path(f"candour-{clock.now():%Y%m%d-%H%M%S}.tar")
    if not target.parent.is_dir():
        raise WrongUse(f"there is no folder {target.parent}")
    with place.desk() as here:
        if with_key:
            _ = here.vault
        with Bar() as bar:
            made = backups.make(here.db, place.config.key_file, target, with_key=with_key, say=bar.tell)
        _record(here.db, made)
    click.echo(f"{target}: {_in_words(made)}. Written, read again and sound.")
    if with_key:
        click.echo("The key is inside: keep this archive where nobody else gets it.", err=True)
    else:
        click.echo(f"Not inside: config.toml and the key file. Keep {place.config.key_file} apart from it.", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--over", is_flag=True, help="Replace everything this desk holds now.")
@pass_place
def restore(place: Place, *, file: Path, over: bool) -> None:
    """Make the desk what it was when the backup was made. Stop the desk first."""
    with place.desk(migrated=False) as here, _alone(place):
        erased_again.remember(here)
        restored_statistics.remember(here)
        with Bar() as bar:
            back = backups.restore(here.db, place.config.key_file, file, over=over, say=bar.tell)
        standing = migrations.standing(here.db)
        waiting = erased = 0
        if standing.is_at_head:
            _note_restored(here.db, back)
            erased = erased_again.replay(here)
            restored_statistics.settle(here)
            with here.db.reading() as session:
                waiting = health.outbox(session).waiting
    click.echo(f"The desk is as it was on {back.made_at}: {_in_words(back)}.")
    if not standing.is_at_head:
        click.echo(f"Its database has the form {standing.current}: run 'helpdesk migrate' next.", err=True)
    if erased:
        click.echo(f"Erased since then, and erased again now: {erased} people.")
    if waiting:
        click.echo(
            f"{waiting:,} recipients had not got their email then: it leaves when the desk starts, a second time "
            "if it was sent since (with the same Message-ID).",
            err=True,
        )
    if back.key_mark and backups.key_mark(place.config.key_file) != back.key_mark:
        click.echo(
            f"The key file {place.config.key_file} is not the one this desk had: bring that one back, "
            "or enter the mailboxes' passwords again ('helpdesk mailbox password').",
            err=True,
        )


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    """While `helpdesk up` runs there is no restoring, and while this restores, `helpdesk up` waits its turn."""
    lock = FolderLock(place.config.folder / "run")
    try:
        lock.take()
    except AlreadyRuns as error:
        raise Failed(f"the desk runs (process {error.pid}): stop it first, then restore") from None
    try:
        yield
    finally:
        lock.release()


def _record(db: Database, made: Manifest) -> None:
    with db.transaction() as session:
        facts: dict[str, object] = {
            "covers": "everything",
            "rows": made.rows,
            "sha256": made.members[made.database_member],
            "with_key": made.has_key,
        }
        basis = MACHINE_BASIS[Machine.BACKUP]
        audit.record(session, "backup.make", by=Machine.BACKUP, on=("desk", None), basis=basis, facts=facts)


def _note_restored(db: Database, back: Manifest) -> None:
    with db.transaction() as session:
        facts: dict[str, object] = {"made_at": back.made_at, "sha256": back.members[back.database_member]}
        audit.record(session, "backup.restore", by=Machine.COMMAND, on=("desk", None), facts=facts)


def _in_words(manifest: Manifest) -> str:
    rows = manifest.rows
    return (
        f"{rows.get('ticket', 0):,} tickets, {rows.get('inbound_email', 0):,} emails received, "
        f"{len(manifest.file_names):,} files"
    )
