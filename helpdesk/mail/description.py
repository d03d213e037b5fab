"""An email described as one JSON object, for `helpdesk mail inspect --jsonl`."""

import hashlib
from collections.abc import Iterable
from typing import Any

from helpdesk.mail import forwarded, html_text
from helpdesk.mail.parsed import Address, ParsedAttachment, ParsedEmail
from helpdesk.mail.screened import Kind

_WRITTEN_BY_MACHINES = frozenset({Kind.AUTOMATIC_REPLY, Kind.CALENDAR_REPLY, Kind.RECEIPT})


def as_row(email: ParsedEmail) -> dict[str, Any]:
    """Say what was understood, in values that JSON knows."""
    sender = email.sender or Address("", "")
    inside = forwarded.original_author(email.text, email.html)
    return {
        "subject": email.subject,
        "from_addr": sender.email,
        "from_name": sender.name,
        "to": _emails(email.to),
        "cc": _emails(email.cc),
        "reply_to": _emails(email.reply_to),
        "requester_addr": email.author.email if email.author else "",
        "forwarded_from": inside.email if inside else "",
        "message_id": email.message_id,
        "in_reply_to": next(iter(email.in_reply_to), ""),
        "references": list(email.references),
        "date": email.date.isoformat() if email.date else None,
        "body_text": email.text,
        "body_alt": email.text_with_files or (html_text.text_of(email.html) if email.html else ""),
        "reply_text": email.trimmed.new_text,
        "attachments": [_attachment(each) for each in email.attachments],
        "protection": str(email.protection),
        "defects": list(email.defects),
        **_screened(email),
    }


def _screened(email: ParsedEmail) -> dict[str, Any]:
    found = email.screening
    return {
        "kind": str(found.kind),
        "reason": found.reason,
        "may_answer": found.may_answer,
        "is_reply": bool(email.in_reply_to or email.references),
        "is_spam": found.is_marked_spam,
        # Where the line between "failed" and "delayed" runs, mail servers disagree: `kind` says what we make of it.
        "is_bounce": found.is_about_delivery,
        "is_delivery_report": found.kind is Kind.DELAY,
        "is_auto_reply": found.kind in _WRITTEN_BY_MACHINES,
        "is_feedback_report": found.kind is Kind.FEEDBACK_REPORT,
        "bounce_recipients": [each.address for each in found.failures],
        "bounce_status": [each.status for each in found.failures if each.status],
        "answers": found.answers,
    }


def _emails(people: Iterable[Address]) -> list[str]:
    return [person.email for person in people]


def _attachment(attachment: ParsedAttachment) -> dict[str, Any]:
    return {
        "filename": attachment.name,
        "content_type": attachment.declared_type or attachment.media_type,
        "media_type": attachment.media_type,
        "size": len(attachment.payload),
        "sha256": hashlib.sha256(attachment.payload).hexdigest(),
        "md5": hashlib.md5(attachment.payload, usedforsecurity=False).hexdigest(),
        "is_inline": attachment.is_inline,
    }
