"""`./run attacks`: a folder of attack mail against a live desk, a line for each case and a total."""

import logging
import os
import tempfile
import time
from pathlib import Path

import click

from tests.attacks import (  # noqa: F401  they register themselves
    arrival_checks,
    page_checks,
    publication_checks,
    sending_checks,
)
from tests.attacks.checks import verdict
from tests.attacks.folder import opened
from tests.attacks.ground import standing
from tests.attacks.running import run
from tests.attacks.trial import Trial

VARIABLE = "HELPDESK_ATTACK_MAIL"


@click.command()
@click.argument("case_ids", nargs=-1)
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
def main(*, case_ids: tuple[str, ...], database: str) -> None:
    """Deliver the cases of the folder HELPDESK_ATTACK_MAIL (all, or those named) to a desk, and say what held."""
    place = Path(os.environ.get(VARIABLE, ""))
    if not (place / "expected.jsonl").is_file():
        raise click.ClickException(f"set {VARIABLE} to a folder with an expected.jsonl")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    began = time.monotonic()
    counted = {"PASS": 0, "FAIL": 0, "NOT YET": 0}
    with tempfile.TemporaryDirectory() as large:
        try:
            folder = opened(place, Path(large), only=case_ids)
        except KeyError as unknown:
            raise click.ClickException(f"there is no case {unknown.args[0]}") from None
        try:
            with standing(database) as ground:
                for trial in run(ground, folder):
                    counted[_told(trial)] += 1
        finally:
            folder.close()
    words = f"{counted['PASS']} passed, {counted['FAIL']} failed, {counted['NOT YET']} not yet"
    click.echo(f"{sum(counted.values())} cases on {database}: {words} ({time.monotonic() - began:.0f} s)")
    raise SystemExit(1 if counted["FAIL"] else 0)


def _told(trial: Trial) -> str:
    broken, missing = verdict(trial)
    said = "FAIL" if broken else "NOT YET" if missing else "PASS"
    cost = f" [{trial.seconds:.1f} s, {trial.growth_mb:.0f} MB]" if trial.growth_mb is not None else ""
    why = f" — {'; '.join(broken or missing)}" if broken or missing else ""
    click.echo(f"{said:<8} {trial.case.id:<24} {trial.case.title}{cost}{why}")
    return said


if __name__ == "__main__":
    main()
