"""A ticket's conversation as it is shown: messages, notes and happenings in the order they came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from flask import request, url_for

from helpdesk.desk import remote_pictures
from helpdesk.desk.thread import Thread
from helpdesk.mail.thread import normalised_subject
from helpdesk.models.audit import AuditEvent
from helpdesk.models.message import Attachment, Direction, Message, MessageAddress, Note, Verdict
from helpdesk.models.sending import Sending
from helpdesk.models.ticket import Place
from helpdesk.privacy.access import MessageText, TicketText
from helpdesk.web import delivered, filters, happenings, reasons
from helpdesk.web.auth import db, runtime
from helpdesk.web.delivered import Lost, Reached, State
from helpdesk.web.language import _, ngettext
from helpdesk.web.numbers import whole
from helpdesk.web.paging import listed
from helpdesk.web.words import blocked, protection

_SHOWN_AT_ONCE: Final = 5  # the beginning of a longer conversation is folded
_HAPPENINGS: Final = 3  # in a row; more are folded
_PREVIEW: Final = 140


@dataclass(frozen=True, slots=True)
class Part:
    text: str = field(repr=False)
    is_quote: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A line under a message's head: what was blocked, what is odd."""

    icon: str
    words: str
    detail: str = ""
    action: str = ""  # what a button beside it does, and its words
    button: str = ""


@dataclass(frozen=True, slots=True)
class File:
    name: str = field(repr=False)
    size: int
    icon: str
    url: str
    view_url: str = ""  # its pages to look at
    picture_url: str = ""  # the first of them


@dataclass(frozen=True, slots=True)
class Choice:
    url: str
    words: str
    is_download: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    kind: str
    at: datetime
    anchor: str = ""
    name: str = ""
    email: str = ""
    icon: str = ""
    words: str = ""
    recipients: str = ""
    preview: str = field(default="", repr=False)
    parts: Sequence[Part] = ()
    frame_url: str = ""
    files: Sequence[File] = ()
    remarks: Sequence[Remark] = ()
    links: Sequence[Choice] = ()
    delivery: State | None = None
    lost: Sequence[Lost] = ()
    reached: Sequence[Reached] = ()
    split_url: str = ""
    undo_url: str = ""
    forward_url: str = ""
    redact_url: str = ""
    link_url: str = ""  # where this one stands, whatever becomes of its ticket
    is_open: bool = False
    inner: Sequence["Entry"] = ()  # happenings that came one after the other, folded into one line


def bundled(found: Sequence[Entry]) -> list[Entry]:
    """Many happenings in a row are one line, to be unfolded: the conversation is what is read."""
    made: list[Entry] = []
    for is_event, run in groupby(found, key=lambda entry: entry.kind == "event"):
        several = list(run)
        if is_event and len(several) > _HAPPENINGS:
            words = ngettext("%(num)s change", "%(num)s changes", len(several))
            several = [Entry("events", several[-1].at, icon="layers", words=words, inner=several)]
        made += several
    return made


def entries(
    rows: Thread,
    text: TicketText,
    *,
    as_text: int | None = None,
    as_html: int | None = None,
    waiting: Mapping[int, Sending] | None = None,
    origins: Mapping[int, Place] | None = None,
) -> list[Entry]:
    """All entries, oldest first; answers that wait can be taken back, `origins` are tickets that may be named."""
    made = [_message(message, rows, text, as_text=as_text, as_html=as_html) for message in rows.messages]
    made = [_waiting(entry, message, waiting or {}) for entry, message in zip(made, rows.messages, strict=True)]
    made += [_note(note, rows, text) for note in rows.notes]
    pieces: list[Message | Note] = [*rows.messages, *rows.notes]
    made = [_with_origin(entry, piece, origins or {}) for entry, piece in zip(made, pieces, strict=True)]
    made += [_happening(event, rows) for event in rows.happenings]
    return sorted(made, key=lambda entry: entry.at)


def _with_origin(entry: Entry, piece: Message | Note, known: Mapping[int, Place]) -> Entry:
    """What was merged or split off says where it came from; the number only to who may know of that ticket."""
    number = piece.origin_ticket_id
    if number is None or number == piece.ticket_id:
        return entry
    if number not in known:
        return replace(entry, remarks=[Remark("git-merge", _("From another ticket")), *entry.remarks])
    if known[number] is Place.MERGED:  # its own page leads here
        link = Choice(url_for("history.show", number=number), _("History of #%(number)s", number=number))
    else:
        link = Choice(url_for("tickets.show", number=number), _("Ticket #%(number)s", number=number))
    remark = Remark("git-merge", _("From ticket #%(number)s", number=number))
    return replace(entry, remarks=[remark, *entry.remarks], links=[*entry.links, link])


