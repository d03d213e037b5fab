"""Replies: what an agent writes to a customer is sent, held, put off, or taken back."""

import mimetypes
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from babel.numbers import format_decimal
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.desk import (
    composing,
    drafts,
    inbox,
    quotation,
    replies,
    saved_replies,
    sendings,
    sizes,
    taking_back,
    tickets,
)
from helpdesk.desk.editor import FileGone, Written
from helpdesk.desk.news import Seen
from helpdesk.desk.sendings import After, Held
from helpdesk.desk.snooze import NotToBeSnoozed
from helpdesk.desk.variables import VariableUnknown
from helpdesk.mail import writing
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.models.draft import DraftKind
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Ticket
from helpdesk.web import composer, messages, recipients
from helpdesk.web.auth import agent, db
from helpdesk.web.composer import Typed
from helpdesk.web.language import _, locale
from helpdesk.web.numbers import whole
from helpdesk.web.paging import listed
from helpdesk.web.tickets import back_to, followed, handle, page, to_list

bp = Blueprint("replies", __name__)

_REFUSED = (
    tickets.Empty,
    writing.TooLong,
    FileGone,
    quotation.NotOnTheTicket,
    replies.NobodyToWriteTo,
    replies.TooMuch,
    AddressRefused,
    VariableUnknown,
    NotToBeSnoozed,
    sendings.NotAMoment,
    saved_replies.ActionUnknown,
    tickets.NotOfTheTeam,
)


@bp.post("/tickets/<int:number>/replies")
def create(number: int) -> ResponseReturnValue:
    """Send what stands in the editor; nothing leaves where something came that its writer has not seen."""
    ticket = handle(number)
    following = _following(ticket)
    try:
        with db().begin_nested():
            sendings.send(db(), ticket, _written(), by=agent(), after=_after())
    except Held as held:
        return _held(ticket, held)
    except _REFUSED as error:
        return page(ticket, Typed("reply", composer.typed(db(), by=agent()), why_not(error), then=_then()))
    return _onwards(number, following)


@bp.post("/messages/<int:message_id>/undo")
def take_back(message_id: int) -> ResponseReturnValue:
    """Take an answer back before it leaves: it stands in its writer's editor again."""
    message = messages.find(message_id)
    ticket = handle(message.ticket_id)
    try:
        with db().begin_nested():
            taking_back.take_back(db(), message, by=agent())
    except taking_back.TooLate:
        return page(ticket, wrong=_("It is too late: the answer is on its way."))
    return back_to(ticket.number)


@dataclass(frozen=True, slots=True)
class Undo:
    message_id: int
    number: int
    seconds: int


def undoable() -> Undo | None:
    """The answer that this agent has just sent, while it can be taken back."""
    row = taking_back.undoable(db(), by=agent())
    if row is None:
        return None
    return Undo(row.message_id, row.ticket_id, max(1, ceil((row.leaves_at - clock.now()).total_seconds())))


def why_not(error: Exception) -> str:
    if isinstance(error, replies.TooMuch):
        return _too_much(error)
    if isinstance(error, VariableUnknown):
        return _("There is no value for %(names)s: write something in its place.", names=", ".join(error.names))
    if isinstance(error, writing.TooLong):
        return too_long()
    said = {
        tickets.Empty: _("Write something first."),
        replies.NobodyToWriteTo: _("Choose whom to write to: there is nobody but ourselves."),
        FileGone: _("A file or a picture was taken off in another window: look at what is left, and send it again."),
        quotation.NotOnTheTicket: _("The email to forward is on another ticket by now: nothing was sent."),
        NotToBeSnoozed: _("Choose a moment to come."),
        saved_replies.ActionUnknown: _("Take off what is to be done besides: there is no such action any more."),
        tickets.NotOfTheTeam: _("Take off whom the ticket is given to: only an agent of its team can have it."),
        sendings.NotAMoment: _("Choose a moment to come."),
    }
    return said.get(type(error), _("One of the addresses can't be written to."))


def _too_much(error: replies.TooMuch) -> str:
    if not error.most_bytes:
        people = replies.MOST_RECIPIENTS
        return _("An email goes to %(most)s people at most: write to some of them apart.", most=people)
    most = format_decimal(error.most_bytes / sizes.MEGABYTE, "#,##0.#", locale=locale())
    return _("An email from this mailbox takes %(most)s MB of text and files: send some of them apart.", most=most)


