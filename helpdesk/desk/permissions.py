"""Asking for permission: the grant, and the email to the customer who decides about it or is told of it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from helpdesk import clock
from helpdesk.desk import inbox, outbox
from helpdesk.languages import N_
from helpdesk.mail import thread
from helpdesk.mail.parsed import Address
from helpdesk.models.access_grant import AccessGrant, Approver, GrantReason, GrantState, Scope
from helpdesk.models.agent import Agent, Team
from helpdesk.models.base import Base
from helpdesk.models.customer import Customer
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import Purpose
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, grants
from helpdesk.privacy.grants import GrantRefused, Wish
from helpdesk.storage.vault import Vault

_MOST_LISTED = 200
_KINDS: Final[dict[Scope, type[Base]]] = {Scope.TICKET: Ticket, Scope.CUSTOMER: Customer, Scope.TEAM: Team}


def ask(session: Session, vault: Vault, wish: Wish, *, by: Agent) -> AccessGrant:
    """Ask for permission; where the customer decides, a link is mailed to their address on file.

    Raises GrantRefused. A customer we can't write to decides nothing: then an admin does.
    """
    grant = grants.ask(session, wish, by=by)
    if grant.approver is Approver.CUSTOMER and not _write(session, vault, grant, Purpose.GRANT_REQUEST):
        grant.approver = Approver.ADMIN
    return grant


def ask_unseen(session: Session, vault: Vault, wish: Wish, *, by: Agent) -> None:
    """Ask about what one may not see. Whether there is such a thing is not told: all wishes look the same.

    One for nothing waits among one's own like any other; nobody is asked, nobody can allow it, and it lapses.
    Raises GrantRefused for one that can't be granted, before anybody looks.
    """
    grants.require_possible(session, wish, by=by)
    kind = _KINDS.get(wish.scope)
    if kind is not None and session.get(kind, wish.scope_id) is None:
        audit.record(session, "grant.ask_for_nothing", by=by, on=(wish.scope.value, wish.scope_id))
        grants.ask(session, wish, by=by)
        return
    ask(session, vault, wish, by=by)


def extend(
    session: Session, vault: Vault, grant: AccessGrant, reason: str, minutes: int, *, by: Agent
) -> AccessGrant:
    """Ask to go on with what one holds or held: a new grant for the same, decided like the first.

    The old one ends when it was to. Raises GrantRefused.
    """
    if grant.agent_id != by.id:
        raise GrantRefused(N_("only who holds a permission asks to go on with it"))
    if grant.starts_at is None or grant.is_break_glass:
        raise GrantRefused(N_("there is nothing to go on with: ask for a permission of its own"))
    further = Wish(
        grant.scope, grant.scope_id, grant.purpose, reason, minutes, may_export=grant.may_export, parent_id=grant.id
    )
    return ask(session, vault, further, by=by)


def break_glass(session: Session, vault: Vault, wish: Wish, *, by: Agent) -> AccessGrant:
    """Read now and answer for it: the customer is told by email at once."""
    grant = grants.break_glass(session, wish, by=by)
    if _write(session, vault, grant, Purpose.GRANT_NOTICE):
        grant.customer_told_at = clock.now()
    return grant


def to_decide(session: Session, by: Agent) -> Sequence[AccessGrant]:
    """What waits for a colleague's decision or review, and is not one's own; the oldest first."""
    if not by.may(Permission.GRANT):
        return []
    waits = or_(
        (AccessGrant.state == GrantState.REQUESTED) & (AccessGrant.lapses_at > clock.now()),
        AccessGrant.state == GrantState.MUST_REVIEW,
    )
    chosen = select(AccessGrant).where(
        waits, AccessGrant.approver != Approver.CUSTOMER, AccessGrant.agent_id != by.id, grants.is_for_something()
    )
    return session.scalars(chosen.order_by(AccessGrant.id).limit(_MOST_LISTED)).all()


def of_agent(session: Session, by: Agent) -> Sequence[AccessGrant]:
    """One's own grants and requests, the newest first."""
    chosen = select(AccessGrant).where(AccessGrant.agent_id == by.id)
    return session.scalars(chosen.order_by(AccessGrant.id.desc()).limit(_MOST_LISTED)).all()


