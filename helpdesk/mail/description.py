"""An email described as one JSON object, for `helpdesk mail inspect --jsonl`."""

import hashlib
from collections.abc import Iterable
from typing import Any

from helpdesk.mail import html_text
from helpdesk.mail.parsed import Address, ParsedAttachment, ParsedEmail


def as_row(email: ParsedEmail) -> dict[str, Any]:
    """Say what was understood, in values that JSON knows."""
    sender = email.sender or Address("", "")
    return {
        "subject": email.subject,
        "from_addr": sender.email,
        "from_name": sender.name,
        "to": _emails(email.to),
        "cc": _emails(email.cc),
        "reply_to": _emails(email.reply_to),
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