def too_long() -> str:
    most = format_decimal(writing.LONGEST, locale=locale())
    return _(
        "A text has %(most)s characters at most, its formatting among them: send a part of it as a file.", most=most
    )


def files() -> list[OutgoingAttachment]:
    """The files that a form without a script brings along."""
    return [
        OutgoingAttachment(
            name=file.filename or _("unnamed file"), media_type=media_type(file.filename or ""), payload=file.read()
        )
        for file in request.files.getlist("files")
        if file.filename
    ]


def media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _written() -> Written:
    mode = Mode(given) if (given := request.form.get("mode", "all")) in {"all", "sender", "forward"} else Mode.ALL
    to = request.form.get("forward_to" if mode is Mode.FORWARD else "to")
    key = request.form.get("key", "")
    draft = drafts.in_hand(db(), key, by=agent()) if key else None
    copies = request.form.get("cc") if to is not None and mode is not Mode.FORWARD else None
    return Written(
        text=request.form.get("text", ""),
        html=request.form.get("html", ""),
        mode=mode,
        to=None if to is None else recipients.read(to),
        cc=None if to is None else recipients.read(copies or ""),
        bcc=recipients.read(request.form.get("bcc", "")) if mode is not Mode.FORWARD else (),
        files=files(),
        forwarded=request.form.get("forwarded", type=whole),
        originals=request.form.getlist("originals", type=whole),
        draft=draft,
        revision=composer.revision(),
        beside=composer.beside(),
        key=key,
        seen=composer.seen(),
        actions=request.form.getlist("actions"),
        saved=request.form.getlist("saved", type=whole),
    )


def _after() -> After:
    then, asleep, later = (request.form.get(name, "") for name in ("then", "snooze", "later"))
    if later == "chosen":
        later = request.form.get("later_at", "")
    return After(
        then="snooze" if asleep else then or "stay",
        at=_moment(later) if later else None,
        snooze_until=_moment(asleep) if asleep not in {"", "reply"} else None,
    )


def _moment(typed: str) -> datetime:
    """A moment as a form sends it; one without a zone is the desk's. Raises NotAMoment."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise sendings.NotAMoment("this is no moment") from None
    return at if at.tzinfo else at.replace(tzinfo=composer.zone())


def _then() -> str:
    return request.form.get("then", "stay")


def _held(ticket: Ticket, held: Held) -> ResponseReturnValue:
    """Nothing left: what was written is a draft that waits to be decided about, and what is new is shown."""
    key = request.form.get("key", "") or drafts.new_key()
    came, typed = composer.came(held.messages, held.notes), composer.typed(db(), by=agent())
    seen, revision = composer.seen() or Seen(), composer.revision()
    try:
        draft = drafts.keep_held(
            db(), ticket, DraftKind.REPLY, key, composer.said(),
            by=agent(), revision=revision, seen=seen, beside=composer.beside() or (),
        )  # fmt: skip
    except writing.TooLong:
        return page(ticket, Typed("reply", typed, too_long(), then=_then()))
    pad = composer.pad_of(db(), draft, by=agent()) if draft else typed
    if held.merged_into is None:
        return page(ticket, Typed("reply", pad, held=came, then=_then()))
    on = followed(ticket)
    if on is None:
        wrong = _("This ticket was merged into one that you may not open: nothing was sent.")
        return page(ticket, Typed("reply", pad, wrong, then=_then()))
    return page(on, Typed("reply", pad, then=_then(), merged=ticket.number))


def _following(ticket: Ticket) -> str:
    """Where to go on after this ticket: the next one of its list, as it stands before anything changes."""
    here, goes_to = listed(), composing.of_agent(db(), agent()).goes_to
    if goes_to == "list":
        return here.back_url
    if goes_to == "next" and not here.words:
        following = inbox.following(db(), agent(), here.view, ticket, here.part, is_turned=here.is_turned)
        return here.ticket_url(following.number) if following else here.back_url
    return ""


def _onwards(number: int, following: str) -> ResponseReturnValue:
    if not following:
        return back_to(number)
    return redirect(following, code=303) if following.startswith("/tickets/") else to_list(following)
