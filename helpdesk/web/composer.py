"""The editor under a conversation: what stands in it, to whom it goes, and what can be done with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import request, url_for
from sqlalchemy.orm import Session

from helpdesk.desk import (
    composing,
    drafts,
    news,
    quotation,
    replies,
    saved_replies,
    signatures,
    sizes,
    snooze,
)
from helpdesk.desk.composing import Sending as Habits
from helpdesk.desk.news import Seen
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft, DraftFile, DraftKind
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.drafts import DraftText
from helpdesk.web import actions, discarded, recipients
from helpdesk.web.auth import runtime
from helpdesk.web.discarded import Discarded
from helpdesk.web.language import _, ngettext
from helpdesk.web.numbers import whole
from helpdesk.web.paging import listed

_NUMBER: Final = re.compile(r"[0-9]{1,15}")
MODES = ("all", "sender", "forward", "note")


@dataclass(frozen=True, slots=True)
class FileShown:
    id: int
    name: str = field(repr=False)
    size: int
    url: str = ""
    is_chosen: bool = True


@dataclass(frozen=True, slots=True)
class Pad:
    """One of the two texts of an editor: a reply, or a note."""

    key: str
    revision: int = 0
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Sequence[FileShown] = ()

    @property
    def beside(self) -> str:
        """Its files, as the form says which of them stand on the screen."""
        return ",".join(str(file.id) for file in self.files)

    @property
    def saved(self) -> list[str]:
        """The saved replies it began with."""
        return [number for number in self.fields.get("saved", "").split(",") if number]


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back when it could not be sent: it stands in the editor again, with the reason."""

    kind: str = "reply"
    pad: Pad | None = None  # what stands in the editor; None where nothing was typed, and its draft does
    wrong: str = ""
    held: str = ""  # what came meanwhile, in words
    then: str = "stay"
    merged: int = 0  # the ticket it was written on, which was merged into this one meanwhile


