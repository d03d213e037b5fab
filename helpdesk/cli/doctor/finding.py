"""What a check found: in order, worth a look, or failed, with a named cause and the next step."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` and `cause` are stable words for machines; `says` and `fix` are for people."""

    check: str
    state: State
    says: str
    cause: str = ""
    fix: str = ""
    about: str = ""  # which of several: a mailbox's address

    def as_json(self) -> dict[str, str]:
        return {
            "check": self.check,
            "about": self.about,
            "state": self.state.value,
            "cause": self.cause,
            "says": self.says,
            "fix": self.fix,
        }


Findings = Iterator[Finding]


def ok(check: str, says: str, *, about: str = "") -> Finding:
    return Finding(check, State.OK, says, about=about)


def warning(check: str, cause: str, says: str, fix: str = "", *, about: str = "") -> Finding:
    return Finding(check, State.WARNING, says, cause, fix, about)


def failed(check: str, cause: str, says: str, fix: str = "", *, about: str = "") -> Finding:
    return Finding(check, State.FAILED, says, cause, fix, about)
