"""Attachments: handed over as files, never shown as a page of ours."""

from typing import Final

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from helpdesk.models.message import Attachment
from helpdesk.privacy import access
from helpdesk.web import frame, messages
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.headers import FILE_POLICY
from helpdesk.web.language import _

bp = Blueprint("attachments", __name__)

# types that are what their first bytes say; everything else is only bytes
_BEGINNINGS: Final = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "application/pdf": b"%PDF-",
}
_WEBP: Final = (b"RIFF", b"WEBP")


@bp.get("/attachments/<int:attachment_id>")
def show(attachment_id: int) -> ResponseReturnValue:
    file = access.read(db(), _find(attachment_id), by=agent())
    return as_file(file.body, file.name)


@bp.get("/attachments/<int:attachment_id>/pages/<int:number>")
def page(attachment_id: int, number: int) -> ResponseReturnValue:
    """A page of a file, or its picture made small: pixels that we made, in a sandbox of their own."""
    picture = access.page_of(db(), _find(attachment_id), number, by=agent())
    if picture is None:
        raise NotVisible("attachment", attachment_id)
    return as_picture(picture, attachment_id)


@bp.get("/attachments/<int:attachment_id>/view")
def view(attachment_id: int) -> ResponseReturnValue:
    """A file's pages one below the other, with the files beside it a key away."""
    attachment = _find(attachment_id)
    message = messages.find(attachment.message_id)
    beside = db().scalars(_beside(attachment)).all()
    at = beside.index(attachment.id)
    return render_template(
        "attachments/view.html",
        desk=frame.around(db(), agent(), "attachment"),
        name=access.read(db(), attachment, by=agent()).name or _("unnamed file"),
        size=attachment.size,
        pages=_page_urls(attachment),
        is_looked_at=attachment.page_count is not None,
        ticket_url=url_for("tickets.show", number=messages.ticket_of(message), _anchor=f"message-{message.id}"),
        file_url=url_for(".show", attachment_id=attachment_id),
        before=url_for(".view", attachment_id=beside[at - 1]) if at else "",
        after=url_for(".view", attachment_id=beside[at + 1]) if at + 1 < len(beside) else "",
    )


def _page_urls(attachment: Attachment) -> list[str]:
    numbers = range(1, (attachment.page_count or 0) + 1)
    return [url_for(".page", attachment_id=attachment.id, number=number) for number in numbers]


def _beside(attachment: Attachment) -> Select[int]:
    """The files of a message that are listed below it, and this one."""
    theirs = Attachment.message_id == attachment.message_id
    shown = Attachment.is_inline.is_(False) | (Attachment.id == attachment.id)
    return select(Attachment.id).where(theirs, shown).order_by(Attachment.position)


@bp.get("/messages/<int:message_id>/parts/<int:position>")
def part(message_id: int, position: int) -> ResponseReturnValue:
    """A picture that a letter shows in its text; nothing else is shown there."""
    message = messages.find(message_id)
    chosen = select(Attachment).where(Attachment.message_id == message.id, Attachment.position == position)
    attachment = db().scalar(chosen)
    if attachment is None:
        raise NotVisible("attachment", position)
    body = access.read(db(), attachment, by=agent()).body
    return as_picture(body, attachment.id)


def as_file(body: bytes, name: str) -> Response:
    """Bytes to be kept: of a type that they prove, under a name that harms nobody."""
    answer = Response(body, content_type=kind_of(body))
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers.set("Content-Disposition", "attachment", filename=safe_name(name))
    return answer


def as_picture(body: bytes, thing_id: int) -> Response:
    """Bytes that prove to be a picture; of anything else nothing is known here."""
    kind = kind_of(body)
    if not kind.startswith("image/"):
        raise NotVisible("attachment", thing_id)
    answer = Response(body, content_type=kind)
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer


def _find(attachment_id: int) -> Attachment:
    attachment = db().get(Attachment, attachment_id)
    if attachment is None:
        raise NotVisible("attachment", attachment_id)
    messages.find(attachment.message_id)
    return attachment


def kind_of(body: bytes) -> str:
    if (body[:4], body[8:12]) == _WEBP:
        return "image/webp"
    found = next((kind for kind, beginning in _BEGINNINGS.items() if body.startswith(beginning)), None)
    return found or "application/octet-stream"


def safe_name(name: str) -> str:
    """A name that a header and a file system take: no controls, no folders, no invisible turns of direction."""
    kept = "".join(letter for letter in name if letter.isprintable() and letter not in "/\\\u2028\u2029")
    return kept.strip(". ")[:120] or "attachment"
