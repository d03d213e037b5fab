"""The analysis in a child of its own: it ends with whoever asked for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpdesk.supervisor.orphans import is_alive

ASKS = """
import time
from helpdesk.themes import parent
from helpdesk.themes.values import Limits
from tests.themes.letters import letters

def tell(step, share):
    print(step, flush=True)
    time.sleep(60)

parent.analysed(letters(250), limits=Limits(), names=(), previous={}, tell=tell, is_to_stop=lambda: False)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel can")
def test_the_child_does_not_outlive_a_worker_that_was_killed():
    with subprocess.Popen([sys.executable, "-c", ASKS], stdout=subprocess.PIPE, cwd=os.getcwd()) as worker:  # noqa: PTH109
        assert worker.stdout is not None
        assert worker.stdout.readline()  # the child is at it
        [child] = map(int, Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split())
        os.kill(child, signal.SIGSTOP)  # it says nothing more, and so notices nothing by itself
        worker.kill()

    deadline = time.monotonic() + 20
    try:
        while is_alive(child):
            assert time.monotonic() < deadline, "it is still there"
            time.sleep(0.05)
    finally:
        if is_alive(child):
            os.kill(child, signal.SIGKILL)
