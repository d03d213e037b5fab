"""The only place where parts are put together: Config → Runtime(db, vault, doorbell)."""

from dataclasses import dataclass
from functools import cached_property

from helpdesk.config import Config
from helpdesk.models import every as _every  # noqa: F401  a table that points to another needs it, whoever asks
from helpdesk.storage.db import Database
from helpdesk.storage.doorbell import Doorbell
from helpdesk.storage.vault import Vault, open_vault


@dataclass
class Runtime:
    """What an edge needs: made once in each process, after it forked."""

    config: Config
    db: Database
    doorbell: Doorbell

    @cached_property
    def vault(self) -> Vault:
        """Secrets under the key file. Raises KeyFileUnusable."""
        return open_vault(self.config.key_file)

    def close(self) -> None:
        self.db.dispose()
        self.doorbell.close()


class NoRuntime(Exception):
    """A job ran in a process that was not started by `helpdesk worker`."""


_current: Runtime | None = None


def assemble(config: Config) -> Runtime:
    """Put the parts together; nothing is connected yet."""
    doorbell = Doorbell(config.redis_url)
    return Runtime(config, Database(config.database_url, config.files_folder, doorbell.let_go), doorbell)


def use(runtime: Runtime) -> None:
    """Make this the runtime that jobs of this process find."""
    global _current  # noqa: PLW0603  RQ calls a function with an id, so the rest must be found here
    _current = runtime


def current() -> Runtime:
    if _current is None:
        raise NoRuntime("no runtime in this process: jobs are run by 'helpdesk worker'")
    return _current
