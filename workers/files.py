"""Looking at files that came: their text for the search, their pages as pictures; in the limited child, later."""

import time
from typing import Final

from helpdesk import failpoints, runtime
from helpdesk.desk import files
from helpdesk.mail.limits import of_config
from helpdesk.mail.preview import Preview
from helpdesk.mail.sandbox import Quarantined, Sandbox
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime

PIECE: Final = 20  # files read at once
LONG_ENOUGH: Final = 60.0  # seconds, before others get their turn


def look_at_files() -> None:
    """Make previews of what came since; killed in between, the piece is begun again, and nothing is kept twice."""
    here, until = runtime.current(), time.monotonic() + LONG_ENOUGH
    with here.db.reading() as session:
        if not files.waiting(session, most=1):
            return
    with Sandbox(of_config(here.config)) as sandbox:
        while time.monotonic() < until and _look_at_piece(here, sandbox):
            pass


def _look_at_piece(here: Runtime, sandbox: Sandbox) -> bool:
    with here.db.transaction() as session:
        waiting = files.waiting(session, most=PIECE)
        files.pass_over(session, [one for one in waiting if not files.is_worth_it(one)])
        wanted = {one.id: one for one in waiting if files.is_worth_it(one)}
        bodies = access.files_to_look_at(session, list(wanted.values()), by=Machine.INDEX)
    for attachment_id, attachment in wanted.items():
        made = _made(sandbox, bodies.get(attachment_id, b""), attachment.media_type)
        failpoints.passing("file-looked-at")
        with here.db.transaction() as session:
            files.keep(session, attachment_id, made)
    return bool(waiting)


def _made(sandbox: Sandbox, body: bytes, media_type: str) -> Preview:
    """Nothing, of a file over which the child died: it is not looked at again."""
    made = sandbox.look_at(body, media_type) if body else Preview()
    return Preview() if isinstance(made, Quarantined) else made
