"""The files that came with an email: named, typed by their bytes, tied to the places that show them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import puremagic

from helpdesk.mail import charsets, encoded_words, labels, tnef
from helpdesk.mail.body import Letter
from helpdesk.mail.limits import Limits
from helpdesk.mail.parsed import ParsedAttachment
from helpdesk.mail.tree import Node

MAGIC_LOOKS_AT = 4096

_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_NO_TYPE = frozenset(
    {"", "application/octet-stream", "application/binary", "application/x-unknown", "application/unknown"}
)
_SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "application/x-pdf": "application/pdf",
}
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SHOWN = IMAGES | {"application/pdf"}
"""Types a browser shows in place: here the bytes decide, never the sender's word."""
_ZIP = "application/zip"


@dataclass(slots=True)
class Files:
    attachments: list[ParsedAttachment] = field(default_factory=list)
    text: str = ""
    """The letter itself, where it hid in a winmail.dat."""
    html: str = ""
    defects: dict[str, None] = field(default_factory=dict)


def collect(letter: Letter, limits: Limits) -> Files:
    """Make attachments of everything that is not the letter, in the order it came."""
    files = Files()
    for attachment in _all(letter, files):
        if len(files.attachments) >= limits.attachments:
            files.defects["more attachments than the limit: the rest is in the original only"] = None
            break
        files.attachments.append(attachment)
    files.attachments = list(_named(files.attachments))
    return files


def _all(letter: Letter, files: Files) -> Iterator[ParsedAttachment]:
    for node in letter.files:
        if node.media_type in _TNEF or node.name.lower() == "winmail.dat":
            contents = tnef.unpack(node.payload())
            if contents is not None:
                files.text, files.html = contents.text, contents.html
                yield from (_attachment(name, "", payload) for name, payload in contents.files)
                continue
        yield _from_node(node)
    for each in letter.embedded:
        yield _attachment(each.name, "", each.payload)


def _from_node(node: Node) -> ParsedAttachment:
    payload = node.source() if node.children else node.payload()
    attachment = _attachment(node.name, node.media_type, payload)
    if not attachment.name and node.media_type == "message/rfc822" and node.children:
        subject = charsets.one_line(encoded_words.decode(node.children[0].header.first("subject")))
        attachment = replace(attachment, name=labels.label(f"{subject}.eml" if subject else ""))
    elif not attachment.name and not node.says_type:
        attachment = replace(attachment, name="file")
    return replace(attachment, content_id=node.content_id, content_location=node.content_location)


def _attachment(name: str, declared: str, payload: bytes) -> ParsedAttachment:
    return ParsedAttachment(
        name=labels.label(name),
        media_type=media_type_of(payload, declared),
        payload=payload,
        declared_type=declared,
    )


def _named(attachments: Iterable[ParsedAttachment]) -> Iterator[ParsedAttachment]:
    for number, each in enumerate(attachments, 1):
        yield each if each.name else replace(each, name=labels.made_up(each.media_type, number))


def media_type_of(payload: bytes, declared: str) -> str:
    """Say what the bytes are; the sender's word counts only where nothing shows the file in place."""
    declared = _SAME.get(declared, declared)
    seen = next((media_type for signature, media_type in _SIGNATURES if payload.startswith(signature)), None)
    if seen is None and payload[:4] == b"RIFF" and payload[8:12] == b"WEBP":
        seen = "image/webp"
    if seen is not None:
        return seen
    if declared in _SHOWN:
        return _by_magic(payload) or "application/octet-stream"
    return (_by_magic(payload) or "application/octet-stream") if declared in _NO_TYPE else declared


def _by_magic(payload: bytes) -> str | None:
    try:
        found = puremagic.from_string(payload[:MAGIC_LOOKS_AT], mime=True)
    except (puremagic.PureError, ValueError, IndexError):
        return None
    # An archive could be a document of a dozen kinds, and its first bytes do not tell which.
    return _ZIP if payload.startswith(b"PK\x03\x04") else (found if found not in _SHOWN else None)


def inline(files: Iterable[ParsedAttachment]) -> dict[str, int]:
    """Tie what HTML may name to the number of the image: its Content-ID, its place, at last its file name."""
    tied: dict[str, int] = {}
    by_name: dict[str, int] = {}
    for number, each in enumerate(files):
        if each.media_type not in IMAGES:
            continue
        if each.content_id:
            tied.setdefault(f"cid:{each.content_id.lower()}", number)
        if each.content_location:
            tied.setdefault(each.content_location, number)
            tied.setdefault(f"cid:{each.content_location.lower()}", number)
        by_name.setdefault(f"cid:{each.name.lower()}", number)
    return by_name | tied
