"""Bytes to a ParsedEmail: the one door by which email comes in."""

import email
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message

from helpdesk.mail import (
    attachments,
    authentication,
    body,
    charsets,
    headers,
    html,
    html_text,
    invitations,
    privacy_request,
    protection,
    quote,
    screening,
    splitting,
)
from helpdesk.mail.headers import Envelope, Header
from helpdesk.mail.limits import Limits
from helpdesk.mail.parsed import Invitation, NestedEmail, ParsedAttachment, ParsedEmail, Part, SafeHtml
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.mail.screened import Kind
from helpdesk.mail.tree import Node, TreeBuilder

LONGEST_PART = 64 * 1024
"""So much of each part is kept as text for recognising reports."""

_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_FIELD = re.compile(rb"[!-9;-~]{1,200}:")
_AUTHOR = re.compile(rb"^from[ \t]*:", re.IGNORECASE | re.MULTILINE)
_UNFOLDED = re.compile(rb"(?<=\n)(?![^\s:]{1,200}:|[ \t\r\n])", re.MULTILINE)
_LETTERS = frozenset({"message/rfc822", "message/global", "message/news"})
_READ_PARTS = frozenset({"text/rfc822-headers", "text/plain"})


class Unreadable(Exception):
    """No email can be made of these bytes; the reason holds nothing of them."""


def read(raw: bytes, limits: Limits | None = None) -> ParsedEmail:
    """Understand an email. Whatever the bytes are, the answer is a value or Unreadable."""
    if not raw.strip(b"\0 \t\r\n"):
        raise Unreadable("there is nothing in it")
    try:
        return _read(raw, limits or Limits())
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - hostile bytes find every gap: the email waits, the next goes on
        raise Unreadable(f"the reader failed ({type(error).__name__})") from None  # its words could hold content


def _read(raw: bytes, limits: Limits) -> ParsedEmail:
    builder = TreeBuilder(limits)
    message = _tree(raw, limits, builder.defects)
    root = builder.build(message)
    understood = _understood(root, builder.defects, limits)
    screened = screening.screen(understood)
    asked = _requests_in(understood) if screened.kind is Kind.ORDINARY else ()
    return replace(understood, screening=screened, requests=asked)


def _requests_in(understood: ParsedEmail) -> tuple[RequestKind, ...]:
    new_text = understood.trimmed.shown or understood.text
    return privacy_request.requests_in(new_text, subject=understood.subject)


def _tree(raw: bytes, limits: Limits, defects: dict[str, None]) -> Message:
    """Build the standard library's tree of what the limits allow."""
    raw = _without_blank_start(raw, defects)
    found = _HEADER_END.search(raw)
    end = found.start() if found else len(raw)
    if end > limits.header_bytes:
        defects["its header is longer than the limit: the rest of it was left out"] = None
        cut = raw.rfind(b"\n", 0, limits.header_bytes)
        raw = raw[: cut if cut > 0 else limits.header_bytes] + raw[end:]
        end = min(end, limits.header_bytes)
    if len(raw) > limits.email_bytes:
        defects["it is larger than the limit: only its header was read"] = None
        raw = _without_type(raw[:end]) + b"\n\n"
    try:
        message = splitting.message_of(raw)
        mended = _refolded(raw, message, defects)
        return message if mended is None else email.message_from_bytes(mended)
    except RecursionError:
        defects["nested deeper than the limit: only its header was read"] = None
        return email.message_from_bytes(_without_type(raw[:end]) + b"\n\n")


def _without_blank_start(raw: bytes, defects: dict[str, None]) -> bytes:
    """Blank lines above the header would make a text of it: leave them out where an author is named below."""
    if raw[:1] not in {b"\r", b"\n"}:
        return raw
    rest = raw.lstrip(b"\r\n")
    found = _HEADER_END.search(rest)
    header = rest[: found.start()] if found else rest
    if _FIELD.match(header) is None or _AUTHOR.search(header[:LONGEST_PART]) is None:
        return raw
    defects["blank lines stand above its header"] = None
    return rest


def _refolded(raw: bytes, message: Message, defects: dict[str, None]) -> bytes | None:
    """Mend a header whose folded lines lost their leading space, if its author was cut off by that."""
    if not any(isinstance(each, MissingHeaderBodySeparatorDefect) for each in message.defects) or message["from"]:
        return None
    found = _HEADER_END.search(raw)
    header, rest = (raw[: found.start()], raw[found.start() :]) if found else (raw, b"")
    if not _AUTHOR.search(header):
        return None
    defects["lines of its header are not folded as they should be"] = None
    return _UNFOLDED.sub(rb" \g<0>", header) + rest


def _without_type(header: bytes) -> bytes:
    return re.sub(rb"(?im)^content-type:", b"X-Content-Type:", header)


