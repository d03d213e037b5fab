"""The built wheel runs outside the checkout: commands, migrations, templates, pages."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.servers.programs import free_port
from tests.stories.commands import run, started, status_of, wait_until

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pip would put into site-packages."""
    built = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    place = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(place)
    return place


def test_the_wheel_carries_what_lies_beside_the_package_and_nothing_else(installed: Path):
    names = {path.name for path in installed.iterdir()}

    assert {name for name in names if not name.endswith(".dist-info")} == {"helpdesk", "workers"}
    for name in ("_migrations/env.py", "_templates/base.html", "config.example.toml", "web/static"):
        assert (installed / "helpdesk" / name).exists(), name
    entries = next(installed.glob("*.dist-info/entry_points.txt")).read_text()
    assert "helpdesk = helpdesk.cli:main" in entries


def test_a_desk_is_set_up_and_served_from_the_wheel_in_an_empty_folder(installed: Path, tmp_path: Path):
    elsewhere, port = (
        {"PYTHONPATH": str(installed), "HELPDESK_AGENT_PASSWORD": "seven brown herons wade"},
        free_port(),
    )
    where = subprocess.run(
        [sys.executable, "-c", "import helpdesk, workers; print(helpdesk.__file__, workers.__file__)"],
        cwd=tmp_path, env=elsewhere, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.count(str(installed)) == 2

    helped = run(tmp_path, "--help", environment=elsewhere)
    begun = run(
        tmp_path, "init", "--no-input", "--no-mailbox", "--port", str(port), "--admin-email", "ada@desk.example",
        environment=elsewhere,
    )  # fmt: skip
    examined = run(tmp_path, "doctor", environment=elsewhere)

    assert "doctor" in helped.stdout
    assert begun.returncode == 0, begun.stderr
    assert examined.returncode == 0, examined.stdout
    with started(tmp_path, "web", environment=elsewhere):
        wait_until(lambda: status_of(f"http://localhost:{port}/healthz") == 200)
        assert status_of(f"http://localhost:{port}/sign-in") == 200
