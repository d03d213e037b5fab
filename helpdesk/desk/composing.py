"""How answers are composed and sent: what the desk chose, and what each agent chose for themselves."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.privacy import settings

LONGEST_UNDO: Final = 60
THEN: Final = ("stay", "close", "wait", "snooze")
NEXT: Final = ("stay", "next", "list")


@dataclass(frozen=True, slots=True)
class Composing:
    """What the desk chose: whether the last email is quoted under an answer."""

    key: ClassVar = "composing"
    quotes_history: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """What an agent chose: seconds to take an answer back, what becomes of the ticket, and where to go then."""

    key: ClassVar = "sending"
    undo_seconds: int = 15
    then: str = "stay"
    goes_to: str = "stay"
    assigns_to_me: bool = False
    formats_typing: bool = True  # Markdown becomes formatting as it is typed

    @property
    def undo(self) -> timedelta:
        return timedelta(seconds=min(max(self.undo_seconds, 0), LONGEST_UNDO))


def of_agent(session: Session, agent: Agent) -> Sending:
    return settings.of_agent(session, agent, Sending)


def quotes_history(session: Session) -> bool:
    return settings.of(session, Composing).quotes_history
