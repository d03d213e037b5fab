"""Outreach: a new email to somebody, which begins a ticket."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import composing, drafts, outreach, replies, sendings, sent_before, sizes, tickets
from helpdesk.desk.editor import FileGone, Written
from helpdesk.desk.variables import VariableUnknown
from helpdesk.mail import writing
from helpdesk.mail.address import AddressRefused
from helpdesk.models.draft import Draft
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Ticket
from helpdesk.web import composer, frame, recipients
from helpdesk.web.auth import agent, db
from helpdesk.web.composer import Pad
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.replies import files, why_not

bp = Blueprint("outreach", __name__)

_REFUSED = (
    tickets.Empty,
    replies.NobodyToWriteTo,
    replies.TooMuch,
    writing.TooLong,
    FileGone,
    AddressRefused,
    VariableUnknown,
)


@bp.get("/tickets/new")
def new() -> ResponseReturnValue:
    """An empty page, or with `draft` what was begun on another."""
    return _page(_begun())


@bp.post("/tickets")
def create() -> ResponseReturnValue:
    if not agent().may(Permission.HANDLE):
        raise NotVisible("ticket", 0)
    try:
        with db().begin_nested():
            ticket = _write_down() if "heard" in request.form else _start()
    except _REFUSED as error:
        return _page(_typed(), why_not(error))
    except _NoFiles:
        return _page(_typed(), _("A note takes no files: send an email, or leave them out."))
    except sendings.SentBefore as error:
        return _page(replace(_typed(), key=drafts.new_key(), revision=0), _sent_before(error.number))
    except outreach.NotTheirMailbox:
        raise NotVisible("mailbox", request.form.get("mailbox", 0, type=whole)) from None
    return redirect(url_for("tickets.show", number=ticket.number), code=303)


def _write_down() -> Ticket:
    """What somebody said, as a note; nothing is sent."""
    form, html, draft = request.form, writing.clean(request.form.get("html", ""), {}), _draft()
    subject, key, shown = " ".join(form.get("subject", "").split()), form.get("key", ""), composer.beside()
    if files() or (shown if shown is not None else draft is not None and drafts.files(db(), draft)):
        raise _NoFiles
    text = writing.as_text(html) if writing.is_formatted(html) else form.get("text", "")
    before = sent_before.note(db(), key, text, by=agent(), subject=subject)
    if before is not None:
        return db().get_one(Ticket, before.ticket_id)
    people = [*recipients.read(form.get("to", "")), *recipients.read(form.get("cc", ""))]
    ticket = outreach.write_down(db(), _mailbox(), people, subject, text, by=agent(), key=key)
    if draft is not None:
        drafts.has_left(db(), draft, form.get("text", ""), by=agent(), revision=composer.revision())
    return ticket


def _sent_before(number: int) -> str:
    return _(
        "Another email has left from this page, on #%(number)s. Send it again, and this one leaves too.",
        number=number,
    )


class _NoFiles(Exception):
    """A note can't hold any."""


def _mailbox() -> Mailbox:
    mailbox = db().get(Mailbox, request.form.get("mailbox", 0, type=whole))
    if mailbox is None:
        raise outreach.NotTheirMailbox("choose a mailbox")
    return mailbox


def _start() -> Ticket:
    form = request.form
    written = Written(
        text=form.get("text", ""),
        html=form.get("html", ""),
        mode=Mode.NEW,
        to=recipients.read(form.get("to", "")),
        cc=recipients.read(form.get("cc", "")),
        bcc=recipients.read(form.get("bcc", "")),
        files=files(),
        draft=_draft(),
        revision=composer.revision(),
        beside=composer.beside(),
        key=form.get("key", ""),
        actions=form.getlist("actions"),
        saved=form.getlist("saved", type=whole),
    )
    return sendings.start(db(), _mailbox(), form.get("subject", ""), written, by=agent())


def _draft() -> Draft | None:
    """The draft of this editor, as long as it is on no ticket; nobody else sends it meanwhile."""
    draft = drafts.in_hand(db(), key, by=agent()) if (key := request.form.get("key", "")) else None
    return draft if draft is not None and draft.ticket_id is None else None


def _begun() -> Pad:
    draft_id = request.args.get("draft", type=whole)
    if draft_id is None:
        asked = {name: request.args[name] for name in ("to", "subject") if name in request.args}
        return Pad(drafts.new_key(), fields=asked)
    draft = drafts.find(db(), draft_id, by=agent())
    if draft is None or draft.ticket_id is not None:
        raise NotVisible("draft", draft_id)
    return composer.pad_of(db(), draft, by=agent())


def _typed() -> Pad:
    """What came back, with the files that stood beside it."""
    return composer.typed(db(), by=agent())


def _page(pad: Pad, wrong: str = "") -> ResponseReturnValue:
    if not agent().may(Permission.HANDLE):
        raise NotVisible("ticket", 0)
    begun, mine = drafts.new_emails(db(), by=agent()), outreach.mailboxes(db(), by=agent())
    page = render_template(
        "outreach/new.html",
        desk=frame.around(db(), agent(), "new"),
        mailboxes=mine,
        usual=outreach.usual(mine),
        pad=pad,
        does=composer.does(pad),
        draft_id=next((one.id for one in begun if one.key == pad.key), 0),
        others=sum(one.key != pad.key for one in begun),
        limits={box.id: sizes.most_bytes(box) for box in mine},
        habits=composing.of_agent(db(), agent()),
        wrong=wrong,
    )
    return page, 422 if wrong else 200
