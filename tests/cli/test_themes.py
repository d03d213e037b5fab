"""`helpdesk themes`: a report in its turn, names as they are; `evaluate` answers JSON, wrong questions in words."""

import json
import threading
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from helpdesk.cli import main
from helpdesk.desk import theme_reports
from helpdesk.desk.theme_scope import Scope
from helpdesk.models.theme_report import ReportState, ThemeChoice
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from tests.themes.letters import letters
from tests.web.desk import a_report


def test_it_labels_texts_and_knows_them_again():
    documents = letters(100)
    asked = {
        "texts": [document.text for document in documents],
        "customers": [document.customer for document in documents],
        "times": ["2026-03-02"] * len(documents),
        "k": 5,
    }

    first = CliRunner().invoke(main, ["themes", "evaluate"], input=json.dumps(asked))
    answer = json.loads(first.stdout)
    asked |= {"times": ["2026-03-09"] * len(documents), "state": answer["state"]}
    second = json.loads(CliRunner().invoke(main, ["themes", "evaluate"], input=json.dumps(asked)).stdout)

    assert first.exit_code == 0
    assert len(set(answer["labels"])) == 5
    assert set(answer["trends"].values()) == {"steady"}
    assert second["labels"] == answer["labels"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[", "not JSON"),
        ("[]", "texts"),
        ('{"texts": 3}', "texts"),
        ('{"texts": ["a", "b"], "customers": ["c"]}', "2 texts and 1 customers"),
        ('{"texts": [1, null]}', "texts[0] is not a text"),
        ('{"texts": ["a"], "customers": 5}', "customers is no list"),
        ('{"texts": ["a"], "customers": [5]}', "customers[0] is not a text"),
        ('{"texts": ["a"], "times": ["x"]}', "times[0] is not a day"),
        ('{"texts": ["a"], "times": [7]}', "times[0] is not a day"),
        ('{"texts": ["a"], "k": "many"}', "k is no number"),
        ('{"texts": ["a"], "k": 0}', "k is no number"),
        ('{"texts": ["a"], "state": 3}', "state is not what"),
        ('{"texts": ["a"], "state": {"turn": 1, "window": [{"id": "1.0"}], "themes": null}}', "state is not what"),
    ],
)
def test_a_wrong_question_is_told(given: str, said: str):
    asked = CliRunner().invoke(main, ["themes", "evaluate"], input=given)

    assert asked.exit_code == 1
    assert said in asked.stderr
    assert "unexpected" not in asked.stderr


def test_a_report_waits_while_another_one_is_made_and_is_made_then(helpdesk: Callable[..., Result], runtime: Runtime):
    with runtime.db.transaction() as session:
        feedback = Scope(channel="feedback")
        other = theme_reports.ask(session, feedback, by=Machine.COMMAND, zone=ZoneInfo("UTC")).id
        assert theme_reports.begin(session, other)

    def done() -> None:
        time.sleep(1.5)
        with runtime.db.transaction() as session:
            theme_reports.end(session, other, ReportState.DONE)

    made = threading.Thread(target=done)
    made.start()
    result = helpdesk("themes", "run")
    made.join()

    assert result.exit_code == 0, result.output
    assert f"Report {other + 1}:" in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scope", "channel:"), "'channel:' names nothing"),
        (("--scope", "mailbox:"), "'mailbox:' names nothing"),
        (("--scope", "channel:feedback", "--scope", "channel:email"), "of one channel"),
        (("--since", "0001-01-01"), "between 2000-01-01 and today"),
        (("--until", "9999-12-31"), "between 2000-01-01 and today"),
    ],
)
def test_a_scope_without_a_name_and_days_out_of_reach_are_refused(
    helpdesk: Callable[..., Result], runtime: Runtime, words: tuple[str, ...], said: str
):
    refused = helpdesk("themes", "run", *words)

    assert refused.exit_code == 1
    assert said in refused.stderr
    with runtime.db.reading() as session:
        assert theme_reports.listed(session, most=1) == []


def test_a_name_is_printed_as_it_is_brackets_and_all(says: Callable[..., str], runtime: Runtime):
    with runtime.db.transaction() as session:
        for number in (1, 2):
            report = a_report(session, number)
        session.add(ThemeChoice(scope="{}", number=2, name="=RENAMED [/x] [red] :smile:"))

    shown = says("themes", "show", "--report", str(report.id))

    assert "=RENAMED [/x] [red] :smile:" in shown


def test_few_are_not_told_by_their_neighbours(says: Callable[..., str], runtime: Runtime):
    with runtime.db.transaction() as session:
        report = a_report(session, 1)
        report.messages = report.themed + 2

    told = says("themes", "show", "--report", str(report.id))
    assert "in none, or in themes too small to be shown, " in told
    assert "in none 2" not in told

    with runtime.db.transaction() as session:
        session.get_one(type(report), report.id).customers = 4

    assert (
        says("themes", "show", "--report", str(report.id))
        .strip()
        .endswith("fewer than five customers wrote: too few to tell more of")
    )
