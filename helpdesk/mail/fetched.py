"""What a mail server announces and hands over, and how it is cut into batches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

BATCH_BYTES: Final = 4_000_000
BATCH_EMAILS: Final = 50
LARGEST_EMAIL: Final = 25_000_000
LARGEST_HEADER: Final = 256_000


class Extent(StrEnum):
    """How much of an email the server gave."""

    WHOLE = "whole"
    HEADER_ONLY = "header_only"
    """Over the size limit: the rest stays in the mailbox."""
    REFUSED = "refused"
    """The server lists it but will not hand it out."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An email the mailbox holds: its number, its size as the server counts it, and when it arrived there."""

    uid: int
    size: int
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    announced: Announced
    extent: Extent
    raw: bytes = field(repr=False)

    @property
    def uid(self) -> int:
        return self.announced.uid


def batches(
    announced: Iterable[Announced],
    *,
    most_bytes: int = BATCH_BYTES,
    most_emails: int = BATCH_EMAILS,
    largest: int = LARGEST_EMAIL,
) -> Iterator[tuple[Announced, ...]]:
    """Cut into runs that fit in memory and in one short transaction; one large email is a batch of its own."""
    batch: list[Announced] = []
    held = 0
    for email in announced:
        cost = email.size if email.size <= largest else LARGEST_HEADER
        if batch and (len(batch) >= most_emails or held + cost > most_bytes):
            yield tuple(batch)
            batch, held = [], 0
        batch.append(email)
        held += cost
    if batch:
        yield tuple(batch)
