"""One poller's work on one mailbox, in a process of its own: python -m bench.taking_in CONFIG MAILBOX EMAILS."""

import cProfile
import json
import os
import resource
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from bench import processes
from helpdesk import config
from helpdesk import runtime as parts
from helpdesk.mail import limits
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.runtime import Runtime
from workers import poller
from workers.fetching import Fetching
from workers.poll_leases import PollLeases

WARM_UP = b"From: a@customer.example\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n<p style='color:red'>x</p>"


def main(written: Path, mailbox_id: int, emails: int) -> None:
    """Take in what is there, and print how long it took and what processor time: this process's, the reader's."""
    here = parts.assemble(config.load(written, environ={}))
    ended: list[float] = []
    with Sandbox(limits.of_config(here.config)) as sandbox:
        sandbox.read(WARM_UP)
        poller.collect_seldom()
        before, start_up = _decided(here), processes.of_children()
        began, used = time.perf_counter(), time.process_time()

        def all_in() -> bool:
            if not ended and _decided(here) >= before + emails:
                ended.append(time.perf_counter())
            return bool(ended)

        Fetching(here, sandbox, PollLeases(), mailbox_id, all_in).run()
        used = time.process_time() - used
    here.close()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    reader = children.ru_utime + children.ru_stime - start_up  # once for all emails, as the poller's own
    said = {"seconds": ended[0] - began, "poller": used, "reader": reader}
    print(json.dumps(said), flush=True)


def _decided(here: Runtime) -> int:
    with here.db.reading() as session:
        counted = select(func.count()).select_from(InboundEmail).where(InboundEmail.outcome != Outcome.STORED)
        return session.scalar(counted) or 0


if __name__ == "__main__":
    profile = os.environ.get("BENCH_PROFILE")  # a file for pstats, when somebody wants to know where the time goes
    watching = cProfile.Profile() if profile else None
    if watching is not None:
        watching.enable()
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    if watching is not None and profile:
        watching.disable()
        watching.dump_stats(profile)
