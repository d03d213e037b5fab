"""The second step of signing in: codes of an app, codes on paper, and who has to have one."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from typing import ClassVar, Final

import pyotp
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.second_factor import Authenticator, Passkey, RecoveryCode
from helpdesk.models.sign_in import LoginSession
from helpdesk.privacy import audit, settings
from helpdesk.privacy.readers import Reader
from helpdesk.storage.vault import Vault

WHO: Final = ("nobody", "admins", "everybody")
CODES_ON_A_SHEET: Final = 10
_STEP_SECONDS: Final = 30
_SEALED_AS: Final = "authenticator"


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What the desk asks of those who sign in."""

    key: ClassVar = "signing_in"
    second_factor_for: str = "nobody"


@dataclass(frozen=True, slots=True)
class Ways:
    """How an agent can take the second step."""

    app: bool = False
    passkeys: int = 0
    codes_left: int = 0

    @property
    def any(self) -> bool:
        return self.app or self.passkeys > 0


def ways(session: Session, agent: Agent) -> Ways:
    app, passkeys, codes = session.execute(
        select(
            exists().where(Authenticator.agent_id == agent.id, Authenticator.confirmed_at.is_not(None)),
            select(func.count()).where(Passkey.agent_id == agent.id).scalar_subquery(),
            select(func.count())
            .where(RecoveryCode.agent_id == agent.id, RecoveryCode.used_at.is_(None))
            .scalar_subquery(),
        )
    ).one()
    return Ways(bool(app), passkeys, codes)


def is_missing(session: Session, agent: Agent) -> bool:
    """Whether the desk asks for a second factor, and this agent has none."""
    wanted = settings.of(session, SigningIn).second_factor_for
    is_asked = wanted == "everybody" or (wanted == "admins" and agent.is_admin)
    return is_asked and not ways(session, agent).any


def require_for(session: Session, who: str, *, by: Agent) -> None:
    """Ask it of nobody, of admins or of everybody; who has none sets one up at the next click."""
    settings.change(session, SigningIn(second_factor_for=who if who in WHO else "nobody"), by=by)
    for agent in session.scalars(select(Agent).where(Agent.is_disabled.is_(False))):
        weigh(session, agent)


def weigh(session: Session, agent: Agent) -> None:
    """Write down for every login of an agent whether a factor is to be set up before anything else."""
    live = update(LoginSession).where(LoginSession.agent_id == agent.id, LoginSession.ended_at.is_(None))
    session.execute(live.values(must_set_up=is_missing(session, agent)))


def begin_app(session: Session, vault: Vault, agent: Agent) -> None:
    """A new secret for an app; one that works already stays: it is removed before another is set up."""
    row = session.get(Authenticator, agent.id)
    if row is not None and row.confirmed_at is not None:
        return
    if row is not None:
        session.delete(row)
        session.flush()
    session.add(Authenticator(agent_id=agent.id, sealed_secret=vault.seal(pyotp.random_base32(), what=_SEALED_AS)))


def pending_app(session: Session, vault: Vault, agent: Agent, *, desk: str) -> tuple[str, str] | None:
    """The secret to type and the address to scan of an app that is being set up; never of one in use."""
    row = session.get(Authenticator, agent.id)
    if row is None or row.confirmed_at is not None:
        return None
    secret = vault.open(row.sealed_secret, what=_SEALED_AS)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=agent.email, issuer_name=desk)


def confirm_app(session: Session, vault: Vault, agent: Agent, code: str) -> bool:
    """The app's first code: from now on it is asked for. False: it does not fit."""
    row = session.get(Authenticator, agent.id, with_for_update=True)
    if row is None or row.confirmed_at is not None or not _fits(vault, row, code):
        return False
    row.confirmed_at = clock.now()
    audit.record(session, "second_factor.add", by=agent, on=("agent", agent.id), facts={"kind": "app"})
    session.flush()
    weigh(session, agent)
    return True


def remove_app(session: Session, agent: Agent, *, by: Reader) -> None:
    row = session.get(Authenticator, agent.id)
    if row is None:
        return
    session.delete(row)
    audit.record(session, "second_factor.remove", by=by, on=("agent", agent.id), facts={"kind": "app"})
    session.flush()
    tidy(session, agent)


def remove_everything(session: Session, agent: Agent, *, by: Reader) -> None:
    """For somebody who lost phone and sheet: an admin takes the second step away, and every login ends with it."""
    for table in (Authenticator, Passkey, RecoveryCode):
        session.execute(delete(table).where(table.agent_id == agent.id))
    audit.record(session, "second_factor.remove", by=by, on=("agent", agent.id), facts={"kind": "all"})
    weigh(session, agent)


def tidy(session: Session, agent: Agent) -> None:
    """Without any factor the sheet of codes is worth nothing, and perhaps a new factor is owed."""
    if not ways(session, agent).any:
        session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent.id))
    weigh(session, agent)


def new_codes(session: Session, vault: Vault, agent: Agent) -> list[str]:
    """A new sheet of codes for a lost phone, shown this once; the old sheet is worth nothing."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent.id))
    codes = [_code() for _ in range(CODES_ON_A_SHEET)]
    session.add_all(RecoveryCode(agent_id=agent.id, digest=_digest(vault, code)) for code in codes)
    audit.record(session, "recovery_codes.make", by=agent, on=("agent", agent.id))
    return codes


def accept(session: Session, vault: Vault, agent: Agent, code: str) -> str | None:
    """How the second step was taken with this code ("app" or "code"), once; None: it does not fit, or was used."""
    row = session.get(Authenticator, agent.id, with_for_update=True)
    if row is not None and row.confirmed_at is not None and _fits(vault, row, code):
        return "app"
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.agent_id == agent.id,
            RecoveryCode.digest == _digest(vault, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
    ).first()
    return "code" if used else None


def _fits(vault: Vault, row: Authenticator, code: str) -> bool:
    """Whether this is the code of this half minute or one beside it, and none that was used, or an older one."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdecimal():
        return False
    totp, now = pyotp.TOTP(vault.open(row.sealed_secret, what=_SEALED_AS)), int(clock.now().timestamp())
    for step in range(now // _STEP_SECONDS - 1, now // _STEP_SECONDS + 2):
        if step > row.last_step and hmac.compare_digest(totp.generate_otp(step), digits):
            row.last_step = step
            return True
    return False


def _code() -> str:
    letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def _digest(vault: Vault, code: str) -> bytes:
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return vault.mac(letters.encode(), what="recovery code")
