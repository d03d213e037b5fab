"""What leaves after a commit: jobs for the workers, and word to open screens that a ticket changed."""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session


class Job(enum.StrEnum):
    """Every job there is: the function that a worker runs with the id of a row, and nothing else."""

    BULK = "workers.bulk.run"
    CONNECT = "workers.mailbox_tokens.connect"
    DELIVER = "workers.delivery.deliver"
    READ_AGAIN = "workers.again.read_again"
    READ_ALL_AGAIN = "workers.again.read_all_again"
    SWEEP = "workers.sweeper.sweep"
    ERASE = "workers.erasure.erase"
    FIND_THEMES = "workers.themes.find"


@dataclass(frozen=True, slots=True)
class Ring:
    job: Job
    row_id: int
    at: datetime | None = None
    group: int = 0
    """Rows of one group are done by one job: while that waits to be begun, no further one is needed"""


@dataclass(slots=True)
class Leaving:
    """Collected while a transaction is open, let go when it has committed, forgotten when it is undone."""

    rings: list[Ring] = field(default_factory=list)
    changed_tickets: set[int] = field(default_factory=set)
    wakes_screens: bool = False

    def __bool__(self) -> bool:
        return bool(self.rings or self.changed_tickets or self.wakes_screens)


def ring(session: Session, job: Job, row_id: int, *, at: datetime | None = None, group: int = 0) -> None:
    """Ask for a job once this transaction has committed; it only hastens what the sweeper would find."""
    _leaving(session).rings.append(Ring(job, row_id, at, group))


def announce(session: Session, ticket_id: int) -> None:
    """Tell open screens, after the commit, that a ticket changed: its id, nothing else."""
    _leaving(session).changed_tickets.add(ticket_id)


def wake_screens(session: Session) -> None:
    """Let every open screen look at once, after the commit, whether its login still is one."""
    _leaving(session).wakes_screens = True


def _leaving(session: Session) -> Leaving:
    leaving = session.info["leaving"]
    assert isinstance(leaving, Leaving)  # noqa: S101  only Database.transaction makes sessions that write
    return leaving
