"""Checks of what is told to many: reports of themes, files for spreadsheets, published statistics."""

import csv
import io
import re
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from helpdesk import clock
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.theme_report import ReportState, ThemeReport
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.web import csv_file
from helpdesk.web.app import create_app
from tests.attacks.checks import check, require
from tests.attacks.trial import Trial
from tests.attacks.world import ROOT, SUPPORT, World
from tests.themes.letters import SUBJECTS
from tests.web.browser import Browser
from tests.world import a_customer, a_ticket
from workers import statistics, themes

# what a spreadsheet calculates, also after blanks, and written wide as East Asian keyboards do
FORMULA: Final = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r\n]")
CUSTOMERS, LETTERS = 8, 6


@check("csv_neutral")
def csv_neutral(trial: Trial, expected: bool) -> None:
    """In every file there is, and in a line of what the email says, written as each of them is written."""
    names = [line for sight in trial.sights.values() for line in sight.around.splitlines() if FORMULA.match(line)]
    with trial.world.here.db.reading() as session:
        names += [one.from_name for one in trial.messages() if one.from_name]
        session.expunge_all()
    said = csv_file.line([trial.subject(), *names])
    files = [said, *(trial.world.browser(ROOT).get(path).text for path in _files(trial.world))]
    require(len(files) > 1, "there is no file to look at")
    cells = [cell for text in files for row in csv.reader(io.StringIO(text)) for cell in row]
    found = [cell for cell in cells if FORMULA.match(cell)]
    require(bool(found) is not expected, f"{len(found)} cells are calculated")


def _files(world: World) -> list[str]:
    rules = create_app(world.here).url_map.iter_rules()
    return [rule.rule for rule in rules if rule.rule.endswith(".csv") and not rule.arguments]


@check("report_absent")
def report_absent(trial: Trial, expected: list[str]) -> None:
    """In a report of themes that has some, of what many customers and this email wrote."""
    report = _report(trial.world)
    browser = trial.world.browser(ROOT)
    pages = [browser.get(path) for path in (f"/themes/{report}", f"/themes/{report}.csv")]
    require([page.status_code for page in pages] == [200, 200], "the report is not shown")
    said = "\n".join(page.text for page in pages).lower()
    require("lamp" in said and "invoice" in said, "the report names no theme: nothing is shown")
    found = [text for text in expected if text.lower() in said]
    require(not found, f"the report says {', '.join(found)}")


def _report(world: World) -> int:
    _many_write(world)
    asked = world.browser(ROOT).post("/themes", {})
    require(asked.status_code == 303, f"a report is refused with {asked.status_code}")
    with world.here.db.reading() as session:
        report = session.scalars(select(ThemeReport).order_by(ThemeReport.id.desc())).first()
    assert report is not None
    if report.state is not ReportState.DONE:
        require(themes.make(world.here, report.id), "the report was not made")
    return report.id


def _many_write(world: World) -> None:
    """Letters of several customers about two subjects: without them a report has nothing to say."""
    with world.here.db.transaction() as session:
        mailbox = session.get_one(Mailbox, world.mailboxes[SUPPORT])
        team = session.get_one(Team, mailbox.team_id)
        customers = [a_customer(session, f"me@shop{n}.example", f"Shop {n}") for n in range(CUSTOMERS)]
        for place in range(CUSTOMERS * LETTERS * 2):
            words = SUBJECTS[("lamp", "invoice")[place % 2]]
            text = f"Hello, {words[place % 4]}, {words[(place // 4) % 4]}."
            writer = customers[place // 2 % CUSTOMERS]
            at = clock.now() - timedelta(days=place % 70)
            a_ticket(session, team, customer=writer, text=text, mailbox=mailbox, at=at)


@check("stats_absent")
def stats_absent(trial: Trial, expected: list[str]) -> None:
    """On the public page, in its file and its feed, of the month in which this email came."""
    now = clock.now()
    with trial.world.here.db.transaction() as session:
        settings.change(session, Usage(since=f"{now:%Y-%m}"), by=Machine.COMMAND)
    with clock.stopped_at((now.replace(day=1) + timedelta(days=33)).replace(day=1)):
        statistics.close_periods()
    anybody = Browser(create_app(trial.world.here))
    pages = [anybody.get(path) for path in ("/statistics", "/statistics.json", "/statistics.atom")]
    require([page.status_code for page in pages] == [200, 200, 200], "the statistics are not shown")
    require(f"{now:%Y-%m}" in pages[1].text, "nothing of this month was published")
    said = "\n".join(page.text for page in pages).lower()
    found = [text for text in expected if text.lower() in said]
    require(not found, f"the statistics say {', '.join(found)}")
