"""Checks of permission: every reading had a basis, grants end when they say, breaking glass is looked at."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.languages import N_
from helpdesk.models.access_grant import AccessGrant, GrantState
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.privacy import grants, policy
from helpdesk.privacy.basis import ORDINARY
from helpdesk.privacy.inspection import READINGS
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves

# a search shows no content: what it found is shown by a glimpse, which leaves a reading with its basis
_OF_CONTENT: Final = tuple(action for action in READINGS if action != "search")
_GRANT: Final = "grant "
_SWEPT_WITHIN: Final = timedelta(minutes=10)
_CLOCKS_DIFFER: Final = timedelta(seconds=5)
_IN_USE: Final = (GrantState.ACTIVE, GrantState.MUST_REVIEW)
_REVIEWED: Final = (GrantState.RATIFIED, GrantState.CONDEMNED)
_TOLD_WITHIN: Final = timedelta(days=3)  # a mail server may be away


@proves(
    "access-by-permission",
    kept_by=("helpdesk.privacy.access.read", "helpdesk.privacy.basis.basis_to_read"),
    days=365,
)
def every_reading_has_a_basis(asked: Asked) -> Evidence:
    """No reading of content on the trail without a basis, and every grant that one names was given to its reader."""
    session, since = asked.session, clock.now() - timedelta(days=asked.number("days"))
    readings = [AuditEvent.action.in_(_OF_CONTENT), AuditEvent.at >= since]
    people, granted, without = session.execute(
        select(
            func.count().filter(AuditEvent.actor_kind == "agent"),
            func.count().filter(AuditEvent.basis.startswith(_GRANT)),
            func.count().filter(or_(AuditEvent.basis == "", AuditEvent.actor_kind == "nobody")),
        ).where(*readings)
    ).one()
    foreign = [use for use in _uses(session, since) if use.is_foreign]
    begun = policy.strict_since(session)
    if begun is not None:  # ordinary handling is no basis any more
        ordinary = select(func.count()).where(
            *readings, AuditEvent.basis == ORDINARY, AuditEvent.at > begun + _CLOCKS_DIFFER
        )
        without += session.scalar(ordinary) or 0
    figures = {"days": asked.number("days"), "readings": people, "granted": granted}
    if without or foreign:
        return broken(
            N_("Readings in %(days)s days without a basis that holds: %(bad)s."),
            bad=without + len(foreign),
            **figures,
        )
    return kept(
        N_("Readings by people in %(days)s days: %(readings)s, each with a basis; by a grant: %(granted)s."),
        **figures,
    )


@proves("grants-end", kept_by=("helpdesk.privacy.basis.covered", "helpdesk.privacy.grants.sweep"), days=365)
def grants_end_when_they_say(asked: Asked) -> Evidence:
    """No live grant without an end or past it, and no reading on a grant outside of its time."""
    session, now = asked.session, clock.now()
    late = session.scalar(
        select(func.count()).where(
            AccessGrant.state == GrantState.ACTIVE,
            or_(AccessGrant.expires_at.is_(None), AccessGrant.expires_at < now - _SWEPT_WITHIN),
        )
    )
    live = session.scalar(
        select(func.count()).where(AccessGrant.state == GrantState.ACTIVE, AccessGrant.expires_at > now)
    )
    ended = session.scalar(select(func.count()).where(AccessGrant.ended_at.is_not(None))) or 0
    outside = sum(use.is_outside for use in _uses(session, now - timedelta(days=asked.number("days"))))
    if late or outside:
        return broken(
            N_("Grants live past their end: %(late)s; used outside of their time: %(outside)s."),
            late=late or 0,
            outside=outside,
        )
    return kept(
        N_("Live grants: %(live)s, each with an end. Ended: %(ended)s; none was used after it."),
        live=live or 0,
        ended=ended,
    )


@proves(
    "break-glass-reviewed",
    kept_by=("helpdesk.desk.permissions.break_glass", "helpdesk.privacy.grants.review"),
    review_days=7,
)
def breaking_glass_is_looked_at(asked: Asked) -> Evidence:
    """Each reading without asking first is told to the customer and reviewed by two people within some days."""
    used = asked.session.scalars(select(AccessGrant).where(AccessGrant.is_break_glass)).all()
    if not used:
        return kept(N_("Nobody has read without asking first."), used=0)
    now, patience = clock.now(), timedelta(days=asked.number("review_days"))
    late = [one for one in used if one.state in _IN_USE and (one.expires_at or one.asked_at) < now - patience]
    by_one = [one for one in used if one.state in _REVIEWED and None in {one.first_by_id, one.second_by_id}]
    wrong = sum(one.state is GrantState.CONDEMNED for one in used)
    told = _told(asked.session)
    untold = [
        one
        for one in used
        if one.id not in told and one.asked_at < now - _TOLD_WITHIN and _can_be_told(asked.session, one)
    ]
    figures = {
        "used": len(used),
        "told": sum(one.id in told for one in used),
        "wrong": wrong,
        "review_days": asked.number("review_days"),
    }
    if untold:
        return broken(
            N_("Readings without asking that the customer was not told of: %(untold)s."),
            untold=len(untold),
            **figures,
        )
    if late or by_one:
        return broken(
            N_("Readings without asking that two people did not review within %(review_days)s days: %(late)s."),
            late=len(late) + len(by_one),
            **figures,
        )
    return kept(
        N_("Readings without asking first: %(used)s; told to the customer: %(told)s; found wrong: %(wrong)s."),
        **figures,
    )


def _told(session: Session) -> set[int | None]:
    """Of which of them the customer's own mail server has taken the email that tells it."""
    taken = select(OutboundEmail.access_grant_id).join(Delivery).where(Delivery.state == DeliveryState.ACCEPTED)
    return set(session.scalars(taken.where(OutboundEmail.purpose == Purpose.GRANT_NOTICE)))


def _can_be_told(session: Session, grant: AccessGrant) -> bool:
    """Whether there is somebody, with an address at which email arrives."""
    usable = select(CustomerAddress.id).join(Customer).where(CustomerAddress.bounced_at.is_(None))
    customer_id = grants.subject_of(session, grant)
    return session.scalar(usable.where(Customer.id == customer_id).limit(1)) is not None


class _Use:
    """The readings by one person on the strength of one grant."""

    def __init__(self, grant: AccessGrant | None, agent_id: str, first: datetime, last: datetime) -> None:
        self.is_foreign = grant is None or str(grant.agent_id) != agent_id
        ends = [end for end in (grant.expires_at, grant.ended_at) if end is not None] if grant else []
        starts = grant.starts_at if grant else None
        self.is_outside = (
            starts is None or not ends or first < starts - _CLOCKS_DIFFER or last > min(ends) + _CLOCKS_DIFFER
        )


def _uses(session: Session, since: datetime) -> Iterator[_Use]:
    rows = session.execute(
        select(AuditEvent.basis, AuditEvent.actor_id, func.min(AuditEvent.at), func.max(AuditEvent.at))
        .where(
            AuditEvent.action.in_(_OF_CONTENT),
            AuditEvent.actor_kind == "agent",
            AuditEvent.at >= since,
            AuditEvent.basis.startswith(_GRANT),
        )
        .group_by(AuditEvent.basis, AuditEvent.actor_id)
    ).all()
    for basis, agent_id, first, last in rows:
        number = basis.removeprefix(_GRANT)
        grant = session.get(AccessGrant, int(number)) if number.isdecimal() else None
        yield _Use(grant, agent_id, first, last)
