"""What the demo desk promises: the example policy, published before anybody wrote; checked once the past is told."""

from sqlalchemy.orm import Session

from helpdesk import paths, runtime
from helpdesk.config import Config
from helpdesk.privacy import chain, checkpoints, promises, publication
from helpdesk.privacy.readers import Machine
from helpdesk.storage import leases


def publish(session: Session) -> None:
    """Make the example policy the one in force."""
    publication.publish(session, paths.example_policy().read_text(encoding="utf-8"), by=Machine.DEMO)


def look(config: Config) -> None:
    """Check every promise, as each night does: the public page has something to show from the first minute."""
    here = runtime.assemble(config)
    try:
        with here.db.transaction() as session:
            while chain.seal(session, holder="demo"):
                pass
            leases.release(session, chain.LEASE, holder="demo")
            checkpoints.make(session, checkpoints.signer(here.vault, here.config.host))
        with here.db.reading() as session:
            found = promises.examine(session)
        with here.db.transaction() as session:
            promises.keep(session, found, by=Machine.DEMO)
    finally:
        here.close()
