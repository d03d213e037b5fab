"""The `helpdesk` command as a test runs it: in this process, on the installation of the test."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpdesk.cli import main

Command = Callable[..., Result]


@pytest.fixture
def helpdesk(installation: Path) -> Command:
    """Run `helpdesk` with these words: an error that nobody put into words fails the test."""

    def run(*words: str, typed: str | None = None, environment: Mapping[str, str] | None = None) -> Result:
        config = str(installation / "config.toml")
        return CliRunner().invoke(main, ["--config", config, *words], input=typed, env=dict(environment or {}))

    return run


@pytest.fixture
def says(helpdesk: Command) -> Callable[..., str]:
    """What a command that succeeds prints."""

    def run(*words: str, **given: object) -> str:
        result = helpdesk(*words, **given)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run
