"""`helpdesk audit`: whether the audit trail is whole, and proofs of it for others."""

import json
from pathlib import Path

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.cli.errors import Failed
from helpdesk.cli.place import Place, pass_place
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer
from helpdesk.privacy import audit as trail
from helpdesk.privacy import chain, checkpoints, record
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime


@click.group()
def audit() -> None:
    """Whether the audit trail is whole, and proofs of it for others."""


@audit.command()
@click.option(
    "--checkpoint",
    "kept",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="A checkpoint kept elsewhere, or a folder of them: only they show a cut tail or a trail written anew.",
)
@pass_place
def verify(place: Place, *, kept: tuple[Path, ...]) -> None:
    """Walk the whole trail; exit 1 and name the first event that was changed or removed."""
    with place.desk() as here, here.db.reading() as session:
        found = chain.verify(session)
        if found.fault is not None:
            raise Failed(f"the audit trail does not hold at link {found.fault.sequence}: {found.fault.what}")
        notes = [_note(path) for path in _files(kept)]
        if wrong := checkpoints.compare(session, *((note, _signer(here).verifier_of(note)) for note in notes)):
            raise Failed(wrong)
    click.echo(f"{found.links:,} events hold, {found.unsealed:,} wait to be sealed.")
    if notes:
        click.echo("The trail still contains all that the checkpoint signed.")


def _files(kept: tuple[Path, ...]) -> list[Path]:
    files = [file for path in kept for file in (path.glob("checkpoint-*.txt") if path.is_dir() else [path])]
    if kept and not files:
        raise Failed(f"{kept[0]}: there is no checkpoint-*.txt in this folder")
    return files


def _note(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path} can't be read as a checkpoint: {error}") from None


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


@audit.command()
@pass_place
def verifier(place: Place) -> None:
    """Print the public key that checkpoints and proofs are checked with."""
    with place.desk() as here:
        click.echo(_signer(here).verifier)


@audit.command()
@click.option(
    "--subject", type=int, help="Only events about this customer's data, by number; lists that show it too."
)
@pass_place
def export(place: Place, *, subject: int | None) -> None:
    """Print events as JSON lines: who, what, when, by what right; no content. The export is an event too."""
    with place.desk() as here:
        with here.db.transaction() as session:
            trail.record(session, "audit.export", by=Machine.COMMAND, on=("trail", None), subject_id=subject)
        with here.db.reading() as session:
            chosen = select(AuditEvent.id, AuditEvent.core).order_by(AuditEvent.id)
            if subject is not None:
                chosen = chosen.where(
                    or_(AuditEvent.subject_id == subject, record.about(_customer(session, subject)))
                )
            for event_id, core in session.execute(chosen.execution_options(yield_per=1_000)):
                click.echo(json.dumps({"id": event_id, "event": json.loads(core)}, ensure_ascii=False))


def _customer(session: Session, number: int) -> Customer:
    found = session.get(Customer, number)
    if found is None:
        raise Failed(f"there is no customer {number}")
    return found


def _signer(here: Runtime) -> checkpoints.Signer:
    return checkpoints.signer(here.vault, here.config.host)
