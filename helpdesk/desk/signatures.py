"""Signatures: an agent's own at a mailbox, else the agent's own, else the mailbox's."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.desk import lengths, variables
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.saved_reply import Signature
from helpdesk.privacy import audit
from helpdesk.storage.once import once

LONGEST = 4_000


def under(session: Session, mailbox: Mailbox, *, by: Agent) -> str:
    """What stands under an answer of this agent from this mailbox, its variables filled."""

    def ask() -> Sequence[Signature]:
        chosen = select(Signature).where(
            or_(Signature.mailbox_id == mailbox.id, Signature.mailbox_id.is_(None)),
            or_(Signature.agent_id == by.id, Signature.agent_id.is_(None)),
            or_(Signature.mailbox_id.is_not(None), Signature.agent_id.is_not(None)),
        )
        return session.scalars(chosen).all()

    found = once(session, (Signature, mailbox.id, by.id), ask)
    nearest = max(found, key=lambda one: (one.agent_id is not None, one.mailbox_id is not None), default=None)
    return variables.fill(nearest.text, variables.values_at(mailbox, by=by)) if nearest else ""


def below(session: Session, mailbox: Mailbox, *, by: Agent) -> list[str]:
    """The signature as it stands below an email, or nothing. Raises VariableUnknown, so that no gap leaves."""
    signature = under(session, mailbox, by=by)
    variables.insist(signature)
    return [f"-- \n{signature}"] if signature else []


def of(session: Session, *, mailbox_id: int | None = None, agent_id: int | None = None) -> str:
    row = _row(session, mailbox_id, agent_id)
    return row.text if row else ""


def choose(
    session: Session, text: str, *, mailbox_id: int | None = None, agent_id: int | None = None, by: Agent
) -> None:
    """Keep a signature; an empty one is none. A mailbox's is the desk's business and leaves an event.

    Raises TooLong.
    """
    field = f"signature-{mailbox_id}" if mailbox_id else "signature"
    row, text = _row(session, mailbox_id, agent_id), lengths.text(text, LONGEST, field=field)
    if text == (row.text if row else ""):
        return
    if row is not None and not text:
        session.delete(row)
    elif row is not None:
        row.text = text
    else:
        session.add(Signature(mailbox_id=mailbox_id, agent_id=agent_id, text=text))
    session.flush()
    if agent_id is None:
        audit.record(session, "signature.change", by=by, on=("mailbox", mailbox_id))


def _row(session: Session, mailbox_id: int | None, agent_id: int | None) -> Signature | None:
    # a comparison with None is IS NULL
    return session.scalar(select(Signature).where(Signature.mailbox_id == mailbox_id, Signature.agent_id == agent_id))
