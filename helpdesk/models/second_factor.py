"""What an agent signs in with beside a password: an app of codes, codes on paper, passkeys, another provider."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Authenticator(Base, kw_only=True):
    """An app that shows a new code every half minute (TOTP); of no use until its first code was typed in."""

    __tablename__ = "authenticator"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    last_step: Mapped[int] = mapped_column(default=0)  # the half minute whose code was used last: none works twice
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)


class RecoveryCode(Base, kw_only=True):
    """One code of the sheet for a lost phone; a keyed digest of it is kept, and it works once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class Passkey(Base, kw_only=True):
    """A key pair on a device of the agent; we keep the public half."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True, repr=False)
    public_key: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    sign_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class ProviderIdentity(Base, kw_only=True):
    """Who an agent is at the identity provider: bound at the first single sign-on, by subject from then on."""

    __tablename__ = "provider_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str] = mapped_column(repr=False)
    bound_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
