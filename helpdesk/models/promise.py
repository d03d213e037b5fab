"""Promises of the privacy policy: what each check found, and notices of changes to them."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Standing(enum.StrEnum):
    """How a promise stands, as its check found it."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_OFFERED = "not_offered"


class PromiseCheck(Base, kw_only=True):
    """One check of one promise: how it stands, with the evidence. Rows are added, never changed."""

    __tablename__ = "promise_check"
    __table_args__ = (Index("ix_promise_check_promise", "promise", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    policy_version: Mapped[int]
    promise: Mapped[str]  # its id in the policy
    standing: Mapped[Standing]
    words: Mapped[str] = mapped_column(
        default=""
    )  # of the evidence, with places for the figures; translated when shown
    figures: Mapped[str] = mapped_column(default="{}")  # JSON: counts, moments; nothing of a person


class PolicyNotice(Base, kw_only=True):
    """What a new version of the policy changes, and from when: said before it holds where it promises less."""

    __tablename__ = "policy_notice"

    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"), primary_key=True)
    previous_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    announced_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    effective_at: Mapped[datetime]
    is_loosening: Mapped[bool]
    changes: Mapped[str]  # JSON: what was, what will be, and whether that promises less
