"""Checking passwords: the same time whether there is an agent or not."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent

_hasher: Final = PasswordHasher()
# checked where there is no agent, so that an unknown address takes as long as a wrong password; made ahead, because
# making one takes longer than anything else at the start of a process
NOBODYS: Final = "$argon2id$v=19$m=65536,t=3,p=4$K07mJQGmtezHn2n8MxV9/A$/3ILC6ZrjuNSmAgZBFtpkGiyBKYfdxcmGvH6l/2apzo"


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; takes the same time when there is none to compare with."""
    try:
        _hasher.verify(password_hash or NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_still(session: Session, agent: Agent) -> bool:
    """Whether the password that was compared outside of this transaction is theirs yet; it stays so until its end."""
    now = select(Agent.password_hash, Agent.is_disabled).where(Agent.id == agent.id).with_for_update(read=True)
    return session.execute(now).one() == (agent.password_hash, False)


def by_email(session: Session, email: str) -> Agent | None:
    """The agent who can sign in with this address."""
    return session.scalar(
        select(Agent).where(func.lower(Agent.email) == email.strip().lower(), Agent.is_disabled.is_(False))
    )
