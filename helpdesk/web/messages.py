"""Messages: a letter as it was made, in a frame of its own, and its original."""

import re
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import inbox
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, merged
from helpdesk.privacy.basis import basis_to_read
from helpdesk.web import pictures
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.headers import FILE_POLICY, MESSAGE_POLICY

bp = Blueprint("messages", __name__)

# pictures in what we sent; desk/sendings names them by their place among the files
_SENT_PICTURE: Final = re.compile(r"cid:p(\d{1,3})\.[0-9a-f]{16}@picture")


@bp.get("/messages/<int:message_id>")
def show(message_id: int) -> ResponseReturnValue:
    """To where it stands: the link stays right when its ticket is merged, or it is split off."""
    here = url_for("tickets.show", number=ticket_of(find(message_id)))
    return redirect(f"{here}#message-{message_id}")


@bp.get("/messages/<int:message_id>/body")
def body(message_id: int) -> ResponseReturnValue:
    """What is new in it; with `whole`, all of it; with `pictures`, those from elsewhere that were asked for."""
    message = find(message_id)
    text = access.read(db(), message, by=agent())
    if "pictures" in request.args and (html := pictures.html_of(db(), message, by=agent())) is not None:
        return as_frame(html, text.subject)
    is_whole = "whole" in request.args or not text.new_html
    other = url_for(".body", message_id=message_id, whole=None if is_whole else 1) if text.new_html else ""
    html = (text.html if is_whole else text.new_html) or ""
    html = _SENT_PICTURE.sub(lambda found: f"parts/{found[1]}", html)
    return as_frame(html, text.subject, other=other, is_whole=is_whole)


@bp.get("/messages/<int:message_id>/original")
def original(message_id: int) -> ResponseReturnValue:
    email = db().get(InboundEmail, find(message_id).inbound_email_id or 0)
    if email is None:
        raise NotVisible("message", message_id)
    return as_original(access.read(db(), email, by=agent()), f"message-{message_id}")


def as_frame(html: str, subject: str, *, other: str = "", is_whole: bool = True) -> Response:
    """HTML after the policy, as a page for the sandboxed frame; `other` folds or unfolds what is quoted."""
    page = render_template("messages/body.html", html=html, subject=subject, other=other, is_whole=is_whole)
    answer = Response(page)
    answer.headers["Content-Security-Policy"] = MESSAGE_POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def as_original(raw: bytes, name: str) -> Response:
    """An email's own bytes, as a file: no browser shows any of it."""
    answer = Response(raw, content_type="message/rfc822")
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.eml")
    return answer


def find(message_id: int) -> Message:
    """A message of a ticket that this agent may know of."""
    chosen = (
        select(Message)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.id == message_id, Message.taken_back_at.is_(None))
    )
    message = db().scalar(chosen.where(inbox.is_visible(agent())))
    if message is None:  # its ticket is out of sight; where it came from may be permitted all the same
        message = db().scalar(chosen)
        if message is None or merged.way_to(db(), message, by=agent()) is None:
            raise NotVisible("message", message_id)
    return message


def ticket_of(message: Message) -> int:
    """The number of the ticket on which this agent reads a message."""
    if basis_to_read(db(), db().get_one(Ticket, message.ticket_id), agent()) is None:
        along = merged.way_to(db(), message, by=agent())
        return along.ticket.number if along else message.ticket_id
    return message.ticket_id