def _understood(root: Node, defects: dict[str, None], limits: Limits) -> ParsedEmail:
    header = root.header
    envelope = _envelope(header, defects)
    letter = body.letter_of(root)
    files = attachments.collect(letter, limits)
    defects |= letter.defects | files.defects
    source = letter.html or files.html
    invitation = _invitation(letter)
    text = letter.text or files.text or html_text.text_of(files.html) or (invitation.as_text if invitation else "")
    inline = attachments.inline(files.attachments)
    safe = html.sanitise(source, inline) if source else SafeHtml()
    trimmed = quote.new_part_of(text if letter.has_text or not source else "", source)
    return ParsedEmail(
        message_id=next(iter(headers.message_ids(header.all("message-id")[:1])), ""),
        in_reply_to=headers.message_ids(header.all("in-reply-to")),
        references=headers.message_ids(header.all("references")),
        subject=headers.subject(header),
        senders=envelope.senders,
        to=envelope.to,
        cc=envelope.cc,
        reply_to=envelope.reply_to,
        return_path=headers.return_path(header),
        date=envelope.date,
        text=text,
        html=source,
        text_with_files="\n\n".join(letter.unopened),
        safe_html=safe,
        safe_new_html=_without_folds(trimmed.new_html, source, inline),
        attachments=tuple(_shown(files.attachments, safe)),
        nested=tuple(_nested(node) for node in _letters_inside(root)),
        invitation=invitation,
        parts=tuple(_parts(root)),
        headers=header.decoded(),
        authentication=authentication.results(header),
        protection=protection.kind(root, text),
        defects=tuple(defects),
        trimmed=replace(trimmed, new_html=""),
    )


def _envelope(header: Header, defects: dict[str, None]) -> Envelope:
    try:
        envelope = headers.envelope(header)
    except Exception:  # noqa: BLE001 - mail-parser raises foreign exceptions on hostile mail, and this is their one catch
        defects["mail-parser gave up on its header"] = None
        envelope = headers.plain_envelope(header)
    if len(header.all("from")) > 1 or len(envelope.senders) > 1:
        defects["it names more than one sender"] = None
    if not envelope.senders:
        defects["it names no sender"] = None
    elif not header.all("from"):
        defects["it has no From: another of its headers stands for it"] = None
    if len(header.all("subject")) > 1:
        defects["it has more than one subject"] = None
    if header.all("date") and envelope.date is None:
        defects["its date makes no sense"] = None
    return envelope


def _without_folds(new: str, source: str, inline: Mapping[str, int]) -> SafeHtml:
    """Sanitise what is new in the HTML; nothing where nothing is folded, or nothing to see would remain."""
    if not new or new == source:
        return SafeHtml()
    safe = html.sanitise(new, inline)
    return safe if "<img" in safe.html or html_text.text_of(safe.html).strip() else SafeHtml()


def _shown(files: list[ParsedAttachment], safe: SafeHtml) -> Iterator[ParsedAttachment]:
    for number, each in enumerate(files):
        yield replace(each, is_inline=True) if number in safe.inline_parts else each


def _invitation(letter: body.Letter) -> Invitation | None:
    for node in letter.files:
        if node.media_type in {"text/calendar", "application/ics"}:
            found = invitations.read(body.text_of(node), node.parameters.get("method", ""))
            if found is not None:
                return found
    return None


def _letters_inside(node: Node) -> Iterator[Node]:
    """Find the emails attached to this one, not those attached to them."""
    for child in node.children:
        if node.media_type in _LETTERS and child.header.fields:
            yield child
        else:
            yield from _letters_inside(child)
    if node.media_type == "text/rfc822-headers":
        yield node


def _nested(node: Node) -> NestedEmail:
    if node.media_type == "text/rfc822-headers":
        header = headers.header_of(email.message_from_bytes(node.payload()[:LONGEST_PART]))
        text = ""
    else:
        header = node.header
        text = body.letter_of(node).text
    envelope = headers.plain_envelope(header)
    return NestedEmail(
        message_id=next(iter(headers.message_ids(header.all("message-id")[:1])), ""),
        in_reply_to=headers.message_ids(header.all("in-reply-to")),
        references=headers.message_ids(header.all("references")),
        subject=headers.subject(header),
        senders=envelope.senders,
        to=envelope.to,
        cc=envelope.cc,
        date=envelope.date,
        text=text[:LONGEST_PART],
    )


def _parts(root: Node, *, is_nested: bool = False) -> Iterator[Part]:
    """List the leaves as text, and reports and attached emails whole."""
    if root.media_type.startswith("message/") and root.children:
        text = charsets.decode(root.source()[:LONGEST_PART], None).text.replace("\r\n", "\n")
        yield Part(root.media_type, text, root.parameters, root.depth, is_nested=is_nested)
        is_nested = True
    elif not root.children:
        text = (
            body.text_of(root)[:LONGEST_PART]
            if root.media_type in _READ_PARTS or root.media_type.startswith("message/")
            else ""
        )
        yield Part(root.media_type, text, root.parameters, root.depth, is_nested=is_nested)
    for child in root.children:
        yield from _parts(child, is_nested=is_nested)
