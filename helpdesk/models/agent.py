"""Agents, who answer, and the teams they answer in."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.models.base import Base
from helpdesk.models.role import PERMISSIONS, SCOPES, OwnRole, Permission, Role, Scope

__all__ = ["Agent", "AgentMailbox", "Role", "Team", "TeamMember"]


class Team(Base, kw_only=True):
    """The agents who answer a mailbox."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(unique=True)


class TeamMember(Base, kw_only=True):
    __tablename__ = "team_member"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True, index=True)


class AgentMailbox(Base, kw_only=True):
    """The mailboxes an agent sees whose role sees by mailbox."""

    __tablename__ = "agent_mailbox"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"), primary_key=True, index=True)


class Agent(Base, kw_only=True):
    """A member of staff; what it may see follows from role and teams (desk/inbox), never from an email."""

    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role] = mapped_column(default=Role.AGENT)
    own_role: Mapped[OwnRole | None] = relationship(lazy="joined", default=None, repr=False)
    own_role_id: Mapped[int | None] = mapped_column(ForeignKey("own_role.id"), init=False)
    narrower_scope: Mapped[Scope | None] = mapped_column(default=None)  # than the role's, for this person
    password_hash: Mapped[str | None] = mapped_column(default=None, repr=False)
    language: Mapped[str | None] = mapped_column(default=None)
    theme: Mapped[str] = mapped_column(default="system")
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    teams: Mapped[list[Team]] = relationship(secondary="team_member", default_factory=list, lazy="raise", repr=False)

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    def may(self, permission: Permission) -> bool:
        """Whether the role has this permission; somebody who is disabled has none."""
        if self.is_disabled:
            return False
        if self.role is Role.OWN:
            return self.own_role is not None and permission in self.own_role.permissions
        return permission in PERMISSIONS[self.role]

    @property
    def scope(self) -> Scope:
        """How far this agent sees without a grant."""
        if self.is_disabled:
            return Scope.NONE
        if self.narrower_scope is not None:
            return self.narrower_scope
        if self.role is Role.OWN:
            return self.own_role.scope if self.own_role else Scope.NONE
        return SCOPES[self.role]

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