def waits_for(session: Session, ticket_id: int, *, by: Agent) -> bool:
    """Whether one has asked to read a ticket of this number, and waits."""
    own = select(AccessGrant.id).where(AccessGrant.agent_id == by.id, AccessGrant.scope == Scope.TICKET)
    waiting = own.where(AccessGrant.state == GrantState.REQUESTED, AccessGrant.lapses_at > clock.now())
    return session.scalar(waiting.where(AccessGrant.scope_id == ticket_id).limit(1)) is not None


def live(session: Session, by: Agent) -> Sequence[AccessGrant]:
    """Every grant that opens something now, for those who may end it."""
    if not by.may(Permission.GRANT):
        return []
    chosen = select(AccessGrant).where(
        AccessGrant.state == GrantState.ACTIVE, AccessGrant.expires_at > clock.now(), AccessGrant.agent_id != by.id
    )
    return session.scalars(chosen.order_by(AccessGrant.expires_at).limit(_MOST_LISTED)).all()


def find(session: Session, grant_id: int, *, by: Agent) -> AccessGrant | None:
    """A grant that is one's own, or that one may decide about."""
    grant = session.get(AccessGrant, grant_id)
    if grant is None or not (grant.agent_id == by.id or by.may(Permission.GRANT)):
        return None
    return grant


def reasons(session: Session, grant_ids: Sequence[int]) -> dict[int, GrantReason]:
    rows = session.scalars(select(GrantReason).where(GrantReason.grant_id.in_(grant_ids)))
    return {row.grant_id: row for row in rows}


def holders(session: Session, listed: Sequence[AccessGrant]) -> dict[int, Agent]:
    rows = session.scalars(select(Agent).where(Agent.id.in_({grant.agent_id for grant in listed})))
    return {agent.id: agent for agent in rows}


def tickets_named(session: Session, listed: Sequence[AccessGrant], *, by: Agent) -> set[int]:
    """Which of the tickets that these grants name this agent may know of."""
    ids = {grant.scope_id for grant in listed if grant.scope is Scope.TICKET}
    return set(session.scalars(inbox.visible(by).where(Ticket.id.in_(ids)).with_only_columns(Ticket.id)))


def teams_named(session: Session, listed: Sequence[AccessGrant]) -> dict[int, str]:
    """The names of the teams whose tickets these grants open."""
    ids = {grant.scope_id for grant in listed if grant.scope is Scope.TEAM}
    return {team.id: team.name for team in session.scalars(select(Team).where(Team.id.in_(ids)))} if ids else {}


def _write(session: Session, vault: Vault, grant: AccessGrant, purpose: Purpose) -> bool:
    """Queue the email to the customer whose data it is; False where there is nobody to write to."""
    person = _person(session, grant)
    mailbox = _mailbox(session, grant)
    if person is None or mailbox is None:
        return False
    grants.link_secret(vault, grant)
    session.flush()
    outbox.queue(
        session, mailbox, purpose, to=[person], access_grant=grant,
        rfc_message_id=thread.new_message_id(0, mailbox.address.rpartition("@")[2]),
    )  # fmt: skip
    return True


def _person(session: Session, grant: AccessGrant) -> Address | None:
    customer_id = grants.subject_of(session, grant)
    if customer_id is None:
        return None
    customer = session.scalar(
        select(Customer).where(Customer.id == customer_id).options(joinedload(Customer.addresses))
    )
    usable = [one for one in customer.addresses if one.bounced_at is None] if customer else []
    return Address(customer.name, usable[0].email) if customer and usable else None


def _mailbox(session: Session, grant: AccessGrant) -> Mailbox | None:
    """The mailbox the customer knows us by: the ticket's, else that of their last ticket."""
    chosen = select(Mailbox).join(Ticket, Ticket.mailbox_id == Mailbox.id)
    if grant.scope is Scope.TICKET:
        chosen = chosen.where(Ticket.id == grant.scope_id)
    else:
        chosen = chosen.where(Ticket.customer_id == grant.scope_id).order_by(Ticket.id.desc())
    return session.scalar(chosen.limit(1))
