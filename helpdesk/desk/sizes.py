"""How large an email of a mailbox may be: what an admin chose, and no more than its server takes."""

from typing import Final

from sqlalchemy.orm import Session

from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Reader

MEGABYTE: Final = 1_000_000
LARGEST: Final = 25  # megabytes on the wire: more is taken by few servers, whatever the first one says
MOST_BYTES: Final = LARGEST * MEGABYTE
_HEADERS: Final = 20_000
_AS_TEXT: Final = (57, 78)  # so many bytes of a file become so many on the wire


def most_bytes(mailbox: Mailbox) -> int:
    """What fits into one email from this mailbox: its text and its files together, before they are encoded."""
    limits = [MOST_BYTES, mailbox.largest_mb and mailbox.largest_mb * MEGABYTE, mailbox.smtp_takes]
    wire = min(limit for limit in limits if limit)
    return max(0, wire - _HEADERS) * _AS_TEXT[0] // _AS_TEXT[1]


def choose(session: Session, mailbox: Mailbox, largest_mb: int | None, *, by: Reader) -> None:
    """Let no email be larger than so many megabytes on the wire; None: what is usual."""
    if mailbox.largest_mb != largest_mb:
        mailbox.largest_mb = largest_mb
        audit.record(session, "mailbox.describe", by=by, on=("mailbox", mailbox.id))
