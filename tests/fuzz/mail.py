"""Mutated email through the real reader and intake: none crashes, none is slow or large, none is lost."""

import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, config
from helpdesk import runtime as parts
from helpdesk.cli.progress import Bar
from helpdesk.desk import ledger
from helpdesk.desk.ledger import Arrived
from helpdesk.mail.limits import of_config as limits_of
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage import migrations
from helpdesk.storage.vault import create_key_file
from tests.fuzz.mutations import email_number
from tests.fuzz.seeds import all_seeds
from tests.servers.postgres import running_postgres
from tests.servers.redis_server import running_redis, url_of
from tests.world import a_mailbox, a_team
from workers.intake import Intake

BATCH: Final = 50
SLOW: Final = 5.0  # seconds for one small email, half of what the limit allows
KEPT_IN: Final = Path(".fuzz")
# said of an email that is in itself no letter, and rightly put aside
_AS_IT_SHOULD: Final = ("there is nothing in it",)


@dataclass(frozen=True, slots=True)
class Finding:
    number: int
    what: str
    raw: bytes = field(repr=False)


@click.command("mail")
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--seed", type=int, help="Repeats an earlier run; else one is drawn, and told.")
@click.option("--only", type=int, help="The number of one email, to look at it alone.")
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
def mail(*, seconds: float, seed: int | None, only: int | None, database: str) -> None:
    """Mutate emails for a while: our fixtures, and those of HELPDESK_MAIL_CORPUS and HELPDESK_ATTACK_MAIL."""
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    seeds = all_seeds()
    click.echo(f"seed {seed}, {len(seeds)} emails to begin with, {database}")
    found: list[Finding] = []
    done = 0
    with desk(database) as here, Bar() as bar:
        began = time.monotonic()
        for numbers in _turns(only):
            found += tried(here, {number: email_number(number, seeds, seed=seed) for number in numbers})
            done += len(numbers)
            bar.tell("fuzzing", round(time.monotonic() - began), round(seconds))
            if only is not None or time.monotonic() - began > seconds:
                break
    for finding in found:
        KEPT_IN.mkdir(exist_ok=True)
        kept = KEPT_IN / f"{seed}-{finding.number}.eml"
        kept.write_bytes(finding.raw)
        click.echo(f"{finding.what}: {kept} (./run fuzz mail --seed {seed} --only {finding.number})")
    click.echo(f"{done} emails, {len(found)} findings")
    raise SystemExit(1 if found else 0)


def tried(here: Runtime, emails: dict[int, bytes]) -> Iterator[Finding]:
    """Store a batch and take it in; what became of each that is not as it should."""
    with Sandbox(limits_of(here.config)) as sandbox:
        intake = Intake(here, sandbox, _mailbox(here), _no_fence)
        ids = _stored(here, intake.mailbox_id, emails)
        before = time.monotonic()
        try:
            intake.take_in([(email_id, emails[number]) for number, email_id in ids.items()])
        except Exception as error:  # noqa: BLE001  that is what is looked for
            yield from _blamed(here, emails, type(error).__name__)
            return
        if time.monotonic() - before > SLOW:
            yield from _slow(sandbox, emails)
    with here.db.reading() as session:
        for number, email_id in ids.items():
            row = session.get_one(InboundEmail, email_id)
            if row.outcome is Outcome.STORED:
                yield Finding(number, "it was lost", emails[number])
            elif row.outcome is Outcome.QUARANTINED and row.reason not in _AS_IT_SHOULD:
                yield Finding(number, row.reason, emails[number])


@contextmanager
def desk(database: str) -> Iterator[Runtime]:
    """A desk with one mailbox, and no mail server."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name, running_redis() as redis, _url(database, name) as url:
        folder = Path(name)
        written = folder / config.FILE_NAME
        written.write_text(f'[database]\nurl = "{url}"\n\n[redis]\nurl = "{url_of(redis)}"\n')
        create_key_file(folder / "candour.key")
        here = parts.assemble(config.load(written, environ={}))
        migrations.upgrade(here.db)
        with here.db.transaction() as session:
            a_mailbox(session, a_team(session), "support@desk.example")
        yield here
        here.close()
        here.doorbell.redis.close()


@contextmanager
def _url(database: str, folder: str) -> Iterator[str]:
    if database == "sqlite":
        yield f"sqlite:///{folder}/candour.db"
        return
    with running_postgres() as server, server.database() as url:
        yield url


def _turns(only: int | None) -> Iterator[Sequence[int]]:
    if only is not None:
        yield [only]
        return
    for start in count(step=BATCH):
        yield range(start, start + BATCH)


def _mailbox(here: Runtime) -> int:
    with here.db.reading() as session:
        return session.scalars(select(Mailbox.id)).one()


def _stored(here: Runtime, mailbox_id: int, emails: dict[int, bytes]) -> dict[int, int]:
    """The ids in the ledger of what is to be read, by number; bytes that came before are not read again."""
    with here.db.transaction() as session:
        place = ledger.position(session, mailbox_id, "INBOX", 1)
        arrived = [
            Arrived(place.last_uid + at, raw, len(raw), clock.now()) for at, raw in enumerate(emails.values(), 1)
        ]
        uids = {one.uid: number for one, number in zip(arrived, emails, strict=True)}
        return {uids[row.uid]: row.id for row in ledger.keep(session, place, arrived)}


def _blamed(here: Runtime, emails: dict[int, bytes], what: str) -> Iterator[Finding]:
    """Find the one that raised: what is left behind is read one at a time."""
    by_digest = {raw: number for number, raw in emails.items()}
    with Sandbox(limits_of(here.config)) as sandbox:
        intake = Intake(here, sandbox, _mailbox(here), _no_fence)
        with here.db.reading() as session:
            left = [row.id for row in ledger.unread(session, intake.mailbox_id)]
        for email_id in left:
            raw = _raw(here, email_id)
            try:
                intake.take_in([(email_id, raw)])
            except Exception as error:  # noqa: BLE001
                yield Finding(by_digest[raw], f"intake raised {type(error).__name__}", raw)
                _put_aside(here, email_id)
                what = ""
    if what:
        yield Finding(min(emails), f"the batch from here on raised {what}, each alone does not", emails[min(emails)])


def _raw(here: Runtime, email_id: int) -> bytes:
    with here.db.transaction() as session:
        return access.read(session, session.get_one(InboundEmail, email_id), by=Machine.INTAKE)


def _put_aside(here: Runtime, email_id: int) -> None:
    with here.db.transaction() as session:
        ledger.decide(session.get_one(InboundEmail, email_id), Outcome.QUARANTINED, "found by fuzzing")


def _slow(sandbox: Sandbox, emails: dict[int, bytes]) -> Iterator[Finding]:
    for number, raw in emails.items():
        began = time.monotonic()
        list(sandbox.read_all([raw]))
        if (took := time.monotonic() - began) > SLOW / 2:
            yield Finding(number, f"reading it took {took:.1f} s", raw)


def _no_fence(_session: Session) -> None:
    """Nobody else wants this mailbox."""
