"""What a reading session asks once: it sees the database as it was at one moment, so the answer stays the same."""

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from helpdesk.storage.db import is_reading

_KEY: Final = "answers"
T = TypeVar("T")


def once(session: Session, question: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question, asked the first time only; a transaction, which may change it, asks each time.

    It ends with the session: nothing is known from one request to the next.
    """
    if not is_reading(session):
        return ask()
    answers = _answers(session)
    if question not in answers:
        answers[question] = ask()
    found: T = answers[question]
    return found


def learnt(session: Session, question: Hashable, answer: object) -> None:
    """The answer to a question came along with another one."""
    if is_reading(session):
        _answers(session)[question] = answer


def is_learnt(session: Session, question: Hashable) -> bool:
    return question in _answers(session)


def _answers(session: Session) -> dict[Hashable, Any]:
    found: dict[Hashable, Any] = session.info.setdefault(_KEY, {})
    return found
