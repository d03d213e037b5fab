"""`helpdesk doctor`: looks at everything a desk stands on, and says what is wrong and what to do."""

import json
from collections.abc import Iterator
from datetime import datetime

import click
from sqlalchemy import select

from helpdesk import egress as notes
from helpdesk import runtime
from helpdesk.cli.doctor import database, egress, machine, servers
from helpdesk.cli.doctor.finding import Finding, Findings, State, failed, ok
from helpdesk.cli.doctor.trying import Tell
from helpdesk.cli.place import Place, pass_place
from helpdesk.cli.progress import Bar
from helpdesk.config import Config, ConfigError
from helpdesk.desk import health, mailbox_tokens, reconciliation
from helpdesk.models.mailbox import Mailbox
from helpdesk.runtime import Runtime
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.storage.vault import KeyFileUnusable, Vault
from helpdesk.supervisor.orphans import is_alive

_SIGNS = {State.OK: "✓", State.WARNING: "!", State.FAILED: "✗"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines: the words of check, state and cause are stable.")
@click.option(
    "--least-free", type=click.IntRange(0), default=200, show_default=True, help="MB a disk must have free, or fail."
)
@click.option("--egress", "only_egress", is_flag=True, help="Which servers the desk may talk to, and which it did.")
@click.option("--forget-egress", is_flag=True, help="Begin the notes of where the desk connected to anew.")
@click.option(
    "--watch", type=click.FloatRange(0, 3600), default=10, show_default=True, help="Seconds to look, with --egress."
)
@click.option("--try/--no-try", "tries", default=True, help="Connect to each server once, with --egress.")
@pass_place
def doctor(
    place: Place, *, as_json: bool, least_free: int, only_egress: bool, forget_egress: bool, watch: float, tries: bool
) -> None:
    """Check everything: configuration, key, database, Redis, every mailbox in and out, clock, disk, file modes.

    Nothing is sent; one row is written and removed again. Exit 1 when a check failed; a warning is no failure.
    """
    if forget_egress:
        notes.forget(place.config.folder / "run")
    found: list[Finding] = []
    with Bar(is_shown=only_egress and not as_json) as bar:
        egress_found = examine_egress(place, watch, tries=tries, tell=bar.tell)
        for finding in egress_found if only_egress else examine(place, least_mb=least_free):
            found.append(finding)
            if not as_json:
                _show(finding)
    is_well = all(finding.state is not State.FAILED for finding in found)
    if as_json:
        click.echo(
            json.dumps({"ok": is_well, "checks": [one.as_json() for one in found]}, indent=1, ensure_ascii=False)
        )
    raise SystemExit(0 if is_well else 1)


def examine(place: Place, *, least_mb: int) -> Findings:
    """Every finding, the things others stand on first."""
    path = place.path
    try:
        config = place.config
    except ConfigError as error:
        yield failed("configuration", error.cause, str(error), f"correct {path}; config.example.toml shows every key")
        return
    yield ok("configuration", f"{path} is understood")
    yield from machine.key_file(config)
    yield from machine.file_modes(config, path)
    yield from machine.disk(config, least_mb)
    yield from machine.files_folder(config)
    here = runtime.assemble(config)
    try:
        yield from _examine_desk(here, is_running=_is_running(config))
    finally:
        here.close()


def examine_egress(place: Place, seconds: float, *, tries: bool, tell: Tell) -> Findings:
    """Where the desk may connect to, and where it did. Raises what a command says when there is no desk."""
    with place.desk() as here:
        yield from egress.examine(here, leader=_leader(here.config), seconds=seconds, tries=tries, tell=tell)


def _examine_desk(here: Runtime, *, is_running: bool) -> Findings:
    found = list(database.database(here.db))
    yield from found
    has_rows = False
    if all(finding.state is not State.FAILED for finding in found):
        found = list(database.form(here.db))
        yield from found
        has_rows = found[0].state is State.OK
    yield from servers.redis_server(here.config, is_running=is_running)
    if has_rows:
        yield from _examine_rows(here, is_running=is_running)
    yield from machine.clocks(here.config, _other_clocks(here, has_rows=has_rows))


def _examine_rows(here: Runtime, *, is_running: bool) -> Findings:
    with here.db.reading() as session:
        active = list(session.scalars(select(Mailbox).where(Mailbox.is_active).order_by(Mailbox.id)))
        late = health.unpolled(session)
        gaps = reconciliation.gaps(session)
        troubled = mailbox_tokens.troubled(session)
        told = [*database.staff(session), *database.outbox(session), *database.trail(session)]
    yield from servers.every_mailbox(active, _vault_or_none(here))
    yield from servers.polling(late, active, is_running=is_running)
    yield from servers.logins(troubled)
    yield from servers.ledger(gaps, active)
    yield from told


def _other_clocks(here: Runtime, *, has_rows: bool) -> Iterator[tuple[str, datetime]]:
    if (theirs := servers.redis_clock(here.config)) is not None:
        yield "Redis's", theirs
    if not has_rows:
        return
    try:
        theirs = database.clock_of(here.db)
    except (DatabaseBusy, DatabaseUnreachable):
        return  # its own check has said so
    if theirs is not None:
        yield "the database's" if not here.db.is_sqlite else "the one of the last audit event", theirs


def _vault_or_none(here: Runtime) -> Vault | None:
    try:
        return here.vault
    except KeyFileUnusable:
        return None


def _is_running(config: Config) -> bool:
    return _leader(config) is not None


def _leader(config: Config) -> int | None:
    """The process of `helpdesk up` in this folder: it leaves its number there, and takes it away when it ends."""
    try:
        number = (config.folder / "run" / "run.lock").read_text().partition("\n")[0]
    except OSError:
        return None
    return int(number) if number.isdigit() and is_alive(int(number)) else None


def _show(finding: Finding) -> None:
    click.echo(f"{_SIGNS[finding.state]} {finding.check}: {finding.says}")
    if finding.fix:
        click.echo(f"    {finding.fix}")
