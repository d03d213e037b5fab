"""What a filter rule would have hit lately: compared by a machine, shown as far as this admin may see."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select

from helpdesk.desk import inbox, waiting
from helpdesk.desk.identity import verdict
from helpdesk.mail.filtering import Rule, Seen, hits
from helpdesk.mail.limits import of_config
from helpdesk.mail.sandbox import Quarantined, Sandbox
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.message import Verdict
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.web.auth import agent, db, runtime

LOOKED_AT: Final = 200
LARGEST: Final = 2_000_000  # bytes of an email that is compared here; when it comes in, each one is
_PATIENCE: Final = 8.0  # seconds a page may think
_UNREAD: Final = (Outcome.TOO_LARGE, Outcome.OWN, Outcome.ALREADY_RECEIVED, Outcome.STORED)
_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """An email the rule would have acted on, and its ticket."""

    at: datetime
    mailbox: str
    number: int
    subject: str | None = field(repr=False)  # None: not to be read by who asks


@dataclass(frozen=True, slots=True)
class Preview:
    looked_at: int
    hit: int
    shown: Sequence[Hit]

    @property
    def hidden(self) -> int:
        return self.hit - len(self.shown)


def of(rule: Rule) -> Preview:
    """Compare the newest emails with a rule, as many as there is time for."""
    emails = db().scalars(
        select(InboundEmail)
        .where(InboundEmail.outcome.not_in(_UNREAD), InboundEmail.size.between(1, LARGEST))
        .order_by(InboundEmail.id.desc())
        .limit(LOOKED_AT)
    )
    found, looked_at = _compared(rule, emails.all())
    return Preview(looked_at, len(found), _shown(found))


def _compared(rule: Rule, emails: Sequence[InboundEmail]) -> tuple[list[InboundEmail], int]:
    raws = access.emails_to_compare(db(), emails, by=Machine.RULES)
    kept = [email for email in emails if email.id in raws]
    names = waiting.mailbox_names(db(), kept)
    trusted, until = runtime().config.mail.trusted_authserv_id, time.monotonic() + _PATIENCE
    found, looked_at = [], 0
    with Sandbox(of_config(runtime().config)) as sandbox:
        for email, parsed in zip(kept, sandbox.read_all(raws[email.id] for email in kept), strict=True):
            looked_at += 1
            if not isinstance(parsed, Quarantined):
                is_proven = verdict(parsed, trusted=trusted) is Verdict.PASS
                if hits(rule, Seen(parsed, names[email.mailbox_id], is_proven)):
                    found.append(email)
            if time.monotonic() > until:
                break
    return found, looked_at


def _shown(emails: Sequence[InboundEmail]) -> list[Hit]:
    ids = {email.ticket_id for email in emails if email.ticket_id is not None}
    visible = inbox.visible(agent()).where(Ticket.id.in_(ids))
    tickets = {ticket.id: ticket for ticket in db().scalars(visible)}
    on_them = [email for email in emails if email.ticket_id in tickets][:_SHOWN]
    shown = [tickets[email.ticket_id] for email in on_them if email.ticket_id is not None]
    seen = access.glimpse(db(), shown, by=agent(), view="rule")
    names = waiting.mailbox_names(db(), on_them)
    return [
        Hit(
            email.arrived_at, names[email.mailbox_id], email.ticket_id,
            seen[email.ticket_id].subject if email.ticket_id in seen else None,
        )
        for email in on_them
        if email.ticket_id is not None
    ]  # fmt: skip
