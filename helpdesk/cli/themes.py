"""`helpdesk themes`: what many customers write about."""

import json
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from helpdesk.cli.errors import Failed
from helpdesk.cli.place import Place, pass_place
from helpdesk.desk import theme_page, theme_reports, theme_scope
from helpdesk.desk.theme_reports import AT_WORK, NothingToAnalyse
from helpdesk.desk.theme_scope import NoSuchScope
from helpdesk.models.theme_report import ReportState, ThemeReport
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.theme_telling import is_few
from helpdesk.runtime import Runtime
from helpdesk.themes import questions
from helpdesk.themes.questions import NotAsAgreed
from helpdesk.themes.values import Limits, ModelUnusable

_LOOKS_EVERY: Final = 1.0  # seconds


@click.group()
def themes() -> None:
    """What many customers write about, without who."""


@themes.command()
@click.option("--scope", "words", multiple=True, help="mailbox:ADDRESS, team:NAME, tag:NAME, channel:feedback; many.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day; else twelve weeks before the last.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; else today.")
@pass_place
def run(place: Place, *, words: tuple[str, ...], since: datetime | None, until: datetime | None) -> None:
    """Make a report of what customers wrote about, here and now, and print it."""
    with place.desk() as here:
        zone = ZoneInfo(here.config.desk.time_zone)
        try:
            with here.db.transaction() as session:
                scope = theme_scope.named(session, words)
                report_id = theme_reports.ask(
                    session, scope, by=Machine.COMMAND, zone=zone, since=_day(since), until=_day(until)
                ).id
        except (NoSuchScope, NothingToAnalyse) as reason:
            raise Failed(str(reason)) from reason
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading", total=1.0)
            state = _ended(here, report_id, lambda step, share: bar.update(task, description=step, completed=share))
        if state is not ReportState.DONE:
            raise Failed(_why_not(here, report_id))
        _print(here, report_id)


@themes.command()
@click.option("--report", "report_id", type=int, help="The number of a report; else the newest.")
@pass_place
def show(place: Place, *, report_id: int | None) -> None:
    """Print the newest report, or one of them."""
    with place.desk() as here:
        with here.db.reading() as session:
            report = theme_reports.newest(session) if report_id is None else theme_reports.find(session, report_id)
            known = report.id if report is not None and report.state is ReportState.DONE else None
        if known is None:
            raise Failed("there is no such report: 'helpdesk themes run' makes one")
        _print(here, known)


@themes.command()
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with model.onnx and tokenizer.json; without it, word statistics.",
)
def evaluate(*, model: Path | None) -> None:
    """Analyse texts given as JSON, and answer in JSON: to measure the analysis; no desk is touched.

    In: {"texts": […], "k": 77, "customers": […], "times": ["2026-01-05", …], "state": …}; only texts are needed.
    Out: {"labels": […], "themes": {"0": {"name": …, "terms": […]}}, "trends": {…}, "state": …}.
    """
    from helpdesk.themes.protocol import evaluated  # noqa: PLC0415  its libraries take a second, for this word alone

    try:
        answer = evaluated(questions.understood(_given()), Limits(model=model))
    except (ModelUnusable, NotAsAgreed) as reason:
        raise Failed(str(reason)) from reason
    json.dump(answer, sys.stdout, ensure_ascii=False)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _ended(here: Runtime, report_id: int, told: Callable[[str, float], None]) -> ReportState | None:
    """Make it; while another one is being made, or a worker has this one in hand, wait and tell how far it is."""
    from workers.themes import make  # noqa: PLC0415  the workers' floor is above: a command may call it

    while True:
        if make(here, report_id, told):
            return ReportState.DONE
        with here.db.reading() as session:
            report = theme_reports.find(session, report_id)
            if report is None or report.state not in AT_WORK:
                return None if report is None else report.state
            told(report.step or f"report {report_id} waits for its turn", report.share)
        time.sleep(_LOOKS_EVERY)


def _why_not(here: Runtime, report_id: int) -> str:
    with here.db.reading() as session:
        report = theme_reports.find(session, report_id)
        if report is not None and report.state is ReportState.FAILED:
            return f"no report was made: {report.trouble}"
    return f"no report was made: report {report_id} was stopped"


def _print(here: Runtime, report_id: int) -> None:
    with here.db.reading() as session:
        page = theme_page.of_report(session, session.get_one(ThemeReport, report_id))
    report = page.report
    days = f"Report {report.id}: {report.since} to {report.until}"
    if not page.is_told:
        click.echo(f"{days}, {_few(report.customers)} customers wrote: too few to tell more of")
        return
    fives = " (counts in fives)" if page.is_in_fives else ""
    click.echo(f"{days}, {page.messages} messages{fives}. {report.method}")
    table = Table("theme", "customers", "messages", "trend", box=None, pad_edge=False)
    for row in page.rows:
        name = Text(row.name or f"(theme {row.number})")  # as it is: a name may hold brackets
        table.add_row(name, str(row.customers), str(row.messages), row.trend)
    Console(width=max(80, Console().width)).print(table)
    apart = f"in none {page.other}, in themes too small to be shown {page.too_small}"
    both = f"in none, or in themes too small to be shown, {_few(page.outside)}"
    outside = apart if page.is_parted else both
    click.echo(f"in a theme that is shown {page.shown}, {outside}; left out {_few(page.left_out)}")


def _few(count: int) -> str:
    return "fewer than five" if is_few(count) else str(count)


def _given() -> object:
    try:
        return json.load(sys.stdin)
    except ValueError as error:
        raise Failed("standard input is not JSON") from error
