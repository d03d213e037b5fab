"""Roles: named sets of permissions, and how far each sees."""

import enum
from typing import Final

from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class Role(enum.StrEnum):
    """The roles every desk has; OWN is one that this desk made."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    DPO = "dpo"
    AUDITOR = "auditor"
    DEVELOPER = "developer"  # who hosts or mends the desk: sees nothing without a grant
    OWN = "own"


class Permission(enum.StrEnum):
    """What somebody may do. Reading content is none of these: it needs a basis (privacy/basis)."""

    HANDLE = "handle"  # answer, note, assign, close, tag
    EXPORT = "export"  # lists and reports as files
    QUARANTINE = "quarantine"  # emails that wait to be looked at
    REPORTS = "reports"
    THEMES = "themes"
    GRANT = "grant"  # decide who may read what
    AUDIT = "audit"  # look at the audit trail
    ERASE = "erase"
    REDACT = "redact"  # black out words of a message or a note, of what one may read
    POLICY = "policy"
    STATISTICS = "statistics"
    PEOPLE = "people"  # agents, teams, roles
    SETUP = "setup"  # mailboxes, tags, rules, the desk's own look


class Scope(enum.StrEnum):
    """How far a role sees; what a live grant covers comes on top."""

    NONE = "none"
    MINE = "mine"
    MINE_OR_FREE = "mine_or_free"  # and what nobody of their teams has taken yet
    TEAM = "team"
    MAILBOX = "mailbox"
    ALL = "all"


_LEAD: Final = frozenset(
    {
        Permission.HANDLE,
        Permission.EXPORT,
        Permission.QUARANTINE,
        Permission.REPORTS,
        Permission.THEMES,
        Permission.REDACT,
    }
)
PERMISSIONS: Final = {
    Role.AGENT: frozenset({Permission.HANDLE}),
    Role.LEAD: _LEAD,
    Role.ADMIN: frozenset(Permission),
    Role.DPO: frozenset(
        {Permission.AUDIT, Permission.ERASE, Permission.GRANT, Permission.POLICY, Permission.STATISTICS}
    ),
    Role.AUDITOR: frozenset({Permission.AUDIT}),
    Role.DEVELOPER: frozenset[Permission](),
}
SCOPES: Final = {
    Role.AGENT: Scope.TEAM,
    Role.LEAD: Scope.TEAM,
    Role.ADMIN: Scope.ALL,
    Role.DPO: Scope.ALL,
    Role.AUDITOR: Scope.NONE,
    Role.DEVELOPER: Scope.NONE,
}


class OwnRole(Base, kw_only=True):
    """A role this desk made for itself."""

    __tablename__ = "own_role"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[Scope] = mapped_column(default=Scope.TEAM)
    permission_words: Mapped[str] = mapped_column(default="")  # with spaces between

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset(Permission(word) for word in self.permission_words.split() if word in set(Permission))