@dataclass(frozen=True, slots=True)
class OtherDraft:
    id: int
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Which email of the ticket is passed on, where it is not the last."""

    id: int
    name: str
    at: datetime
    last_url: str


@dataclass(frozen=True, slots=True)
class Composer:
    mode: str
    reply: Pad
    note: Pad
    fields: Mapping[str, str] = field(repr=False)
    choices: Mapping[str, Mapping[str, str]] = field(repr=False)  # of each mode, its To and Cc
    last: Sequence[Address]  # who is on the last email
    left_out: Sequence[Address]
    forwards: Forwarded | None
    originals: Sequence[FileShown]
    others: Sequence[OtherDraft]
    signature: str
    quotes: bool
    habits: Habits
    actions: Sequence[tuple[str, str]]
    later: Sequence[tuple[str, str]]
    seen: Seen
    limit: int
    wrong: str = ""
    held: str = ""
    merged: int = 0
    then: str = "stay"
    draft_id: int = 0
    discarded: Sequence[Discarded] = ()

    @property
    def last_people(self) -> list[dict[str, str]]:
        return [{"name": one.name, "email": one.email} for one in self.last]


def of(session: Session, ticket: Ticket, names: Mapping[int, str], *, by: Agent, typed: Typed | None) -> Composer:
    """The editor of a ticket that its reader may read; `names` are those of its files."""
    own = drafts.of_ticket(session, ticket, by=by)
    reply, note = (_pad(session, own, kind, typed, by=by) for kind in (DraftKind.REPLY, DraftKind.NOTE))
    choices = _choices(session, ticket)
    mode = _mode(reply, note, typed)
    fields = dict(choices["sender" if mode == "sender" else "all"]) | dict(reply.fields)
    last = _on_last(session, ticket)
    mailbox = session.get_one(Mailbox, ticket.mailbox_id)
    forwards = _forwards(session, ticket, reply, typed)
    held, merged = (typed.held, typed.merged) if typed else _came(session, ticket, own, reply)
    return Composer(
        mode=mode,
        reply=reply,
        note=note,
        fields=fields,
        choices=choices,
        last=last,
        left_out=left_out(last, fields),
        forwards=forwards,
        originals=_originals(session, ticket, forwards.id if forwards else None, reply, names),
        others=_others(session, own, reply, by=by),
        signature=signatures.under(session, mailbox, by=by),
        quotes=composing.quotes_history(session),
        habits=composing.of_agent(session, by),
        actions=does(reply),
        later=moments(),
        seen=news.latest(session, ticket),
        limit=sizes.most_bytes(mailbox),
        wrong=typed.wrong if typed else "",
        held=held,
        merged=merged,
        then=typed.then if typed else "stay",
        draft_id=next((one.id for one in own if one.key == reply.key), 0),
        discarded=discarded.lately_on(session, ticket, by=by),
    )  # fmt: skip


def came(messages: int, notes: int) -> str:
    """What came while somebody wrote, in words."""
    words = [ngettext("%(num)s new message", "%(num)s new messages", messages)] if messages else []
    words += [ngettext("%(num)s new note", "%(num)s new notes", notes)] if notes else []
    return ", ".join(words)


def _came(session: Session, ticket: Ticket, own: Sequence[Draft], reply: Pad) -> tuple[str, int]:
    """Of a draft that waits to be decided about, what held it; its writer is asked wherever they see it."""
    draft = next((one for one in own if one.key == reply.key and one.held_at is not None), None)
    if draft is None:
        return "", 0
    if draft.ticket_id not in {None, ticket.id}:
        return "", draft.ticket_id or 0
    seen = Seen(draft.seen_message, draft.seen_note, draft.seen_merge)
    return came(*news.since(session, ticket, seen)), 0


def left_out(last: Sequence[Address], fields: Mapping[str, str]) -> list[Address]:
    """Who of the last email is in none of the fields."""
    there = {email for name in ("to", "cc", "bcc") for email in recipients.emails(fields.get(name, ""))}
    return [one for one in last if one.email.lower() not in there]


def does(pad: Pad) -> list[tuple[str, str]]:
    """What is done with the ticket when it is sent: as a form sends it, and in words."""
    return [(each, actions.words(each)) for each in pad.fields.get("actions", "").splitlines() if each]


def moments() -> list[tuple[str, str]]:
    """What is offered for later: the moment as a form sends it, and its words."""
    words = {
        "today": _("In three hours"),
        "tomorrow": _("Tomorrow at 9:00"),
        "monday": _("Monday at 9:00"),
        "week": _("In a week"),
    }
    found = snooze.presets(zone())
    return [(at.isoformat(timespec="minutes"), words[name]) for name, at in found.items()]


def zone() -> ZoneInfo:
    return ZoneInfo(runtime().config.desk.time_zone)


def seen() -> Seen | None:
    """What the page showed, as its form says; None where it says nothing."""
    message, note, merge = (request.form.get(name, type=whole) for name in ("seen", "seen_note", "seen_merge"))
    return None if message is None else Seen(message, note or 0, merge or 0)


def revision() -> int:
    """Of the draft, as the editor knows it."""
    return request.form.get("revision", 0, type=whole)


def beside() -> list[int] | None:
    """The files that the editor showed beside the text; None where the form does not say."""
    given = request.form.get("beside")
    return None if given is None else [int(each) for each in _NUMBER.findall(given)]


def typed(session: Session, *, by: Agent) -> Pad:
    """What came with the form, as its window had it: its files and its revision too, whatever another window did."""
    key, shown = request.form.get("key", "") or drafts.new_key(), beside()
    draft = drafts.of_key(session, key, by=by)
    if shown is None:
        kept = pad_of(session, draft, by=by).files if draft else ()
    else:
        kept = _files(session, drafts.files_of(session, shown, by=by), by=by)
    form = request.form
    return Pad(key, revision(), form.get("text", ""), form.get("html", ""), fields(), kept)


def fields() -> dict[str, str]:
    """The fields of the form, as they are kept with a draft."""
    found = {name: request.form.get(name, "") for name in ("mode", "to", "cc", "bcc", "forward_to", "forwarded")}
    found["originals"] = ",".join(request.form.getlist("originals"))
    found["actions"] = "\n".join(request.form.getlist("actions"))
    found["saved"] = ",".join(request.form.getlist("saved"))
    return found | {name: request.form[name] for name in ("subject", "mailbox", "heard") if name in request.form}


def said() -> DraftText:
    """What the form says, as a draft keeps it."""
    return DraftText(request.form.get("text", ""), request.form.get("html") or None, drafts.written(fields()))


def pad_of(session: Session, draft: Draft, *, by: Agent) -> Pad:
    """A draft as it stands in an editor again. Raises AccessDenied."""
    said = gate.read(session, draft, by=by)
    files = _files(session, drafts.files(session, draft), by=by)
    return Pad(draft.key, draft.revision, said.text, said.html or "", drafts.read(said.fields), files)


def _files(session: Session, rows: Sequence[DraftFile], *, by: Agent) -> list[FileShown]:
    of = {row.draft_id: session.get_one(Draft, row.draft_id) for row in rows}
    names = {number: name for one in of.values() for number, name in gate.file_names(session, one, by=by).items()}
    return [
        FileShown(row.id, names.get(row.id, ""), row.size, url_for("drafts.file", file_id=row.id)) for row in rows
    ]


def _pad(session: Session, own: Sequence[Draft], kind: DraftKind, typed: Typed | None, *, by: Agent) -> Pad:
    if typed is not None and typed.kind == kind.value and typed.pad is not None:
        return typed.pad
    draft = next((one for one in own if one.kind is kind), None)
    return Pad(drafts.new_key()) if draft is None else pad_of(session, draft, by=by)


def _mode(reply: Pad, note: Pad, typed: Typed | None) -> str:
    asked = request.args.get("compose", "")
    if typed is not None:
        asked = "note" if typed.kind == "note" else reply.fields.get("mode", "")
    elif not asked and note.text and not reply.text:
        asked = "note"
    asked = asked or reply.fields.get("mode", "")
    return asked if asked in MODES else "all"


def _forwards(session: Session, ticket: Ticket, reply: Pad, typed: Typed | None) -> Forwarded | None:
    """The email that was chosen to be forwarded, if it is one of this ticket's."""
    asked = request.args.get("message", type=whole) if typed is None else None
    drafted = reply.fields.get("forwarded", "")
    chosen = asked or (int(drafted) if _NUMBER.fullmatch(drafted) else None)
    try:
        message = quotation.original(session, ticket, chosen) if chosen else None
    except quotation.NotOnTheTicket:
        message = None
    if message is None:
        return None
    last_url = listed().ticket_url(ticket.number, compose="forward") + "#composer"
    return Forwarded(message.id, message.from_name or message.from_email, message.at, last_url)


