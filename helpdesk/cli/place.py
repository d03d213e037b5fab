"""Where a command works: the configuration it was given, and the desk that stands on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpdesk import config, egress, log
from helpdesk.config import Config

if TYPE_CHECKING:  # the database is loaded by commands that use it, not for 'helpdesk --help'
    from helpdesk.runtime import Runtime


class Place:
    """What `--config` points to, read when it is needed first."""

    def __init__(self, config_path: Path | None) -> None:
        self.config_path = config_path

    @property
    def path(self) -> Path:
        """Where the configuration is, or should be."""
        return self.config_path or Path(os.environ.get("HELPDESK_CONFIG", config.FILE_NAME))

    @cached_property
    def config(self) -> Config:
        """Raises ConfigError."""
        return config.load(self.config_path)

    @contextmanager
    def desk(self, *, migrated: bool = True) -> Iterator["Runtime"]:
        """The parts of the desk, for one command. Raises NotMigrated and the database's errors."""
        from helpdesk import runtime  # noqa: PLC0415  see above
        from helpdesk.storage import migrations  # noqa: PLC0415

        here = runtime.assemble(self.config)
        try:
            if migrated:
                migrations.require_head(here.db)
            yield here
        finally:
            here.close()

    def start_logging(self) -> None:
        """From here on this process speaks in JSON lines: it runs for long, and machines read along."""
        log.set_up(self.config.log.level)
        egress.watch(self.config.folder / "run", click.get_current_context().info_name or "helpdesk")


pass_place = click.make_pass_decorator(Place)
