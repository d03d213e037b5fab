"""Drafts: saved while their writer types, listed, joined, discarded; and the files that will go with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import customers, discarded, drafts, sent_before, sizes
from helpdesk.desk.news import Seen
from helpdesk.desk.replies import TooMuch
from helpdesk.mail.writing import TooLong
from helpdesk.models.draft import Draft, DraftFile, DraftKind
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy import drafts as gate
from helpdesk.web import attachments, composer, frame, replies
from helpdesk.web import discarded as gone
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.headers import FILE_POLICY
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.paging import listed
from helpdesk.web.tickets import back_to, handle

bp = Blueprint("drafts", __name__)

_PREVIEW = 200
_LISTS: Final = {"drafts": "drafts.index", "waiting": "waiting.index"}
_MODE_OF: Final[dict[DraftKind, dict[str, str]]] = {DraftKind.NOTE: {"compose": "note"}}


@dataclass(frozen=True, slots=True)
class DraftRow:
    id: int
    number: int  # of its ticket; 0 for a new email, which has none
    url: str
    customer: str
    subject: str | None
    text: str
    at: datetime
    is_note: bool
    is_held: bool


@bp.get("/drafts")
def index() -> ResponseReturnValue:
    found = rows(drafts.listed(db(), by=agent()), "drafts") + [_new_email(one) for one in new_emails()]
    found.sort(key=lambda row: row.at, reverse=True)
    desk = frame.around(db(), agent(), "drafts")
    return render_template("drafts/index.html", desk=desk, rows=found, gone=gone.lately())


@bp.post("/tickets/<int:number>/drafts")
def save(number: int) -> ResponseReturnValue:
    """What stands in an editor, a second after the last key. Answers by what the draft is called from now on."""
    return _save(handle(number), _kind())


@bp.post("/tickets/new/drafts")
def save_new() -> ResponseReturnValue:
    """The same of an email that will begin a ticket; its page goes on at an address of its own."""
    _may_write_first()
    return _save(None, DraftKind.NEW)


def _save(ticket: Ticket | None, kind: DraftKind) -> ResponseReturnValue:
    key = _key()
    try:
        saved = _saved(ticket, kind, key)
    except TooLong:
        return {"wrong": replies.too_long()}, 413
    if saved is None:
        return {"key": key, "revision": 0, "words": "", "url": url_for("outreach.new") if ticket is None else ""}
    words = _("Another window has written here too: both drafts are kept.") if saved.is_copy else _("Draft saved")
    return {
        "key": saved.draft.key,
        "revision": saved.draft.revision,
        "is_copy": saved.is_copy,
        "files": saved.files,
        "removal": url_for(".discard", draft_id=saved.draft.id),
        "words": words,
        "url": _page_of(saved.draft),
    }


def _saved(ticket: Ticket | None, kind: DraftKind, key: str) -> drafts.Saved | None:
    said, revision, seen = composer.said(), composer.revision(), composer.seen() or Seen()
    if drafts.in_hand(db(), key, by=agent()) is None and sent_before.covers(db(), key, said.text, by=agent()):
        return None  # sent meanwhile
    beside = composer.beside() or ()
    return drafts.save(db(), ticket, kind, key, said, by=agent(), revision=revision, seen=seen, beside=beside)


@bp.post("/drafts/<int:draft_id>/removal")
def discard(draft_id: int) -> ResponseReturnValue:
    """What stands in this window goes; what another has written into the same draft since does not."""
    draft = _find(draft_id)
    if request.form.get("revision", draft.revision, type=whole) == draft.revision:
        discarded.discard(db(), draft)
    return _onwards(draft) or redirect(url_for(".index"), code=303)


@bp.post("/drafts/<int:draft_id>/removal/undoing")
def bring_back(draft_id: int) -> ResponseReturnValue:
    """It stands in its editor again; or, from a list of drafts, in that list."""
    try:
        draft = discarded.bring_back(db(), draft_id, by=agent())
    except discarded.TooLate:
        draft = None
    if draft is None:
        raise NotVisible("draft", draft_id)
    return _onwards(draft, **_MODE_OF.get(draft.kind, {})) or redirect(_page_of(draft), code=303)


def _onwards(draft: Draft, **more: str) -> ResponseReturnValue | None:
    """To where somebody was; None from the page of a new email, which has no other."""
    back = _LISTS.get(request.form.get("from", ""))
    if back is not None:
        return redirect(url_for(back), code=303)
    if draft.ticket_id is None:
        return None
    return redirect(listed().ticket_url(draft.ticket_id, **more), code=303)


@bp.post("/drafts/<int:draft_id>/join")
def join(draft_id: int) -> ResponseReturnValue:
    """Put this draft under the one that stands in the editor, or let it be the only one."""
    draft = _find(draft_id)
    if draft.ticket_id is None:
        raise NotVisible("draft", draft_id)
    other = drafts.of_key(db(), request.form.get("key", ""), by=agent())
    if other is not None and request.form.get("how") == "replace":
        discarded.discard(db(), other)
    elif other is not None:
        drafts.join(db(), other, draft, by=agent())
    return back_to(draft.ticket_id)


@bp.post("/tickets/<int:number>/drafts/files")
def add_file(number: int) -> ResponseReturnValue:
    return _add_file(handle(number), _kind())


@bp.post("/tickets/new/drafts/files")
def add_file_to_new() -> ResponseReturnValue:
    _may_write_first()
    return _add_file(None, DraftKind.NEW)


def _add_file(ticket: Ticket | None, kind: DraftKind) -> ResponseReturnValue:
    key, given = _key(), request.files.get("file")
    if given is None:
        abort(400)
    draft = drafts.begun(db(), ticket, kind, key, by=agent(), seen=composer.seen() or Seen())
    name, most = given.filename or _("unnamed file"), _most_bytes(ticket)
    try:
        file = drafts.add_file(
            db(), draft, name=name, media_type=replies.media_type(name), body=given.read(), most=most
        )
    except TooMuch as error:
        return {"wrong": replies.why_not(error)}, 413
    url = url_for(".file", file_id=file.id)
    return {"id": file.id, "name": name, "size": file.size, "url": url, "revision": draft.revision,
            "page": _page_of(draft)}  # fmt: skip


@bp.get("/drafts/files/<int:file_id>")
def file(file_id: int) -> Response:
    """A file of one's own draft; a picture is shown in the editor, everything else is only a file."""
    body = gate.read_file(db(), _find_file(file_id), by=agent())
    kind = attachments.kind_of(body.body)
    answer = Response(body.body, content_type=kind)
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    if not kind.startswith("image/"):
        answer.headers.set("Content-Disposition", "attachment", filename=attachments.safe_name(body.name))
    return answer


