"""Signing in: sessions on the server, brakes on guessing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.sign_in import LoginSession, LoginThrottle
from helpdesk.privacy import audit
from helpdesk.storage.db import Database
from helpdesk.storage.vault import Vault, digest_of

IDLE: Final = timedelta(hours=8)
IDLE_OF_AN_ADMIN: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(days=7)
SEEN_EVERY: Final = timedelta(minutes=1)

# failures without a wait: few for one account; more for one place, behind which a whole office may sit
FREE_FAILURES: Final = {"account": 5, "place": 20}
FORGOTTEN_AFTER: Final = timedelta(hours=1)
_FIRST_BRAKE: Final = timedelta(seconds=15)
_LONGEST_BRAKE: Final = timedelta(minutes=15)


class TooManyAttempts(Exception):
    """Signing in failed too often for this account or from this place; it is possible again later."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"signing in is possible again at {until.isoformat(timespec='seconds')}")
        self.until = until


@dataclass(frozen=True, slots=True)
class Login:
    """One signed-in browser."""

    id: int
    agent: Agent
    last_seen_at: datetime


def start(session: Session, agent: Agent, secret: str, *, browser: str) -> None:
    """Sign an agent in; the browser keeps the secret, we keep its hash."""
    login = LoginSession(
        agent_id=agent.id, secret_hash=digest_of(secret), browser=browser, ends_at=clock.now() + LONGEST
    )
    session.add(login)
    session.flush()
    audit.record(session, "login.start", by=agent, on=("login", login.id))


def current(session: Session, secret: str) -> Login | None:
    """Who is signed in with this secret; None after too long a pause, after a week, or when the agent is disabled."""
    found = session.execute(
        select(LoginSession, Agent)
        .join(Agent, Agent.id == LoginSession.agent_id)
        .where(LoginSession.secret_hash == digest_of(secret), LoginSession.ended_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    login, agent = found
    pause = IDLE_OF_AN_ADMIN if agent.is_admin else IDLE
    is_over = login.ends_at <= clock.now() or login.last_seen_at + pause <= clock.now()
    return None if is_over or agent.is_disabled else Login(login.id, agent, login.last_seen_at)


def keep_last_seen(db: Database, login: Login) -> None:
    """Note, once a minute, that a browser is still in use."""
    if clock.now() - login.last_seen_at < SEEN_EVERY:
        return
    with db.transaction() as session:
        session.execute(update(LoginSession).where(LoginSession.id == login.id).values(last_seen_at=clock.now()))


def end(session: Session, login: Login) -> None:
    """Sign out: the cookie is worth nothing any more."""
    session.execute(update(LoginSession).where(LoginSession.id == login.id).values(ended_at=clock.now()))
    audit.record(session, "login.end", by=login.agent, on=("login", login.id))


def brakes(vault: Vault, email: str, place: str) -> tuple[str, str]:
    """What failures are counted by: the account, and the place (a keyed digest of today; no address is kept)."""
    account = vault.mac(email.strip().lower().encode(), what="login account").hex()[:32]
    today = clock.now().date().isoformat()
    return f"account:{account}", f"place:{vault.mac(f'{today} {place}'.encode(), what='login place').hex()[:32]}"


def require_patience(session: Session, keys: tuple[str, ...]) -> None:
    """Raises TooManyAttempts while a brake is on."""
    until = session.scalar(
        select(LoginThrottle.blocked_until)
        .where(LoginThrottle.key.in_(keys), LoginThrottle.blocked_until > clock.now())
        .order_by(LoginThrottle.blocked_until.desc())
        .limit(1)
    )
    if until is not None:
        raise TooManyAttempts(until)


def count_failure(session: Session, keys: tuple[str, ...], agent: Agent | None) -> None:
    """Beyond the free failures each further one doubles the wait, up to a quarter of an hour."""
    for key in keys:
        brake = session.get(LoginThrottle, key)
        if brake is None:
            brake = LoginThrottle(key=key)
            session.add(brake)
        elif brake.last_failure_at + FORGOTTEN_AFTER < clock.now():
            brake.failures = 0
        brake.failures += 1
        brake.last_failure_at = clock.now()
        beyond = brake.failures - FREE_FAILURES[key.partition(":")[0]]
        if beyond >= 0:
            brake.blocked_until = clock.now() + min(_FIRST_BRAKE * 2 ** min(beyond, 10), _LONGEST_BRAKE)
    audit.record(session, "login.refused", by=None, on=("agent", agent.id if agent else None))


def forgive(session: Session, keys: tuple[str, ...]) -> None:
    """After a success the account's count begins anew; the place's does not: who has one account may guess others."""
    for key in keys:
        brake = session.get(LoginThrottle, key)
        if brake is not None and key.startswith("account:"):
            session.delete(brake)
