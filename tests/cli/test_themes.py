"""`helpdesk themes evaluate` answers JSON with JSON, and a wrong question with a sentence."""

import json

import pytest
from click.testing import CliRunner

from helpdesk.cli import main
from tests.themes.letters import letters


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
    ],
)
def test_a_wrong_question_is_told(given: str, said: str):
    asked = CliRunner().invoke(main, ["themes", "evaluate"], input=given)

    assert asked.exit_code == 1
    assert said in asked.stderr
