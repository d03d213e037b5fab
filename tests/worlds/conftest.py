"""Random worlds: HELPDESK_WORLDS=200 looks at so many, HELPDESK_WORLD=17 at one; every other one is on PostgreSQL."""

import os
from pathlib import Path
from random import Random

import pytest
from flask import Flask

from helpdesk import config
from helpdesk.runtime import Runtime
from tests.servers.smtp_sink import SmtpSink
from tests.worlds.asking import Asker
from tests.worlds.looking import Look
from tests.worlds.making import Maker
from tests.worlds.oracle import State, Trail

_ONE = os.environ.get("HELPDESK_WORLD")
_MANY = os.environ.get("HELPDESK_WORLDS")
SEEDS = [int(_ONE)] if _ONE else list(range(int(_MANY or "2")))
# the other ways take turns with the two worlds of every day, and look at all that somebody asks for
FIRST, SECOND = (SEEDS, SEEDS) if _ONE or _MANY else (SEEDS[:1], SEEDS[1:])


@pytest.fixture(params=SEEDS)
def random(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)  # noqa: S311  the same world for the same seed


@pytest.fixture
def installation(request: pytest.FixtureRequest, random: Random, installation: Path) -> Path:
    """As everywhere, but that worlds of an odd number lie in PostgreSQL."""
    seed = request.node.callspec.params["random"]
    if seed % 2:
        written = installation / config.FILE_NAME
        url = request.getfixturevalue("migrated_postgres_url")
        redis = written.read_text(encoding="utf-8").partition("[redis]")
        written.write_text(f'[database]\nurl = "{url}"\n\n[redis]{redis[2]}', encoding="utf-8")
    return installation


@pytest.fixture
def look(runtime: Runtime, app: Flask, random: Random, smtp_sink: SmtpSink) -> Look:
    with runtime.db.transaction() as session:
        made = Maker(session, random, smtp_sink.port).build()
    trail = Trail(runtime.db)
    trail.look()
    return Look(runtime, made, Asker(app, runtime.db, random), trail, State(runtime.db, made))
