"""A received email as a message of its ticket, and reports about emails of ours."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, delivery, ledger
from helpdesk.desk.tickets import preview_of
from helpdesk.mail.parsed import ParsedEmail, Protection
from helpdesk.mail.screened import Kind
from helpdesk.models.customer import Customer
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.message import Attachment, Direction, Message, MessageAddress, Verdict
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, merged
from helpdesk.privacy.access import MessageText
from helpdesk.storage import later

_REPORTS: Final = frozenset({Kind.BOUNCE, Kind.DELAY, Kind.RECEIPT, Kind.FEEDBACK_REPORT})
# nobody is waiting for an answer to these: they reopen nothing
_AUTOMATIC: Final = _REPORTS | {Kind.AUTOMATIC_REPLY, Kind.CALENDAR_REPLY}


def add(  # noqa: PLR0913  an email, and all that is known of its place
    session: Session,
    email: InboundEmail,
    parsed: ParsedEmail,
    ticket: Ticket,
    proven: Verdict,
    *,
    writer: Customer | None = None,
    origin: Ticket | None = None,
    is_first: bool = False,
) -> Message:
    """Put an email on a ticket: the message, its addresses, its content and its files; the first is counted already.

    Without a writer a machine wrote it, and nobody is its data subject. `origin` is the ticket it answers, where
    that one was merged into this one.
    """
    message = _message(email, parsed, ticket, proven)
    message.origin_ticket_id = origin.id if origin and origin is not ticket else None
    message.customer_id = writer.id if writer else None
    later.keep(session, message)
    for field, addresses in (("to", parsed.to), ("cc", parsed.cc), ("reply_to", parsed.reply_to)):
        for one in addresses:
            said = {"message_id": message.id, "field": field, "email": one.email.lower(), "name": one.name}
            later.add(session, MessageAddress, **said)
    found_by = _found_by(parsed, parsed.text if is_first else _new_text(parsed))
    access.write_message(session, message, _text(parsed), found_by=found_by)
    _keep_files(session, message, parsed)
    if not is_first:
        access.write_preview(session, ticket, preview(parsed))
        count(ticket, email, parsed)
    return message


def count(ticket: Ticket, email: InboundEmail, parsed: ParsedEmail) -> None:
    """Have the ticket show that an email was added; a new one counts its first before it is a row."""
    ticket.message_count += 1
    ticket.active_at = _moment_of(email)
    ticket.has_attachments = ticket.has_attachments or any(not file.is_inline for file in parsed.attachments)


def preview(parsed: ParsedEmail) -> str:
    """The beginning of what is new in it, on one line."""
    return preview_of(_new_text(parsed))


def report(session: Session, email: InboundEmail, parsed: ParsedEmail) -> Outcome:
    """A bounce, a delay, a receipt: tied to the email of ours it is about, else held to be looked at."""
    screening = parsed.screening
    is_bounce = screening.is_bounce and _has_bounced(session, parsed)
    ids = [f"<{screening.answers.strip('<>')}>"] if screening.answers else []
    answered = conversation.ticket_of_ids(session, ids, [f"<{one}>" for one in parsed.references])
    ticket = merged.end(session, answered) if answered else None
    if ticket is not None and conversation.is_gone(session, ticket):
        ticket = None
    if ticket is not None:
        add(session, email, parsed, ticket, Verdict.NONE, origin=answered)
    if is_bounce:
        ticket_id = ticket.id if ticket else None
        return ledger.decide(email, Outcome.BOUNCE, screening.reason, ticket_id=ticket_id)
    if ticket is None:
        return ledger.decide(email, Outcome.HELD, f"{screening.reason}; it belongs to no email of ours")
    return ledger.decide(email, Outcome.FILED, screening.reason, ticket_id=ticket.id)


def _has_bounced(session: Session, parsed: ParsedEmail) -> bool:
    """Mark those whom our email did not reach; False when it is about no email of ours to any of them.

    It is about one email: the one it brings back, else the one it answers, else the last it refers to that fits. What
    else stands in References came before and arrived.
    """
    said = parsed.screening
    ids = [one for one in (said.answers, *parsed.in_reply_to, *reversed(parsed.references)) if one]
    lost: list[tuple[str | None, str]] = [(one.address, one.status) for one in said.failures]
    for message_id in dict.fromkeys(ids):
        marked = [delivery.bounced(session, message_id, *one) for one in lost or [(None, "")]]
        if any(marked):
            return True
    return False


def is_report(parsed: ParsedEmail) -> bool:
    """Whether a machine tells what became of an email of ours; nobody wrote it, so nobody is its customer."""
    return parsed.screening.kind in _REPORTS


def _message(email: InboundEmail, parsed: ParsedEmail, ticket: Ticket, proven: Verdict) -> Message:
    sender = parsed.sender
    return Message(
        ticket_id=ticket.id,
        direction=Direction.RECEIVED,
        from_email=sender.email.lower() if sender else "",
        from_name=sender.name if sender else "",
        rfc_message_id=parsed.message_id or None,
        inbound_email_id=email.id,
        at=_moment_of(email),
        verdict=proven,
        protection=None if parsed.protection is Protection.NONE else parsed.protection.value,
        screened_as=parsed.screening.kind.value,
        is_automatic=parsed.screening.kind in _AUTOMATIC,
        has_html=bool(parsed.safe_html.html),
        blocked_count=parsed.safe_html.blocked_count,
        blocked_hosts=" ".join(parsed.safe_html.blocked_hosts[:20]),
        defects="\n".join(parsed.defects),
    )


def _moment_of(email: InboundEmail) -> datetime:
    return min(email.arrived_at, clock.now())


def _new_text(parsed: ParsedEmail) -> str:
    return parsed.trimmed.shown or parsed.text


def _text(parsed: ParsedEmail) -> MessageText:
    safe, new = parsed.safe_html, parsed.safe_new_html.html
    return MessageText(
        parsed.subject, parsed.text, _new_text(parsed), safe.html or None, safe.policy_version, new or None
    )


def _found_by(parsed: ParsedEmail, text: str) -> str:
    sender = f"{parsed.sender.name} {parsed.sender.email}" if parsed.sender else ""
    names = " ".join(file.name for file in parsed.attachments)
    return f"{sender}\n{names}\n{text}"


def _keep_files(session: Session, message: Message, parsed: ParsedEmail) -> None:
    if not parsed.attachments:
        return
    rows = [
        Attachment(
            message_id=message.id, position=position, media_type=file.media_type, size=len(file.payload),
            is_inline=file.is_inline,
        )
        for position, file in enumerate(parsed.attachments)
    ]  # fmt: skip
    for row in rows:
        later.keep(session, row)
    for row, file in zip(rows, parsed.attachments, strict=True):
        access.write_attachment(session, row, name=file.name, body=file.payload, content_id=file.content_id or None)
