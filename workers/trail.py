"""What keeps the audit trail whole: sealing, signing, and writing down when permission ended."""

import secrets
from typing import Final

from helpdesk import runtime
from helpdesk.privacy import chain, checkpoints, grants

_HOLDER: Final = secrets.token_hex(8)  # of the sealer's lease: this process


def seal() -> None:
    """Link every committed event into the chain, in batches, so that no other writer waits for long."""
    here = runtime.current()
    with here.db.reading() as session:
        if not chain.unsealed(session):
            return
    linked = 1
    while linked:
        with here.db.transaction() as session:
            linked = chain.seal(session, holder=_HOLDER)


def checkpoint() -> None:
    """Sign the trail as far as it is sealed."""
    here = runtime.current()
    with here.db.transaction() as session:
        checkpoints.make(session, checkpoints.signer(here.vault, here.config.host))


def end_grants() -> None:
    """Lapsed requests and expired grants: they open nothing since their moment, now it is written down too."""
    here = runtime.current()
    with here.db.transaction() as session:
        grants.sweep(session)
