"""Blacking out words of a message or a note: what would go is counted first, and goes once somebody is sure."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import redactions
from helpdesk.desk.redactions import NotRedacted, Places, Wanted
from helpdesk.models.agent import Agent
from helpdesk.models.message import Message, Note
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.web import frame, messages
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _, refusal
from helpdesk.web.notes import find as find_note
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside

bp = Blueprint("redactions", __name__)


@bp.get("/messages/<int:message_id>/redaction")
def show(message_id: int) -> ResponseReturnValue:
    return _show(messages.find(message_id))


@bp.post("/messages/<int:message_id>/redaction")
def create(message_id: int) -> ResponseReturnValue:
    return _create(messages.find(message_id))


@bp.get("/notes/<int:note_id>/redaction")
def show_note(note_id: int) -> ResponseReturnValue:
    return _show(find_note(note_id))


@bp.post("/notes/<int:note_id>/redaction")
def create_note(note_id: int) -> ResponseReturnValue:
    return _create(find_note(note_id))


def _show(piece: Message | Note) -> ResponseReturnValue:
    _must(piece)
    fresh()
    return _page(piece)


def _create(piece: Message | Note) -> ResponseReturnValue:
    """Counted first; done once it comes again with the word that it is meant."""
    _must(piece)
    fresh()
    wanted = _wanted()
    try:
        with db().begin_nested():
            found = redactions.look(db(), piece, wanted, by=agent())
            if "sure" not in request.form:
                return _page(piece, found=found)
            redactions.redact(db(), piece, wanted, by=agent())
    except NotRedacted as refused:
        return _page(piece, wrong=beside("words", refusal(refused)))
    kind = "note" if isinstance(piece, Note) else "message"
    return redirect(f"/tickets/{piece.ticket_id}#{kind}-{piece.id}", code=303)


def _wanted() -> Wanted:
    words = request.form.get("words", "")
    return Wanted(words, request.form.get("what") == "whole", request.form.getlist("files", type=whole))


def _page(piece: Message | Note, *, found: Places | None = None, wrong: str = "") -> ResponseReturnValue:
    said = access.read(db(), db().get_one(Ticket, piece.ticket_id), by=agent())
    is_note = isinstance(piece, Note)
    page = render_template(
        "redactions/show.html",
        desk=frame.around(db(), agent(), "inbox"),
        piece=piece,
        is_note=is_note,
        writer=_writer(piece),
        here=url_for("notes.show", note_id=piece.id) if is_note else url_for("messages.show", message_id=piece.id),
        text=said.notes.get(piece.id, "") if is_note else said.messages[piece.id].text,
        files=[
            (row, said.attachment_names.get(row.id) or _("unnamed file")) for row in redactions.files(db(), piece)
        ],
        found=found,
        wanted=_wanted(),
        wrong=wrong,
    )
    return page, 422 if wrong else 200


def _writer(piece: Message | Note) -> str:
    if isinstance(piece, Message):
        return piece.from_name or piece.from_email
    writer = db().get(Agent, piece.agent_id)
    return writer.name if writer else _("Somebody")


def _must(piece: Message | Note) -> None:
    if not redactions.may(db(), db().get_one(Ticket, piece.ticket_id), by=agent()):
        raise NotVisible("note" if isinstance(piece, Note) else "message", piece.id)
