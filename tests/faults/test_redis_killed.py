"""Redis killed by SIGKILL while replies leave, back with its file, then empty: each reply goes out, once."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from helpdesk import config
from helpdesk import runtime as parts
from helpdesk.runtime import Runtime
from tests.faults.test_delivery import HURRIED, check_wire, until_all_left
from tests.servers.programs import Server
from tests.servers.redis_server import running_redis, url_of
from tests.servers.smtp_sink import SmtpSink
from tests.workers.outbox import an_outbox
from tests.workers.processes import working

REPLIES = 40
KILLS = 2
LESS_PATIENT = (*HURRIED, "workers.sweeper.UNHEARD=timedelta(seconds=3)")


@pytest.fixture
def redis() -> Iterator[Server]:
    """One that a test may kill; what it was told is in its file."""
    with running_redis("--appendonly", "yes", "--appendfsync", "always") as server:
        yield server


@pytest.fixture
def here(installation: Path, redis: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """The installation with this Redis, here and in the processes that a test starts."""
    monkeypatch.setenv("HELPDESK_REDIS_URL", url_of(redis))
    made = parts.assemble(config.load(installation / config.FILE_NAME))
    yield made
    made.close()


def test_redis_killed_again_and_again_loses_no_reply_and_sends_none_twice(
    installation: Path, here: Runtime, redis: Server, smtp_sink: SmtpSink
):
    outbox, kills = an_outbox(here, smtp_sink), 0
    smtp_sink.think_for(0.02)
    for number in range(REPLIES):
        outbox.reply(f"These words are for ticket {number}.")

    def kill_and_start_again() -> None:
        nonlocal kills
        if kills < KILLS and len(smtp_sink.accepted) > 8 * (kills + 1):
            redis.kill()
            if kills:
                shutil.rmtree(redis.folder / "appendonlydir")
            outbox.reply(f"Written while Redis was away, for the {kills}th time.")
            redis.start()
            kills += 1

    with ExitStack() as processes:
        for program in ("workers.schedule", "workers.queue"):
            processes.enter_context(working(installation, program, *LESS_PATIENT))
        until_all_left(outbox, kill_and_start_again)

    assert kills == KILLS
    assert check_wire(outbox, smtp_sink.accepted) == 0
    assert len(outbox.rows()) == REPLIES + KILLS
