"""What screening finds out about an email, as plain values."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    ORDINARY = "ordinary"
    BOUNCE = "bounce"
    DELAY = "delay"
    AUTOMATIC_REPLY = "automatic reply"
    RECEIPT = "receipt"
    LIST = "list"
    FEEDBACK_REPORT = "feedback report"
    CALENDAR_REPLY = "calendar reply"


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient that an email did not reach, or not yet."""

    address: str
    status: str = ""
    """RFC 3463, as "5.1.1"; "" when the report names none."""
    action: str = "failed"
    """"failed" or "delayed"."""
    diagnostic: str = field(default="", repr=False)

    @property
    def is_permanent(self) -> bool:
        return self.action == "failed" and not self.status.startswith("4")


@dataclass(frozen=True, slots=True)
class Screening:
    """What an email is, and what may be done with it."""

    kind: Kind = Kind.ORDINARY
    may_answer: bool = False
    """An automatic answer may be sent. Whether it is our own, and how many there were, the desk must ask."""
    reason: str = ""
    """Why, in plain words without content."""
    failures: tuple[Failure, ...] = ()
    """Whom the email of ours that it reports did not reach."""
    answers: str = ""
    """The Message-ID of the email that a report is about, without brackets."""
    is_marked_spam: bool = False
    """A filter before us has marked it."""

    @property
    def is_bounce(self) -> bool:
        return self.kind is Kind.BOUNCE

    @property
    def is_about_delivery(self) -> bool:
        """Tell whether a machine reports that an email of ours did not arrive, or not yet."""
        return self.kind in {Kind.BOUNCE, Kind.DELAY}
