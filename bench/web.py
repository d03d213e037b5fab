"""List, counters, ticket and search on the server, at 1,000 and at 250,000 tickets; queries a page.

One client and eight ask `helpdesk web` over HTTP, as it is served after its first minute: PostgreSQL plans a
statement of a new connection some ten times before it keeps a plan, and what pages take until then is said apart.
The small desk has one team, so its lists are as full as those of the large one, and what grows is what the tables
cost.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import click
from flask import Flask
from sqlalchemy import event, select

from bench import seeding
from bench.seeding import Seeded
from helpdesk import config
from helpdesk import runtime as parts
from helpdesk.models.agent import Agent
from helpdesk.models.ticket import Status, Ticket
from helpdesk.runtime import Runtime
from helpdesk.storage import migrations
from helpdesk.storage.vault import create_key_file
from helpdesk.web.app import create_app
from tests.servers.postgres import running_postgres
from tests.servers.programs import free_port
from tests.servers.redis_server import running_redis, url_of
from tests.web.browser import PASSWORD_HASH, Browser

SIZES: Final = (1_000, 25_000, 250_000)
SMALL: Final = 1_000
TEAMS: Final = 10
COMMON: Final = ("lalalala", "lalalamo+momola", "rila*")  # in half of the messages, in one of forty, a beginning
REQUESTS: Final = 60
CLIENTS: Final = 8
FIRST: Final = 20  # pages of a client before it is measured
STEPS: Final = 200_000  # of the yardstick
MOST_GROWTH: Final = 1.5
MOST_QUERIES: Final = 12 + 3  # what a page asks, and what leaves the trail of it
MOST_P50_OF_MANY: Final = 100.0
TARGETS: Final = {"list": 25.0, "counters": 10.0, "ticket": 30.0, "search": 50.0}  # ms, p95, one client


@dataclass(frozen=True, slots=True)
class Figures:
    """One page at one size, in milliseconds."""

    p50: float
    p95: float
    of_many: float
    at_first: float
    yardstick: float
    queries: int


@click.command(help=__doc__)
@click.option("--database", "databases", type=click.Choice(["sqlite", "postgres"]), multiple=True)
@click.option("--tickets", "sizes", type=int, multiple=True, help="How large the desk is; several are compared.")
def main(databases: tuple[str, ...], sizes: tuple[int, ...]) -> None:
    is_met = True
    for kind in databases or ("sqlite", "postgres"):
        measured = {size: _measured(kind, size) for size in sorted(sizes or SIZES)}
        is_met = _judged(kind, measured) and is_met
    sys.exit(0 if is_met else 1)


def _measured(kind: str, tickets: int) -> dict[str, Figures]:
    with _desk(kind) as here:
        seeded = seeding.fill(here.db, tickets=tickets, teams=TEAMS if tickets > SMALL else 1)
        os.sync()  # else the disk is still busy with it, and each trail that is kept waits for that
        return _pages(here, seeded)


def _pages(here: Runtime, seeded: Seeded) -> dict[str, Figures]:
    """Each page on a desk that was seeded."""
    with here.db.transaction() as session:
        agent = session.get_one(Agent, seeded.agents[0])
        agent.password_hash = PASSWORD_HASH
        email = agent.email
        of_team = select(Ticket.id).where(Ticket.team_id == seeded.teams[0], Ticket.status == Status.OPEN)
        numbers = session.scalars(of_team.order_by(Ticket.id.desc()).limit(FIRST + REQUESTS)).all()
    rare = [f"ref{number * 3}" for number in range(101, 120)]  # whole words, each of one message
    searches = [f"/search?q=%22{word}%22" for word in rare] + [f"/search?q={word}" for word in COMMON]
    app = create_app(here)
    urls: dict[str, Sequence[str]] = {
        "list": ["/inbox/open", f"/teams/{seeded.teams[0]}/inbox"],
        "counters": ["/counters"],
        "ticket": [f"/tickets/{number}" for number in numbers],
        "search": searches,
    }
    with _served(here) as port:
        return {page: _page(here, app, email, some, port) for page, some in urls.items()}


def _page(here: Runtime, app: Flask, email: str, urls: Sequence[str], port: int) -> Figures:
    browser = _signed_in(app, email)
    _got(browser, urls[0])  # what a process asks once is asked
    queries = _queries(here, lambda: _got(browser, urls[-1]))
    yardstick = _yardstick()
    at_first, alone = _all_asked(port, _secret_of(browser), urls, REQUESTS)
    secrets = [_secret_of(_signed_in(app, email)) for _ in range(CLIENTS)]
    ready = threading.Barrier(CLIENTS)

    def many(secret: str) -> list[float]:
        return _all_asked(port, secret, urls, REQUESTS // 2, begin=ready.wait)[1]

    with ThreadPoolExecutor(CLIENTS) as pool:
        together = [one for some in pool.map(many, secrets) for one in some]
    p95 = statistics.quantiles(alone, n=20)[-1]
    eight, first = statistics.median(together), statistics.median(at_first)
    return Figures(statistics.median(alone), p95, eight, first, yardstick, queries)


def _yardstick() -> float:
    """What the same piece of Python takes, in milliseconds: a virtual machine's pace changes with its neighbours."""
    took = []
    for _ in range(5):
        began, total = time.perf_counter(), 0
        for step in range(STEPS):
            total += step * step
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


