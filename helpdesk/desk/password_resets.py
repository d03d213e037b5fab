"""Links that set a password once: asked for, mailed through the outbox, opened, used up."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import agents, outbox
from helpdesk.mail import thread
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.sign_in import PasswordReset
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Reader
from helpdesk.storage.vault import Vault, digest_of

WORKS_FOR: Final = timedelta(hours=1)
INVITATION_WORKS_FOR: Final = timedelta(days=3)
MOST_AN_HOUR: Final = 3

_PATH: Final = "/password-resets/"
_USED: Final = "this link was used, or is too old: ask for a new one"


class LinkExpired(Exception):
    """The link was used, is too old, or was never made; a new one can be asked for."""


class NoMailbox(Exception):
    """There is no mailbox that could send the link."""


def begin(
    session: Session, vault: Vault, agent: Agent, *, by: Reader | None, is_invitation: bool = False
) -> PasswordReset:
    """A link; only its hash is kept. Its secret can be made again from the nonce and the key file."""
    works_for = INVITATION_WORKS_FOR if is_invitation else WORKS_FOR
    nonce = secrets.token_bytes(16)
    reset = PasswordReset(
        agent_id=agent.id,
        nonce=nonce,
        secret_hash=digest_of(secret_of(vault, nonce)),
        expires_at=clock.now() + works_for,
        is_invitation=is_invitation,
    )
    session.add(reset)
    session.flush()
    action = "invitation.make" if is_invitation else "password_reset.ask"
    audit.record(session, action, by=by, on=("agent", agent.id), facts={"reset": reset.id})
    return reset


def invite(session: Session, vault: Vault, agent: Agent, *, by: Reader) -> PasswordReset:
    """A link to join with, mailed; one of before works no more. Raises NoMailbox: nothing was made then."""
    revoke(session, agent, by=by)
    reset = begin(session, vault, agent, by=by, is_invitation=True)
    mail(session, reset, agent)
    return reset


def revoke(session: Session, agent: Agent, *, by: Reader) -> None:
    """The invitations of an agent that wait are worth nothing any more."""
    waiting = update(PasswordReset).where(
        PasswordReset.agent_id == agent.id, PasswordReset.is_invitation, PasswordReset.used_at.is_(None)
    )
    revoked = session.execute(waiting.values(used_at=clock.now()).returning(PasswordReset.id)).all()
    if revoked:
        audit.record(session, "invitation.revoke", by=by, on=("agent", agent.id))


def invited_until(session: Session) -> dict[int, datetime]:
    """Until when the invitation of each agent works who has one."""
    waiting = select(PasswordReset.agent_id, func.max(PasswordReset.expires_at)).where(
        PasswordReset.is_invitation, PasswordReset.used_at.is_(None), PasswordReset.expires_at > clock.now()
    )
    return {row[0]: row[1] for row in session.execute(waiting.group_by(PasswordReset.agent_id))}


def mail(session: Session, reset: PasswordReset, agent: Agent) -> OutboundEmail:
    """Put the link in the outbox: the email is composed when it is sent. Raises NoMailbox."""
    is_paused = Mailbox.sending_paused_because.is_not(None)
    sender = session.scalar(select(Mailbox).where(Mailbox.is_active).order_by(is_paused, Mailbox.id).limit(1))
    if sender is None:
        raise NoMailbox("no mailbox is set up that could send the link: 'helpdesk mailbox add' sets one up")
    if sender.sending_paused_because:
        raise NoMailbox(f"sending from {sender.address} is paused: {sender.sending_paused_because}")
    return outbox.queue(
        session,
        sender,
        Purpose.PASSWORD_RESET,
        to=[Address(agent.name, agent.email)],
        rfc_message_id=thread.new_message_id(0, sender.address.rpartition("@")[2]),
        password_reset=reset,
    )


def ask(session: Session, vault: Vault, email: str) -> None:
    """What the sign-in page offers: mail a link, if there is such an agent. The answer never tells.

    A stranger can't flood an agent with links: three an hour are sent, no more.
    """
    agent = session.scalar(
        select(Agent).where(func.lower(Agent.email) == email.strip().lower(), Agent.is_disabled.is_(False))
    )
    if agent is None or _asked_within_an_hour(session, agent) >= MOST_AN_HOUR:
        return
    mail(session, begin(session, vault, agent, by=None), agent)


def secret_of(vault: Vault, nonce: bytes) -> str:
    """The secret part of a mailed link."""
    return base64.urlsafe_b64encode(vault.mac(nonce, what="password reset")).decode().rstrip("=")


def link(base_url: str, vault: Vault, reset: PasswordReset) -> str:
    """The address that is mailed; it shows a form, and only sending that form uses the link up."""
    return base_url.rstrip("/") + _PATH + secret_of(vault, reset.nonce)


def open_link(session: Session, secret: str) -> PasswordReset:
    """A link that still works; looking changes nothing. Raises LinkExpired."""
    found = session.scalar(select(PasswordReset).where(PasswordReset.secret_hash == digest_of(secret)))
    if found is None or found.used_at is not None or found.expires_at <= clock.now():
        raise LinkExpired(_USED)
    if session.get_one(Agent, found.agent_id).is_disabled:
        raise LinkExpired("this link does not work any more")
    return found


def use(session: Session, secret: str, password: str) -> Agent:
    """Set the password: the link and all others of the agent are worth nothing after it, every login ends.

    Raises LinkExpired, PasswordWeak.
    """
    reset = open_link(session, secret)
    session.refresh(reset, with_for_update=True)  # of two who send the form at once, the second finds it used
    if reset.used_at is not None:
        raise LinkExpired(_USED)
    agent = session.get_one(Agent, reset.agent_id)
    agents.set_password(session, agent, password, by=agent)
    audit.record(session, "password_reset.use", by=agent, on=("agent", agent.id), facts={"reset": reset.id})
    return agent


def _asked_within_an_hour(session: Session, agent: Agent) -> int:
    recent = select(func.count(PasswordReset.id)).where(
        PasswordReset.agent_id == agent.id, PasswordReset.created_at > clock.now() - timedelta(hours=1)
    )
    return session.scalar(recent) or 0
