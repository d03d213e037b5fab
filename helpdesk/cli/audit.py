"""`helpdesk audit`: whether the audit trail is whole, and proofs of it for others."""

from typing import TextIO

import click

from helpdesk.cli.errors import Failed
from helpdesk.cli.place import Place, pass_place
from helpdesk.privacy import chain, checkpoints
from helpdesk.runtime import Runtime


@click.group()
def audit() -> None:
    """Whether the audit trail is whole, and proofs of it for others."""


@audit.command()
@click.option(
    "--checkpoint",
    "kept",
    type=click.File(encoding="utf-8"),
    help="A checkpoint that was kept elsewhere: only it shows a cut tail or a trail written anew.",
)
@pass_place
def verify(place: Place, *, kept: TextIO | None) -> None:
    """Walk the whole trail; exit 1 and name the first event that was changed or removed."""
    with place.desk() as here, here.db.reading() as session:
        found = chain.verify(session)
        if found.fault is not None:
            raise Failed(f"the audit trail does not hold at link {found.fault.sequence}: {found.fault.what}")
        wrong = checkpoints.compare(session, kept.read(), _signer(here).verifier) if kept is not None else None
        if wrong:
            raise Failed(wrong)
    click.echo(f"{found.links:,} events hold, {found.unsealed:,} wait to be sealed.")
    if kept is not None:
        click.echo("The trail still contains all that the checkpoint signed.")


@audit.command()
@pass_place
def checkpoint(place: Place) -> None:
    """Sign the trail as it is, and print the checkpoint: keep it where nobody of the desk can change it."""
    with place.desk() as here:
        with here.db.transaction() as session:
            made = checkpoints.make(session, _signer(here)) or checkpoints.latest(session)
        if made is None:
            raise Failed("there is nothing to sign yet: no event was sealed; 'helpdesk schedule' seals them")
        click.echo(made.note, nl=False)
        click.echo(f"It is verified with {_signer(here).verifier}", err=True)


@audit.command()
@click.argument("event_id", metavar="EVENT", type=int)
@pass_place
def prove(place: Place, *, event_id: int) -> None:
    """Print a proof that one event is in the signed trail; docs/audit.md has the program that checks it."""
    with place.desk() as here, here.db.reading() as session:
        click.echo(checkpoints.prove(session, event_id), nl=False)


def _signer(here: Runtime) -> checkpoints.Signer:
    return checkpoints.signer(here.vault, here.config.host)