@contextmanager
def _served(here: Runtime) -> Iterator[int]:
    """The desk's own server, as `helpdesk up` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "helpdesk.cli", "--config", str(here.config.folder / config.FILE_NAME)]
    server = subprocess.Popen([*command, "web", "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                _asked(http.client.HTTPConnection("localhost", port), "/sign-in", "")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def _secret_of(browser: Browser) -> str:
    cookies = browser.client._cookies or {}  # noqa: SLF001  it has no other list of them
    return "; ".join(f"{one.key}={one.value}" for one in cookies.values())


def _all_asked(
    port: int, secret: str, urls: Sequence[str], times: int, *, begin: Callable[[], object] = int
) -> tuple[list[float], list[float]]:
    """What each took: the first of a client, and then those that are measured."""
    line = http.client.HTTPConnection("localhost", port)
    coming = cycle(urls)
    at_first = [_asked(line, next(coming), secret) for _ in range(FIRST)]
    begin()
    return at_first, [_asked(line, next(coming), secret) for _ in range(times)]


def _asked(line: http.client.HTTPConnection, url: str, secret: str) -> float:
    began = time.perf_counter()
    line.request("GET", url, headers={"Cookie": secret})
    answer = line.getresponse()
    answer.read()
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        sys.exit(f"{url} answered {answer.status}")
    return took


def _signed_in(app: Flask, email: str) -> Browser:
    browser = Browser(app)
    if browser.sign_in(email).status_code != 303:
        sys.exit("signing in failed")
    return browser


def _got(browser: Browser, url: str) -> None:
    answer = browser.client.get(url)
    if answer.status_code != 200:
        sys.exit(f"{url} answered {answer.status_code}")


def _queries(here: Runtime, what: Callable[[], object]) -> int:
    """How many statements that read or write rows something needs."""
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:  # noqa: ANN401
        if statement.lstrip()[:6].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            counted.append(statement)

    event.listen(here.db.engine, "before_cursor_execute", count)
    try:
        what()
    finally:
        event.remove(here.db.engine, "before_cursor_execute", count)
    return len(counted)


def _judged(kind: str, measured: dict[int, dict[str, Figures]]) -> bool:
    smallest, largest = min(measured), max(measured)
    met = True
    for page, most in TARGETS.items():
        small, large = measured[smallest][page], measured[largest][page]
        for size, of in measured.items():
            one = of[page]
            click.echo(
                f"        {kind} {page} at {size:,}: p50 {one.p50:.0f}, p95 {one.p95:.0f} ms; eight clients p50"
                f" {one.of_many:.0f} ms; at first {one.at_first:.0f} ms; {one.queries} queries;"
                f" yardstick {one.yardstick:.0f} ms"
            )
        for what, value, target in (
            ("p95 in ms, one client", large.p95, most),
            ("p50 in ms, eight clients", large.of_many, MOST_P50_OF_MANY),
            (f"growth from {smallest:,}", large.p50 / small.p50, MOST_GROWTH),
            ("queries", large.queries, MOST_QUERIES),
        ):
            click.echo(f"{'met   ' if value <= target else 'MISSED'}  {kind} {page}, {what}: {value:.1f}; {target:g}")
            met = met and value <= target
    return met


@contextmanager
def _desk(kind: str) -> Iterator[Runtime]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        redis = url_of(stack.enter_context(running_redis()))
        url = f"sqlite:///{folder}/candour.db"
        if kind == "postgres":
            url = stack.enter_context(stack.enter_context(running_postgres(is_durable=True)).database())
        written = folder / config.FILE_NAME
        written.write_text(f'[database]\nurl = "{url}"\n\n[redis]\nurl = "{redis}"\n')
        create_key_file(folder / "candour.key")
        here = parts.assemble(config.load(written, environ={}))
        migrations.upgrade(here.db)
        yield here
        here.close()
        here.doorbell.redis.close()


if __name__ == "__main__":
    main()
