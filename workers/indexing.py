"""The search made anew after an upgrade that folds letters otherwise: piece by piece, beside the desk's work."""

import time
from typing import Final

from helpdesk import failpoints, runtime
from helpdesk.privacy import indexing
from helpdesk.privacy.readers import Machine

LONG_ENOUGH: Final = 15.0  # seconds, before it is the clockwork's turn again


def renew() -> None:
    """Go on with what is not made anew; killed in between, with the piece that was not done."""
    here, until = runtime.current(), time.monotonic() + LONG_ENOUGH
    is_left = True
    while is_left and time.monotonic() < until:
        begun = time.monotonic()
        with here.db.transaction() as session:
            is_left = indexing.renew_piece(session, by=Machine.INDEX)
        failpoints.passing("index-renewed")
        time.sleep(time.monotonic() - begun if is_left else 0)  # half of the time is that of others who write