def _waiting(entry: Entry, message: Message, waiting: Mapping[int, Sending]) -> Entry:
    row = waiting.get(message.id)
    if row is None or entry.lost:
        return entry
    later = _("Leaves %(moment)s", moment=filters.moment(row.leaves_at))
    words = later if row.is_later else _("Leaves in a moment")
    state = State("queued", "clock", words, entry.delivery.detail if entry.delivery else "")
    return replace(entry, delivery=state, undo_url=url_for("replies.take_back", message_id=message.id))


def folded(found: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """A long conversation's beginning, to be folded, and the rest."""
    if len(found) <= _SHOWN_AT_ONCE + 2:
        return [], found
    return found[:-_SHOWN_AT_ONCE], found[-_SHOWN_AT_ONCE:]


def _message(message: Message, rows: Thread, text: TicketText, *, as_text: int | None, as_html: int | None) -> Entry:
    content = text.messages.get(message.id, MessageText("", "", ""))
    is_ours = message.direction is Direction.SENT
    agent = rows.agents.get(message.agent_id or 0)
    name = agent.name if is_ours and agent else message.from_name or message.from_email
    shows_html = _shows_html(message, content, as_text=as_text, as_html=as_html)
    attached = sorted(rows.attachments.get(message.id, ()), key=lambda attachment: attachment.position)
    return Entry(
        kind="from-agent" if is_ours else "from-customer",
        at=message.at,
        anchor=f"message-{message.id}",
        name=name,
        email="" if name == message.from_email else message.from_email,
        recipients=_recipients(rows.addresses.get(message.id, ())),
        preview=" ".join((content.new_text or content.text)[: _PREVIEW * 3].split())[:_PREVIEW],
        parts=parts(content),
        frame_url=_frame_url(message) if shows_html else "",
        files=[_file(attachment, text) for attachment in attached if not (attachment.is_inline and shows_html)],
        remarks=[*_other_subject(message, content, text), *_remarks(message)],
        links=_links(message, content, shows_html=shows_html),
        delivery=delivered.state_of(rows.deliveries.get(message.id, ())),
        lost=delivered.lost(message.ticket_id, rows.deliveries.get(message.id, ())),
        reached=delivered.reached(rows.deliveries.get(message.id, ())),
        forward_url=listed().ticket_url(message.ticket_id, compose="forward", message=message.id) + "#composer",
        redact_url="" if message.erased_at else url_for("redactions.show", message_id=message.id),
        link_url=url_for("messages.show", message_id=message.id),
        split_url="" if is_ours or len(rows.messages) < 2 else url_for("links.split", message_id=message.id),
    )


def _frame_url(message: Message) -> str:
    return url_for("messages.body", message_id=message.id, pictures=1 if _shows_pictures(message) else None)


def _shows_pictures(message: Message) -> bool:
    """Whether this page was asked for with the pictures from elsewhere of this message."""
    return request.args.get("pictures", type=whole) == message.id and remote_pictures.are_offered(db())


def parts(content: MessageText) -> list[Part]:
    """What is new, with what is quoted before and after it folded; all of it where nothing new was found."""
    whole, new = content.text.strip(), content.new_text.strip()
    if not new:
        return [Part(whole)] if whole else []
    at = whole.find(new)
    if at < 0:
        return [Part(new), Part(whole, is_quote=True)] if whole else [Part(new)]
    found = [Part(whole[:at].strip(), is_quote=True), Part(new), Part(whole[at + len(new) :].strip(), is_quote=True)]
    return [part for part in found if part.text]


def _shows_html(message: Message, content: MessageText, *, as_text: int | None, as_html: int | None) -> bool:
    """A letter with tables or pictures shows as it was made; one that is words only reads better as our text."""
    if not (message.has_html and content.html) or message.id == as_text:
        return False
    shown_first = content.new_html or content.html
    is_designed = any(tag in shown_first for tag in ("<table", "<img", "<h1", "<h2", "<hr"))
    return is_designed or message.id == as_html or not content.text.strip()


def _links(message: Message, content: MessageText, *, shows_html: bool) -> list[Choice]:
    here, found = f"#message-{message.id}", []
    if message.has_html and content.html:
        as_text, as_html = (message.id, None) if shows_html else (None, message.id)
        url = url_for("tickets.show", number=message.ticket_id, text=as_text, html=as_html)
        words = _("Show as plain text") if shows_html else _("Show with its formatting")
        found.append(Choice(url + here, words))
    if message.inbound_email_id is not None:
        url = url_for("messages.original", message_id=message.id)
        found.append(Choice(url, _("Original email (.eml)"), is_download=True))
    return found


def _recipients(addresses: Iterable[MessageAddress]) -> str:
    words = {"to": _("to"), "cc": _("cc"), "reply-to": _("answers to"), "bcc": _("bcc")}
    lines = []
    for name, word in words.items():
        of_field = [_label(address) for address in addresses if address.field.replace("_", "-") == name]
        if of_field:
            lines.append(f"{word} {', '.join(of_field)}")
    return " · ".join(lines)


def _label(address: MessageAddress) -> str:
    return f"{address.name} <{address.email}>" if address.name else address.email


def _other_subject(message: Message, content: MessageText, text: TicketText) -> list[Remark]:
    """An answer under another subject may be another matter."""
    is_by_hand = message.direction is Direction.RECEIVED and not message.is_automatic
    if not (is_by_hand and content.subject and text.subject):
        return []
    if normalised_subject(content.subject) == normalised_subject(text.subject):
        return []
    return [Remark("triangle-alert", _("Subject changed: %(subject)s", subject=content.subject))]


def _remarks(message: Message) -> list[Remark]:
    found = []
    if message.is_automatic:
        found.append(Remark("refresh-cw", _("Sent automatically, by a machine")))
    if message.protection:
        found.append(Remark("lock", protection(message.protection)))
    if message.verdict is Verdict.FAIL:
        found.append(Remark("triangle-alert", _("The sender's address could not be verified: it may be forged")))
    if _is_unproven(message):
        found.append(Remark("circle-alert", _("The sender's address is not verified")))
    if message.blocked_count:
        found.append(_blocked(message))
    found += [Remark("circle-alert", reasons.defect(line)) for line in message.defects.splitlines()[:5]]
    return found


def _blocked(message: Message) -> Remark:
    """What was not loaded; with a button where the desk may fetch it."""
    hosts = message.blocked_hosts.split()
    if _shows_pictures(message):
        return Remark("image", _("Remote pictures: this desk fetches them, for ten minutes"), ", ".join(hosts))
    action = url_for("remote_pictures.ask", message_id=message.id) if remote_pictures.are_offered(db()) else ""
    return Remark("image-off", blocked(message.blocked_count, len(hosts)), ", ".join(hosts), action, _("Load them"))


def _is_unproven(message: Message) -> bool:
    """Whether our own mail server should have vouched for the writer, and said nothing."""
    is_a_persons = message.direction is Direction.RECEIVED and not message.is_automatic
    trusts_a_server = bool(runtime().config.mail.trusted_authserv_id)
    return trusts_a_server and is_a_persons and message.verdict is Verdict.NONE


def _file(attachment: Attachment, text: TicketText) -> File:
    kind = attachment.media_type.partition("/")[0]
    icon = {"image": "image", "text": "file-text"}.get(kind, "file")
    icon = "file-text" if attachment.media_type == "application/pdf" else icon
    name = text.attachment_names.get(attachment.id) or _("unnamed file")
    made = File(name, attachment.size, icon, url_for("attachments.show", attachment_id=attachment.id))
    if not attachment.page_count:
        return made
    first = url_for("attachments.page", attachment_id=attachment.id, number=1)
    return replace(made, view_url=url_for("attachments.view", attachment_id=attachment.id), picture_url=first)


def _note(note: Note, rows: Thread, text: TicketText) -> Entry:
    writer, said = rows.agents.get(note.agent_id), text.notes.get(note.id, "")
    return Entry(
        kind="note",
        at=note.at,
        anchor=f"note-{note.id}",
        name=writer.name if writer else _("Somebody"),
        preview=" ".join(said[: _PREVIEW * 3].split())[:_PREVIEW],
        parts=[Part(said)],
        link_url=url_for("notes.show", note_id=note.id),
        redact_url=url_for("redactions.show_note", note_id=note.id),
    )


def _happening(event: AuditEvent, rows: Thread) -> Entry:
    icon, words = happenings.told(event, rows)
    return Entry("event", event.at, icon=icon, words=words)
