"""The contracts of imports hold, and each is reported when it is broken on purpose."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT

TABLES = "from helpdesk.models.content import ticket_content"

# contract → a new module and what it must not import
BREACHES = {
    "Floors: imports only ever go down the stairs": ("helpdesk/models/breach.py", "import helpdesk.desk.inbox"),
    "Only the web floor knows Flask": ("workers/breach.py", "import flask"),
    "The mail floor is pure: bytes in, values out": ("helpdesk/mail/breach.py", "import sqlalchemy"),
    "The themes are pure: texts in, values out": ("helpdesk/themes/breach.py", "import sqlalchemy"),
    "Content is reached through the gate only": ("helpdesk/web/breach.py", "from helpdesk.storage import content"),
    "The tables of content are known to the storage of content only": ("helpdesk/storage/breach.py", TABLES),
    "Rooms on one floor do not form circles": ("helpdesk/desk/breach.py", "from helpdesk.desk import circle"),
}
CIRCLE = ("helpdesk/desk/circle.py", "from helpdesk.desk import breach")
# content is asked for behind the gate's back from every other room, by either door
DOORS = {
    "helpdesk/cli/thief.py": TABLES,
    "helpdesk/desk/thief.py": "from helpdesk.storage.content import text_of_ticket",
    "helpdesk/privacy/thief.py": "from helpdesk.storage import content",
    "helpdesk/demo/thief.py": "from helpdesk.storage import content",
    "helpdesk/storage/thief.py": TABLES,
    "helpdesk/mail/thief.py": TABLES,
    "helpdesk/themes/thief.py": TABLES,
    "workers/thief.py": TABLES,
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=folder, check=False, capture_output=True, text=True, timeout=120
    )


def test_the_contracts_hold():
    linted = lint(ROOT)

    assert linted.returncode == 0, linted.stdout


@pytest.fixture(scope="module")
def report_of_breaches(tmp_path_factory: pytest.TempPathFactory) -> str:
    copied = tmp_path_factory.mktemp("breached")
    for part in ("helpdesk", "workers"):
        shutil.copytree(ROOT / part, copied / part, ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copied)
    for name, line in [*BREACHES.values(), CIRCLE, *DOORS.items()]:
        (copied / name).write_text(f'"""A breach."""\n\n{line}\n')
    linted = lint(copied)
    assert linted.returncode == 1, linted.stdout + linted.stderr
    return linted.stdout


@pytest.mark.parametrize("contract", BREACHES)
def test_a_broken_contract_is_reported(report_of_breaches: str, contract: str):
    assert f"{contract} BROKEN" in report_of_breaches


@pytest.mark.parametrize("thief", DOORS)
def test_content_behind_the_gates_back_is_reported_wherever_it_is_tried(report_of_breaches: str, thief: str):
    module = thief.removesuffix(".py").replace("/", ".")

    told = [line for line in report_of_breaches.splitlines() if line.strip("- ").startswith(f"{module} -> ")]

    assert any("content" in line for line in told), report_of_breaches


def test_each_contract_is_broken_once_on_purpose():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}

    assert contracts == set(BREACHES)


def test_a_process_of_its_own_knows_every_table_that_another_points_to():
    asks = "import helpdesk.runtime; from helpdesk.models.base import Base; print(len(Base.metadata.sorted_tables))"

    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)

    assert told.stderr == ""
    assert int(told.stdout) > 50
