"""`helpdesk erase`: one person's data goes; a dry run says what that would be."""

import click

from helpdesk.cli.errors import Failed
from helpdesk.cli.place import Place, pass_place
from helpdesk.models.erasure import Erasure
from helpdesk.privacy import audit, checkpoints, tombstones
from helpdesk.privacy import erasure as erasures
from helpdesk.privacy.certificate import certificate
from helpdesk.privacy.erasure import Plan
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage import migrations, scrub

# up to this size VACUUM keeps others waiting for a moment only; a larger database is scrubbed at night
_SCRUBBED_AT_ONCE = 300_000_000


@click.command()
@click.argument("who", metavar="EMAIL|ID")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@pass_place
def erase(place: Place, *, who: str, dry_run: bool, yes: bool) -> None:
    """Erase one person: what they wrote, their files, their names and addresses everywhere.

    Others' words on shared tickets stay, so do numbers, dates and the audit trail. There is no way back but a
    backup, and 'helpdesk restore' erases them again.
    """
    with place.desk() as here:
        planned = _planned(here, who)
        click.echo(_in_words(planned))
        if dry_run:
            return
        if not yes:
            click.confirm("Erase this person?", abort=True)
        click.echo(_carried_out(here, who), nl=False)


def remember(here: Runtime) -> None:
    """Before a database is replaced: bring its tombstones into the file beside the configuration."""
    from workers import erasure as job  # noqa: PLC0415  the workers are loaded where they are used

    if not here.db.is_missing and migrations.standing(here.db).is_at_head:
        job.keep_tombstones(here)


def replay(here: Runtime) -> int:
    """Erase again whom the file of tombstones names and the database has; how many they were."""
    from workers import erasure as job  # noqa: PLC0415

    marks = tombstones.read(here.config.folder)
    if not marks:
        return 0
    with here.db.transaction() as session:
        begun = erasures.replay(session, here.vault, marks)
    _work(here)
    job.keep_tombstones(here)
    return len(begun)


def _planned(here: Runtime, who: str) -> Plan:
    with here.db.reading() as session:
        planned = erasures.plan(session, erasures.find(session, who))
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    return planned


def _carried_out(here: Runtime, who: str) -> str:
    with here.db.transaction() as session:
        found = erasures.find(session, who)
        erasure_id = erasures.begin(session, here.vault, found, by=Machine.COMMAND).id
    _work(here)
    with here.db.reading() as session:
        done = session.get_one(Erasure, erasure_id)
        if done.ended_at is None:
            raise Failed("it was begun, and something still writes to this person: it is gone on with each minute")
        return certificate(done, checkpoints.signer(here.vault, here.config.host))


def _work(here: Runtime) -> None:
    from helpdesk import runtime  # noqa: PLC0415
    from workers import erasure as job  # noqa: PLC0415

    runtime.use(here)
    job.go_on()
    if scrub.bytes_of(here.db) <= _SCRUBBED_AT_ONCE:
        job.scrub_free_pages()
    else:
        click.echo("The free pages of the database are written over at night.", err=True)


def _in_words(planned: Plan) -> str:
    lines = [f"{count:>9,}  {name}" for name, count in planned.counts.items() if count]
    lines.insert(0, f"{planned.tickets:>9,}  tickets of theirs, whose numbers and dates stay")
    if planned.shared_tickets:
        numbers = ", ".join(f"#{number}" for number in planned.shared_tickets[:20])
        lines.append(f"Others wrote on {len(planned.shared_tickets)} tickets: their words stay ({numbers}).")
    if planned.mentions:
        lines.append(
            f"{len(planned.mentions)} of those messages hold this person's address or name (in a quote, perhaps): "
            "look at them, nothing is cut out of what others wrote."
        )
    return "\n".join(lines)
