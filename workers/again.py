"""Reading stored emails again, because somebody who looked at them decided so: one, or all that wait."""

import time
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from helpdesk import runtime
from helpdesk.desk import rereading
from helpdesk.mail.limits import of_config
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.rereading import Rereading
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job
from workers.intake import Intake

LONG_ENOUGH: Final = 60.0  # seconds a worker reads on, before others get their turn


def read_again(inbound_email_id: int) -> None:
    """Read one email in a child of its own and file it as it was ruled; done already, it is left alone."""
    here = runtime.current()
    with here.db.transaction() as session:
        email = session.get(InboundEmail, inbound_email_id)
        if email is None or email.outcome is not Outcome.STORED:
            return
        mailbox_id, raw = email.mailbox_id, access.read(session, email, by=Machine.INTAKE)
    with Sandbox(of_config(here.config)) as sandbox:
        Intake(here, sandbox, mailbox_id, _no_fence).take_in([(inbound_email_id, raw)])


def read_all_again(rereading_id: int) -> None:
    """Read what waited when it was asked, piece by piece; killed in between, the poller takes in what was begun."""
    here, until = runtime.current(), time.monotonic() + LONG_ENOUGH
    with Sandbox(of_config(here.config)) as sandbox:
        while time.monotonic() < until:
            if not _read_piece(here, sandbox, rereading_id):
                return
    with here.db.transaction() as session:
        jobs.ring(session, Job.READ_ALL_AGAIN, rereading_id)


def go_on() -> None:
    """Go on with what nobody works on any more."""
    with runtime.current().db.reading() as session:
        stuck = rereading.stuck(session)
    for rereading_id in stuck:
        read_all_again(rereading_id)


def _read_piece(here: Runtime, sandbox: Sandbox, rereading_id: int) -> int:
    with here.db.transaction() as session:
        asked = session.get(Rereading, rereading_id, with_for_update=True)
        if asked is None or asked.finished_at is not None:
            return 0
        piece = [
            (email.mailbox_id, email.id, access.read(session, email, by=Machine.INTAKE))
            for email in sorted(rereading.claim(session, asked), key=lambda email: (email.mailbox_id, email.id))
        ]
    for mailbox_id, some in groupby(piece, key=lambda one: one[0]):
        Intake(here, sandbox, mailbox_id, _no_fence).take_in([(email_id, raw) for _, email_id, raw in some])
    with here.db.transaction() as session:
        rereading.went_on(session.get_one(Rereading, rereading_id), len(piece))
    return len(piece)


def _no_fence(_session: Session) -> None:
    """The ledger's row decides: whoever files it first, poller or job, the other finds it done."""