def _originals(
    session: Session, ticket: Ticket, forwarded: int | None, reply: Pad, names: Mapping[int, str]
) -> list[FileShown]:
    """The files of what would be forwarded; all go along, but for those that a draft of this very email left out."""
    is_drafted = bool(reply.fields) and str(forwarded or "") == reply.fields.get("forwarded", "")
    wanted = reply.fields.get("originals", "").split(",") if is_drafted else None
    return [
        FileShown(
            row.id, names.get(row.id) or _("unnamed file"), row.size, "", wanted is None or str(row.id) in wanted
        )
        for row in quotation.originals(session, ticket, forwarded)
    ]


def _choices(session: Session, ticket: Ticket) -> dict[str, dict[str, str]]:
    everybody = replies.recipients(session, ticket)
    writer = replies.writer_of_last(session, ticket) or everybody.to
    return {
        "all": {"to": recipients.written(everybody.to), "cc": recipients.written(everybody.cc)},
        "sender": {"to": recipients.written(writer), "cc": ""},
    }


def _on_last(session: Session, ticket: Ticket) -> list[Address]:
    last = {one.email: one for one in replies.writer_of_last(session, ticket)}
    return list((last | {one.email: one for one in replies.of_last_email(session, ticket)}).values())


def _others(session: Session, own: Sequence[Draft], reply: Pad, *, by: Agent) -> list[OtherDraft]:
    replies_of_mine = [one for one in own if one.kind is DraftKind.REPLY and one.key != reply.key]
    return [
        OtherDraft(one.id, one.changed_at, gate.read(session, one, by=by).text[:2_000])
        for one in replies_of_mine[: saved_replies.MOST_ACTIONS]
    ]
