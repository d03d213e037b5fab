"""Random worlds: HELPDESK_WORLDS=200 looks at so many, HELPDESK_WORLD=17 at one."""

import os
from random import Random

import pytest
from flask import Flask

from helpdesk.runtime import Runtime
from tests.servers.smtp_sink import SmtpSink
from tests.worlds.asking import Asker
from tests.worlds.looking import Look
from tests.worlds.making import Maker
from tests.worlds.oracle import State, Trail

_ONE = os.environ.get("HELPDESK_WORLD")
SEEDS = [int(_ONE)] if _ONE else list(range(int(os.environ.get("HELPDESK_WORLDS", "2"))))


@pytest.fixture(params=SEEDS)
def random(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)  # noqa: S311  the same world for the same seed


@pytest.fixture
def look(runtime: Runtime, app: Flask, random: Random, smtp_sink: SmtpSink) -> Look:
    with runtime.db.transaction() as session:
        made = Maker(session, random, smtp_sink.port).build()
    trail = Trail(runtime.db)
    trail.look()
    return Look(runtime, made, Asker(app, runtime.db, random), trail, State(runtime.db, made))
