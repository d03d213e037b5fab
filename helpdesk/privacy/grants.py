"""Access grants: asked for, decided, ended. Each step is harmless twice and leaves its event.

requested → active → expired | revoked | closed; requested → denied | lapsed;
break-glass: active at once → must_review → ratified | condemned.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.languages import N_, Refusal
from helpdesk.models.access_grant import AccessGrant, Approver, GrantReason, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent, Team
from helpdesk.models.customer import Customer
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, policy
from helpdesk.privacy.readers import Reader
from helpdesk.storage.vault import Vault, digest_of

_WIDE = frozenset({Scope.TEAM, Scope.DESK})


class GrantRefused(Refusal):
    """This step is not possible; the message says why and what would be."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks to read, what for, and for how long."""

    scope: Scope
    scope_id: int | None
    purpose: Purpose
    reason: str
    minutes: int
    case_reference: str = ""
    may_export: bool = False
    parent_id: int | None = None


def reaches(ticket_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Permissions for a ticket, or for all of its customer's, as a condition on AccessGrant."""
    customer = select(Ticket.customer_id).where(Ticket.id == ticket_id).scalar_subquery()
    of_ticket = and_(AccessGrant.scope == Scope.TICKET, AccessGrant.scope_id == ticket_id)
    return or_(of_ticket, and_(AccessGrant.scope == Scope.CUSTOMER, AccessGrant.scope_id == customer))


def live_on(session: Session, ticket: Ticket) -> Sequence[tuple[Agent, AccessGrant]]:
    """Who has permission to read a ticket, or all of its customer's, now; who ends last comes first."""
    now = clock.now()
    live = (AccessGrant.state == GrantState.ACTIVE, AccessGrant.starts_at <= now, AccessGrant.expires_at > now)
    chosen = select(Agent, AccessGrant).join(AccessGrant, AccessGrant.agent_id == Agent.id)
    last_first = chosen.where(*live, reaches(ticket.id)).order_by(AccessGrant.expires_at.desc(), AccessGrant.id)
    return [(row[0], row[1]) for row in session.execute(last_first)]


def ask(session: Session, wish: Wish, *, by: Agent) -> AccessGrant:
    """Ask for permission; the policy says who decides. Raises GrantRefused for a wish that can't be granted."""
    grant = _made(session, wish, by=by, longest=_longest(session, wish.scope))
    access = policy.current(session).access
    grant.approver = access.approver_of_wide if wish.scope in _WIDE else access.approver
    grant.lapses_at = clock.now() + timedelta(hours=access.lapses_hours)
    _keep(session, grant, wish, "grant.ask", by=by)
    return grant


def require_possible(session: Session, wish: Wish, *, by: Agent) -> None:
    """Raises GrantRefused for a wish that can't be granted, whatever there is to be read."""
    _made(session, wish, by=by, longest=_longest(session, wish.scope))


def break_glass(session: Session, wish: Wish, *, by: Agent) -> AccessGrant:
    """Read now, answer for it later: at most as many hours as the policy says, reviewed by two people after."""
    hours = min(policy.current(session).access.break_glass_hours, policy.MOST_BREAK_GLASS_HOURS)
    grant = _made(session, wish, by=by, longest=timedelta(hours=hours))
    grant.is_break_glass = True
    grant.approver = Approver.TWO_PEOPLE
    _start(grant, grant.asked_minutes)
    _keep(session, grant, wish, "grant.break_glass", by=by)
    return grant


def link_secret(vault: Vault, grant: AccessGrant) -> str:
    """The secret of the customer's mailed link, made again from nonce and key file whenever the email is composed."""
    if grant.nonce is None:
        grant.nonce = secrets.token_bytes(32)
        grant.secret_hash = digest_of(_secret(vault, grant.nonce))
    return _secret(vault, grant.nonce)


def of_link(session: Session, secret: str) -> AccessGrant | None:
    """The grant a mailed link is about; None for a link that never was, or that waits for nothing any more."""
    grant = session.scalar(select(AccessGrant).where(AccessGrant.secret_hash == digest_of(secret)))
    return grant if grant is not None and grant.asked_at + timedelta(days=400) > clock.now() else None


def allow_by_customer(session: Session, grant: AccessGrant, *, minutes: int | None = None) -> None:
    """The customer allows it, for as long as asked or shorter. Raises GrantRefused where nothing waits for them."""
    _lock(session, grant)
    _must_wait(grant)
    if grant.approver is not Approver.CUSTOMER:
        raise GrantRefused(N_("this is not the customer's to decide"))
    grant.decided_by_customer = True
    _start(grant, min(minutes or grant.asked_minutes, grant.asked_minutes))
    _tell(session, grant, "grant.allow", by=None, facts={"by": "customer"})


def refuse_by_customer(session: Session, grant: AccessGrant) -> None:
    """The customer refuses what waits, or revokes what is live; at once, and without a reason."""
    _end_by_word(session, grant, by=None)


def approve(session: Session, grant: AccessGrant, *, by: Agent, minutes: int | None = None) -> None:
    """One of those who may decide says yes: enough for an admin's grant, the first or second for two people's."""
    _lock(session, grant)
    _must_wait(grant)
    _must_be_another(grant, by)
    if session.scalar(select(AccessGrant.id).where(AccessGrant.id == grant.id, is_for_something())) is None:
        raise GrantRefused(N_("there was no such thing when this was asked for: it lapses by itself"))
    if grant.approver is Approver.CUSTOMER:
        raise GrantRefused(N_("the customer decides this: wait for the answer, or ask for a new grant"))
    if grant.approver is Approver.TWO_PEOPLE and grant.first_by_id is None:
        grant.first_by_id = by.id
        _tell(session, grant, "grant.approve", by=by, facts={"first_of": 2})
        return
    if grant.first_by_id is None:
        grant.first_by_id = by.id
    else:
        grant.second_by_id = by.id
    _start(grant, min(minutes or grant.asked_minutes, grant.asked_minutes))
    _tell(session, grant, "grant.allow", by=by)


def end(session: Session, grant: AccessGrant, *, by: Agent) -> None:
    """An admin denies what waits and revokes what is live; its holder may always give it back."""
    if by.id != grant.agent_id and not by.may(Permission.GRANT):
        raise GrantRefused(N_("only who may grant, or who holds it, ends a grant"))
    _end_by_word(session, grant, by=by)


def withdraw(session: Session, grant: AccessGrant, *, because: str, by: Reader) -> None:
    """End what waits or is live because what it opens is going away."""
    _lock(session, grant)
    is_live = grant.state is GrantState.ACTIVE
    if not is_live and grant.state is not GrantState.REQUESTED:
        return
    grant.state = _after_use(grant, GrantState.REVOKED) if is_live else GrantState.DENIED
    grant.ended_at = clock.now()
    _tell(session, grant, "grant.revoke" if is_live else "grant.deny", by=by, facts={"because": because})


def end_all_of(session: Session, agent: Agent, *, by: Reader) -> None:
    """What somebody who leaves holds or has asked for ends at once; break-glass goes to its review."""
    states = (GrantState.REQUESTED, GrantState.ACTIVE)
    held = select(AccessGrant).where(AccessGrant.agent_id == agent.id, AccessGrant.state.in_(states))
    for grant in session.scalars(held).all():
        _end_by_word(session, grant, by=by)


def review(session: Session, grant: AccessGrant, *, by: Agent, is_right: bool) -> None:
    """Say of a break-glass that is over whether it was right: two people, neither of them its user.

    One no is enough, and the other looks all the same. Until then a no stands in the second place.
    """
    _lock(session, grant)
    if grant.state is not GrantState.MUST_REVIEW:
        raise GrantRefused(N_("there is nothing to review: it is not over yet, or it was reviewed"))
    _must_be_another(grant, by)
    is_last = grant.first_by_id is not None or grant.second_by_id is not None
    if is_last:
        is_found_wrong = not is_right or grant.second_by_id is not None
        grant.state = GrantState.CONDEMNED if is_found_wrong else GrantState.RATIFIED
    if grant.first_by_id is None and (is_right or is_last):
        grant.first_by_id = by.id
    else:
        grant.second_by_id = by.id
    facts: dict[str, object] = {"is_right": is_right} if is_last else {"is_right": is_right, "first_of": 2}
    _tell(session, grant, "grant.review", by=by, facts=facts)


def sweep(session: Session) -> int:
    """Write down what time has ended: lapsed requests, expired grants; break-glass goes to its review."""
    now = clock.now()
    over = session.scalars(
        select(AccessGrant)
        .where(
            ((AccessGrant.state == GrantState.REQUESTED) & (AccessGrant.lapses_at <= now))
            | ((AccessGrant.state == GrantState.ACTIVE) & (AccessGrant.expires_at <= now))
        )
        .with_for_update(skip_locked=True)  # what somebody decides in this moment stays as they decide it
    ).all()
    for grant in over:
        if grant.state is GrantState.REQUESTED:
            grant.state, action = GrantState.LAPSED, "grant.lapse"
        else:
            grant.state, action = _after_use(grant, GrantState.EXPIRED), "grant.expire"
        grant.ended_at = now
        _tell(session, grant, action, by=None)
    return len(over)


def state_now(grant: AccessGrant) -> GrantState:
    """Its state at this moment, also where the sweep has not written the end down yet."""
    now = clock.now()
    if grant.state is GrantState.REQUESTED and grant.lapses_at <= now:
        return GrantState.LAPSED
    if grant.state is GrantState.ACTIVE and grant.expires_at is not None and grant.expires_at <= now:
        return _after_use(grant, GrantState.EXPIRED)
    return grant.state


def is_for_something() -> ColumnElement[bool]:
    """Whether there was what a grant is about when it was asked for, as a condition on AccessGrant.

    Who asks for a number that nobody has yet has nothing to wait for, also when somebody gets it meanwhile.
    """
    scope, number = AccessGrant.scope, AccessGrant.scope_id
    ticket = select(Ticket.id).where(Ticket.id == number, Ticket.opened_at <= AccessGrant.asked_at)
    customer = select(Customer.id).where(Customer.id == number, Customer.created_at <= AccessGrant.asked_at)
    team = select(Team.id).where(Team.id == number)
    return or_(
        scope == Scope.DESK,
        and_(scope == Scope.TICKET, ticket.exists()),
        and_(scope == Scope.CUSTOMER, customer.exists()),
        and_(scope == Scope.TEAM, team.exists()),
    )


def subject_of(session: Session, grant: AccessGrant) -> int | None:
    """The customer whose data a grant opens; None where it is not one person's."""
    if grant.scope is Scope.CUSTOMER:
        return grant.scope_id
    if grant.scope is Scope.TICKET:
        return session.scalar(select(Ticket.customer_id).where(Ticket.id == grant.scope_id))
    return None


def _made(session: Session, wish: Wish, *, by: Agent, longest: timedelta) -> AccessGrant:
    if not wish.reason.strip():
        raise GrantRefused(N_("say why: the person whose data it is will read the reason"))
    asked = timedelta(minutes=wish.minutes)
    if not timedelta(0) < asked <= longest:
        raise GrantRefused(
            N_("ask for between one minute and %(hours)s hours: a later need is a new grant"),
            hours=longest // timedelta(hours=1),
        )
    if (wish.scope is Scope.DESK) is not (wish.scope_id is None):
        raise GrantRefused(N_("name the one ticket, customer or team it is about"))
    return AccessGrant(
        agent_id=by.id,
        scope=wish.scope,
        scope_id=wish.scope_id,
        may_export=wish.may_export,
        purpose=wish.purpose,
        approver=Approver.ADMIN,
        parent_id=wish.parent_id,
        policy_version=policy.current(session).version,
        asked_minutes=wish.minutes,
        lapses_at=clock.now(),
    )


def _longest(session: Session, scope: Scope) -> timedelta:
    access = policy.current(session).access
    return timedelta(hours=access.longest_hours_wide) if scope in _WIDE else timedelta(days=access.longest_days)


def _keep(session: Session, grant: AccessGrant, wish: Wish, action: str, *, by: Agent) -> None:
    session.add(grant)
    session.flush()
    reason = wish.reason.strip()
    session.add(GrantReason(grant_id=grant.id, reason=reason, case_reference=wish.case_reference.strip()))
    facts = {"scope": grant.scope.value, "scope_id": grant.scope_id, "purpose": grant.purpose.value}
    _tell(session, grant, action, by=by, facts={**facts, "minutes": grant.asked_minutes}, words=reason)


def _start(grant: AccessGrant, minutes: int) -> None:
    if minutes < 1:
        raise GrantRefused(N_("a grant lasts a minute or more; to give less, refuse it"))
    grant.state = GrantState.ACTIVE
    grant.starts_at = clock.now()
    grant.expires_at = grant.starts_at + timedelta(minutes=minutes)


def _lock(session: Session, grant: AccessGrant) -> None:
    """See the grant as it is now, and let nobody else decide it meanwhile."""
    session.flush()
    session.refresh(grant, with_for_update=True)


def _must_wait(grant: AccessGrant) -> None:
    if grant.state is not GrantState.REQUESTED or grant.lapses_at <= clock.now():
        raise GrantRefused(N_("this request does not wait for an answer any more: a new need is a new request"))


def _must_be_another(grant: AccessGrant, by: Agent) -> None:
    if not by.may(Permission.GRANT):
        raise GrantRefused(N_("only somebody with the permission to grant decides this"))
    if by.id in {grant.agent_id, grant.first_by_id, grant.second_by_id}:
        raise GrantRefused(N_("somebody else must say this: not who asks, and not the same person twice"))


def _end_by_word(session: Session, grant: AccessGrant, *, by: Reader | None) -> None:
    _lock(session, grant)
    facts: dict[str, object] = {} if by else {"by": "customer"}
    if grant.state is GrantState.REQUESTED:
        grant.state, action = GrantState.DENIED, "grant.deny"
    elif grant.state is GrantState.ACTIVE:
        is_own = isinstance(by, Agent) and by.id == grant.agent_id
        ended = GrantState.CLOSED if is_own else GrantState.REVOKED
        grant.state, action = _after_use(grant, ended), "grant.close" if is_own else "grant.revoke"
    else:
        return
    grant.ended_at = clock.now()
    _tell(session, grant, action, by=by, facts=facts)


def _after_use(grant: AccessGrant, state: GrantState) -> GrantState:
    return GrantState.MUST_REVIEW if grant.is_break_glass else state


def _secret(vault: Vault, nonce: bytes) -> str:
    return vault.mac(nonce, what="grant-link").hex()


def _tell(
    session: Session,
    grant: AccessGrant,
    action: str,
    *,
    by: Reader | None,
    facts: dict[str, object] | None = None,
    words: str = "",
) -> None:
    on = ("grant", grant.id)
    subject_id = subject_of(session, grant)
    audit.record(session, action, by=by, on=on, subject_id=subject_id, facts=facts, words=words)