@bp.post("/drafts/files/<int:file_id>/removal")
def remove_file(file_id: int) -> ResponseReturnValue:
    found = _find_file(file_id)
    draft = db().get_one(Draft, found.draft_id)
    gate.drop_file(db(), found)
    return back_to(draft.ticket_id) if draft.ticket_id is not None else redirect(_page_of(draft), code=303)


def rows(pairs: Sequence[tuple[Draft, Ticket]], view: str) -> list[DraftRow]:
    """Drafts with what their tickets show to their writer."""
    tickets = list({ticket.id: ticket for _draft, ticket in pairs}.values())
    seen = access.glimpse(db(), tickets, by=agent(), view=view)
    names = customers.labels(db(), [ticket.customer for ticket in tickets])
    return [
        DraftRow(
            draft.id, ticket.number, url_for("tickets.show", number=ticket.number), names[ticket.customer_id],
            seen[ticket.id].subject if ticket.id in seen else None,
            gate.read(db(), draft, by=agent()).text[:_PREVIEW], draft.changed_at,
            draft.kind is DraftKind.NOTE, draft.held_at is not None,
        )
        for draft, ticket in pairs
    ]  # fmt: skip


def new_emails() -> Sequence[Draft]:
    """The emails that this agent began to write and that are on no ticket yet."""
    return drafts.new_emails(db(), by=agent())


def _new_email(draft: Draft) -> DraftRow:
    said = gate.read(db(), draft, by=agent())
    fields = drafts.read(said.fields)
    return DraftRow(
        draft.id, 0, _page_of(draft), fields.get("to", ""), fields.get("subject", ""), said.text[:_PREVIEW],
        draft.changed_at, is_note=False, is_held=False,
    )  # fmt: skip


def _page_of(draft: Draft) -> str:
    """Where a new email goes on; "" for what is written on a ticket, which has its page."""
    return "" if draft.ticket_id is not None else url_for("outreach.new", draft=draft.id)


def _most_bytes(ticket: Ticket | None) -> int:
    """What fits into an email of the ticket's mailbox, or of the one a new email is to leave from."""
    number = ticket.mailbox_id if ticket else request.form.get("mailbox", 0, type=whole)
    mailbox = db().get(Mailbox, number)
    return sizes.most_bytes(mailbox) if mailbox else sizes.MOST_BYTES


def _may_write_first() -> None:
    if not agent().may(Permission.HANDLE):
        raise NotVisible("ticket", 0)


def _key() -> str:
    key = request.form.get("key", "")
    if not 8 <= len(key) <= 64:
        abort(400)
    return key


def _kind() -> DraftKind:
    return DraftKind.NOTE if request.form.get("kind") == "note" else DraftKind.REPLY


def _find(draft_id: int) -> Draft:
    draft = drafts.find(db(), draft_id, by=agent())
    if draft is None:
        raise NotVisible("draft", draft_id)
    return draft


def _find_file(file_id: int) -> DraftFile:
    found = drafts.find_file(db(), file_id, by=agent())
    if found is None:
        raise NotVisible("draft_file", file_id)
    return found
