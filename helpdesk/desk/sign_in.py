"""Signing in: sessions on the server in one step or two, proof of presence for what weighs, brakes on guessing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import second_factor
from helpdesk.models.agent import Agent
from helpdesk.models.setting import AgentSetting
from helpdesk.models.sign_in import LoginSession, LoginThrottle
from helpdesk.privacy import audit, basis, settings
from helpdesk.storage.db import Database, is_reading
from helpdesk.storage.vault import Vault, digest_of

IDLE: Final = timedelta(hours=8)
IDLE_OF_AN_ADMIN: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(days=7)
SEEN_EVERY: Final = timedelta(minutes=1)
CONFIRMED_FOR: Final = timedelta(minutes=10)
SECOND_STEP_WITHIN: Final = timedelta(minutes=10)

# failures without a wait: few for one account; more for one place, behind which a whole office may sit
FREE_FAILURES: Final = {"account": 5, "place": 20}
FORGOTTEN_AFTER: Final = timedelta(hours=1)
_FIRST_BRAKE: Final = timedelta(seconds=15)
_LONGEST_BRAKE: Final = timedelta(minutes=15)

_LOGIN: Final = (
    select(LoginSession, Agent, basis.has_grants(), AgentSetting)
    .join(Agent, Agent.id == LoginSession.agent_id)
    .outerjoin(AgentSetting, AgentSetting.agent_id == Agent.id)
    .where(
        LoginSession.secret_hash == bindparam("secret_hash"),
        LoginSession.ended_at.is_(None),
        LoginSession.awaits_second_step == bindparam("awaits"),
    )
)
_LOGIN_KEPT: Final = _LOGIN.with_for_update(of=LoginSession, key_share=True)  # while something is changed by it


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
    confirmed_at: datetime | None = None
    must_set_up: bool = False

    @property
    def is_fresh(self) -> bool:
        """Whether the agent proved a moment ago that it is them, not somebody at their desk."""
        return self.confirmed_at is not None and self.confirmed_at + CONFIRMED_FOR > clock.now()


def start(session: Session, agent: Agent, secret: str, *, browser: str, awaits_second_step: bool = False) -> None:
    """Sign an agent in; the browser keeps the secret, we keep its hash. A second step still opens nothing."""
    now = clock.now()
    login = LoginSession(
        agent_id=agent.id,
        secret_hash=digest_of(secret),
        browser=browser,
        ends_at=now + (SECOND_STEP_WITHIN if awaits_second_step else LONGEST),
        confirmed_at=now,
        awaits_second_step=awaits_second_step,
        must_set_up=not awaits_second_step and second_factor.is_missing(session, agent),
    )
    session.add(login)
    session.flush()
    action = "login.first_step" if awaits_second_step else "login.start"
    audit.record(session, action, by=agent, on=("login", login.id))


def current(session: Session, secret: str) -> Login | None:
    """Who is signed in with this secret; None after too long a pause, after a week, or when the agent is disabled.

    Who writes keeps the login as it is until the transaction ends: ending it waits, or was first and is seen.
    """
    return _found(session, secret, awaits_second_step=False)


def half_way(session: Session, secret: str) -> Login | None:
    """Who gave the right password with this secret, and owes the second step."""
    return _found(session, secret, awaits_second_step=True)


def finish(session: Session, login: Login, secret: str, *, how: str) -> None:
    """The second step is done: from now on a new secret stands for the login."""
    row = session.get_one(LoginSession, login.id, with_for_update=True)
    row.secret_hash = digest_of(secret)
    row.awaits_second_step = False
    row.last_seen_at = row.confirmed_at = clock.now()
    row.ends_at = clock.now() + LONGEST
    audit.record(session, "login.start", by=login.agent, on=("login", login.id), facts={"second_step": how})


def confirm(session: Session, login: Login, *, how: str) -> None:
    """The agent has just proved to be there: what weighs is possible for some minutes."""
    session.execute(update(LoginSession).where(LoginSession.id == login.id).values(confirmed_at=clock.now()))
    audit.record(session, "login.confirm", by=login.agent, on=("login", login.id), facts={"by": how})


def logins_of(session: Session, agent: Agent) -> list[LoginSession]:
    """The browsers an agent is signed in with, the one used last first."""
    return list(
        session.scalars(
            select(LoginSession)
            .where(
                LoginSession.agent_id == agent.id,
                LoginSession.ended_at.is_(None),
                LoginSession.awaits_second_step.is_(False),
                LoginSession.ends_at > clock.now(),
                LoginSession.last_seen_at > clock.now() - pause_of(agent),
            )
            .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
        )
    )


def end_one(session: Session, agent: Agent, login_id: int) -> bool:
    """End a login of this agent's own; whether there was one."""
    row = session.get(LoginSession, login_id)
    if row is None or row.agent_id != agent.id:
        return False
    if row.ended_at is None:
        row.ended_at = clock.now()
        audit.record(session, "login.end", by=agent, on=("login", login_id))
    return True


def end_others(session: Session, login: Login) -> None:
    """End every login of this agent's but this one."""
    for other in logins_of(session, login.agent):
        if other.id != login.id:
            end_one(session, login.agent, other.id)


def pause_of(agent: Agent) -> timedelta:
    return IDLE_OF_AN_ADMIN if agent.is_admin else IDLE


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


def _found(session: Session, secret: str, *, awaits_second_step: bool) -> Login | None:
    asked = _LOGIN if is_reading(session) else _LOGIN_KEPT
    values = {"secret_hash": digest_of(secret), "awaits": awaits_second_step}
    found: Sequence[Row[LoginSession, Agent, bool, AgentSetting | None]] = session.execute(asked, values).all()
    if not found:
        return None
    row, agent, has_grants, _ = found[0]
    settings.learn_own(session, agent, [own for *_, own in found if own is not None])
    basis.learn_grants(session, agent, has_some=has_grants)
    is_over = row.ends_at <= clock.now() or row.last_seen_at + pause_of(agent) <= clock.now()
    if is_over or agent.is_disabled:
        return None
    return Login(row.id, agent, row.last_seen_at, row.confirmed_at, row.must_set_up)


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


def refused(session: Session) -> None:
    """Somebody whom nobody vouched for wanted in."""
    audit.record(session, "login.refused", by=None, on=("agent", None))


def forgive(session: Session, keys: tuple[str, ...]) -> None:
    """After a success the account's count begins anew; the place's does not: who has one account may guess others."""
    for key in keys:
        brake = session.get(LoginThrottle, key)
        if brake is not None and key.startswith("account:"):
            session.delete(brake)
