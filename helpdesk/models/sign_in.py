"""What signing in needs: sessions on the server, mailed links, challenges, counters of failures."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class LoginSession(Base, kw_only=True):
    """One signed-in browser; the cookie's secret is kept as its SHA-256 only, and no address at all."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    browser: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)  # when who signed in last proved to be there
    awaits_second_step: Mapped[bool] = mapped_column(default=False)  # the password was right, and opens nothing yet
    must_set_up: Mapped[bool] = mapped_column(default=False)  # a second factor, before anything else


class PasswordReset(Base, kw_only=True):
    """A mailed link that sets a password once; shown by GET, consumed by POST."""

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    nonce: Mapped[bytes] = mapped_column(LargeBinary, repr=False)  # the link's secret is made of it and the key file
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    is_invitation: Mapped[bool] = mapped_column(default=False)


class ChallengeKind(enum.StrEnum):
    """What a challenge may be answered for."""

    ADD_PASSKEY = "add_passkey"
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single_sign_on"
    SINGLE_SIGN_ON_AGAIN = "single_sign_on_again"  # with a new proof there, though somebody is signed in


class SignInChallenge(Base, kw_only=True):
    """A random text that a passkey or an identity provider answers: once, soon, in the browser it was made for."""

    __tablename__ = "sign_in_challenge"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[ChallengeKind]
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True, repr=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    next_path: Mapped[str] = mapped_column(default="/")
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LoginThrottle(Base, kw_only=True):
    """Failures in a row for one account, or from one place (a keyed digest that changes daily)."""

    __tablename__ = "login_throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failure_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    blocked_until: Mapped[datetime | None] = mapped_column(default=None)
