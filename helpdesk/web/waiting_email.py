"""One email that waits, opened: who it says it is from, what it says and holds, and nothing of it does anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import blocks
from helpdesk.mail.parsed import Address, ParsedEmail
from helpdesk.mail.sandbox import Quarantined
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.web import attachments, frame, messages, opened, reasons, words
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.waiting import find, rows

bp = Blueprint("waiting_email", __name__)


@dataclass(frozen=True, slots=True)
class File:
    name: str = field(repr=False)
    media_type: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An email as it is shown before anybody decided about it."""

    subject: str = field(repr=False)
    heads: Sequence[tuple[str, str]] = field(repr=False)
    remarks: Sequence[str]
    text: str = field(repr=False)
    frame_url: str
    files: Sequence[File]
    sender: str = field(repr=False)


@bp.get("/needs-a-look/<int:email_id>")
def show(email_id: int) -> ResponseReturnValue:
    email = find(email_id)
    parsed = opened.read(email, db(), by=agent())
    return render_template(
        "waiting/show.html",
        desk=frame.around(db(), agent(), "waiting"),
        row=rows([email])[0],
        opened=None if isinstance(parsed, Quarantined) else _opened(email, parsed),
        trouble=parsed.reason if isinstance(parsed, Quarantined) else "",
    )


@bp.get("/needs-a-look/<int:email_id>/body")
def body(email_id: int) -> Response:
    """Its HTML after the policy, for the sandboxed frame; never more than that."""
    parsed = _parsed(email_id)
    return messages.as_frame(parsed.safe_html.html, parsed.subject)


@bp.get("/needs-a-look/<int:email_id>/parts/<int:position>")
def part(email_id: int, position: int) -> Response:
    """A picture that came with it and that its HTML shows."""
    parsed = _parsed(email_id)
    return attachments.as_picture(_payload(parsed, email_id, position), email_id)


@bp.get("/needs-a-look/<int:email_id>/files/<int:position>")
def file(email_id: int, position: int) -> Response:
    """A file that came with it, to be kept: no browser shows any of it."""
    parsed = _parsed(email_id)
    payload = _payload(parsed, email_id, position)
    return attachments.as_file(payload, parsed.attachments[position].name)


def _parsed(email_id: int) -> ParsedEmail:
    parsed = opened.read(find(email_id), db(), by=agent())
    if isinstance(parsed, Quarantined):
        raise NotVisible("raw_email", email_id)
    return parsed


def _payload(parsed: ParsedEmail, email_id: int, position: int) -> bytes:
    if not 0 <= position < len(parsed.attachments):
        raise NotVisible("raw_email", email_id)
    return parsed.attachments[position].payload


def _opened(email: InboundEmail, parsed: ParsedEmail) -> Opened:
    shows_html = bool(parsed.safe_html.html)
    return Opened(
        subject=parsed.subject or _("(no subject)"),
        heads=_heads(parsed),
        remarks=_remarks(parsed),
        text=parsed.text,
        frame_url=url_for(".body", email_id=email.id) if shows_html else "",
        files=[
            File(
                file.name, file.media_type, len(file.payload), url_for(".file", email_id=email.id, position=position)
            )
            for position, file in enumerate(parsed.attachments)
        ],
        sender=_to_be_blocked(parsed),
    )


def _to_be_blocked(parsed: ParsedEmail) -> str:
    address = parsed.sender.email.lower() if parsed.sender else ""
    return address if blocks.may_be_blocked(db(), address) else ""


def _heads(parsed: ParsedEmail) -> list[tuple[str, str]]:
    found = [
        (_("From"), parsed.senders),
        (_("To"), parsed.to),
        (_("Copy"), parsed.cc),
        (_("Answers to"), parsed.reply_to),
    ]
    return [(name, _written(people)) for name, people in found if people]


def _written(people: Sequence[Address]) -> str:
    return ", ".join(str(one) for one in people[:50])


def _remarks(parsed: ParsedEmail) -> list[str]:
    found = [words.protection(parsed.protection)] if words.protection(parsed.protection) else []
    if parsed.safe_html.blocked_count:
        found.append(words.blocked(parsed.safe_html.blocked_count, len(parsed.safe_html.blocked_hosts)))
    return [*found, *map(reasons.defect, parsed.defects[:5])]
