"""The servers that all worlds of one run stand on."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from playwright.sync_api import Browser

from tests.servers.certificate import make_certificate
from tests.servers.chromium import running_chromium
from tests.servers.database import alembic_for
from tests.servers.dovecot import Dovecot, running_dovecot
from tests.servers.emptied import EmptiedDatabase
from tests.servers.postgres import running_postgres
from tests.servers.programs import LOCALHOST, Server, short_folder
from tests.servers.redis_server import running_redis
from tests.servers.smtp_sink import SmtpSink, running_sink

# no name is ever looked up; requests are counted when they are made, not when they arrive
NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"


@dataclass(frozen=True)
class Ground:
    folder: Path
    dovecot: Dovecot
    redis: Server
    sink: SmtpSink
    browser: Browser
    template: Path | EmptiedDatabase
    ports: frozenset[int]

    def database_url(self, folder: Path) -> str:
        """A database with empty tables; the one before it is nobody's any more."""
        if isinstance(self.template, EmptiedDatabase):
            return self.template.url()
        return f"sqlite:///{shutil.copyfile(self.template, folder / 'candour.db')}"


@contextmanager
def standing(database: str) -> Iterator[Ground]:
    with ExitStack() as stack:
        folder = stack.enter_context(short_folder("attacks"))
        certificate = make_certificate(stack.enter_context(short_folder("tls")))
        dovecot = stack.enter_context(running_dovecot(certificate))
        redis = stack.enter_context(running_redis())
        sink = stack.enter_context(running_sink())
        template, port = stack.enter_context(_migrated(database, folder))
        browser = stack.enter_context(running_chromium(NOBODY_ELSE))
        ports = frozenset({dovecot.port, redis.port, sink.port, port})
        yield Ground(folder, dovecot, redis, sink, browser, template, ports)


@contextmanager
def _migrated(database: str, folder: Path) -> Iterator[tuple[Path | EmptiedDatabase, int]]:
    if database == "sqlite":
        made = folder / "migrated.db"
        command.upgrade(alembic_for(f"sqlite:///{made}"), "head")
        yield made, 0
        return
    with running_postgres() as server:
        name = server.create()
        command.upgrade(alembic_for(server.url(name)), "head")
        with closing(EmptiedDatabase(server, name)) as emptied:
            yield emptied, server.server.port


__all__ = ["LOCALHOST", "Ground", "standing"]
