"""The MIME tree of an email: the standard library's compat32 tree, mended and bounded."""

import binascii
import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from helpdesk.mail import encoded_words, parameters, uuencode
from helpdesk.mail.headers import Header, header_of
from helpdesk.mail.limits import Limits
from helpdesk.mail.source import inner_of, source_of, text_bytes_of

_NAMES = ("filename", "name", "file")
_TYPE = re.compile(r"[\w.+!#$&^-]+/[\w.+!#$&^-]+", re.ASCII)
_KINDS = frozenset(
    {"text", "image", "audio", "video", "application", "multipart", "message", "model", "font", "chemical", "example"}
)
_NOT_IN_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BOUNDARY_LINE = re.compile(rb"\A\s*--([^\r\n]{1,200}?)[ \t]*\r?\n")
_SHORT = 4096
_ENDING = re.compile(rb"\r?\n\Z")


@dataclass(slots=True)
class Node:
    """A part: what it says it is, and its children."""

    message: Message
    media_type: str
    parameters: dict[str, str]
    header: Header
    disposition: str = ""
    name: str = ""
    """What the sender calls the file, not yet a clean label."""
    depth: int = 0
    children: list["Node"] = field(default_factory=list)
    text: str | None = None
    """What a text part says, once it was decoded."""

    @property
    def is_container(self) -> bool:
        return self.media_type.startswith("multipart/") and bool(self.children)

    @property
    def says_type(self) -> bool:
        return bool(self.header.first("content-type"))

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", "")

    @property
    def transfer_encoding(self) -> str:
        """How its bytes are encoded: the first word, whatever some program put behind it."""
        return next(iter(self.header.first("content-transfer-encoding").lower().strip("\"' ;").split()), "")

    @property
    def content_id(self) -> str:
        return self.header.first("content-id").strip("<> \t")

    @property
    def content_location(self) -> str:
        return self.header.first("content-location").strip('"<> \t')

    def walk(self) -> Iterator["Node"]:
        """Give this part and all below it, in order, nested emails included."""
        yield self
        for child in self.children:
            yield from child.walk()

    def payload(self) -> bytes:
        """Give the bytes of a leaf, its transfer encoding undone; never an error."""
        raw = text_bytes_of(self.message)
        encoding = self.transfer_encoding
        if encoding == "base64" and not _is_mislabelled(raw):
            return encoded_words.base64(raw)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(raw)
        if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
            files = uuencode.files(raw.decode("latin-1"))[1]
            return files[0].payload if files else raw
        return raw

    def source(self) -> bytes:
        """Give what is attached in it (an email, a report) as the bytes of a file of its own."""
        inner = inner_of(self.message)
        if not isinstance(inner, list):
            return self.payload()
        return b"\r\n".join(source_of(each) for each in inner if isinstance(each, Message))


class TreeBuilder:
    """Builds the nodes of one email within the limits, and notes what was wrong."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts = 0
        self.defects: dict[str, None] = {}

    def build(self, message: Message, *, depth: int = 0, default_type: str = "text/plain") -> Node:
        self.parts += 1
        node = _node(message, depth, default_type)
        self._note_defects(message, node)
        if depth >= self.limits.depth:
            self.defects["nested deeper than the limit: the rest was not opened"] = None
            return node
        node.children = list(self._children(node))
        if node.media_type.startswith("multipart/") and not node.children:
            node.media_type = _looks_like(node)
        return node

    def _children(self, node: Node) -> Iterator[Node]:
        default = "message/rfc822" if node.media_type == "multipart/digest" else "text/plain"
        for message in self._parts_of(node):
            if self.parts >= self.limits.parts:
                self.defects["more parts than the limit: the rest was not opened"] = None
                return
            yield self.build(message, depth=node.depth + 1, default_type=default)

    def _parts_of(self, node: Node) -> list[Message]:
        inner = inner_of(node.message)
        if isinstance(inner, list):
            parts = [each for each in inner if isinstance(each, Message)]
            return self._decoded(node) if _is_encoded_email(node, parts) else parts
        if node.media_type.startswith("multipart/"):
            return self._split_again(node)
        if node.media_type == "message/rfc822":
            self.defects[_ENCODED_EMAIL] = None
            return [email.message_from_bytes(node.payload())]
        return []

    def _decoded(self, node: Node) -> list[Message]:
        self.defects[_ENCODED_EMAIL] = None
        node.message.set_payload([email.message_from_bytes(encoded_words.base64(node.source()))])
        return self._parts_of(node)

    def _split_again(self, node: Node) -> list[Message]:
        """Find the parts of a multipart whose boundary the standard library did not see."""
        raw = node.payload()
        found = _BOUNDARY_LINE.match(raw)
        boundary = node.parameters.get("boundary", "").encode("utf-8", "surrogateescape")
        if boundary and b"--" + boundary not in raw:
            boundary = b""
        boundary = boundary or (found[1] if found else b"")
        self.defects["the boundary between its parts is missing or wrong"] = None
        if not boundary or b'"' in boundary:
            return []
        again = email.message_from_bytes(b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n' + raw)
        inner = inner_of(again)
        return [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []

    def _note_defects(self, message: Message, node: Node) -> None:
        for defect in message.defects:
            words = _DEFECTS.get(type(defect).__name__)
            if words:
                self.defects[words] = None
        if len(node.header.all("content-type")) > 1:
            self.defects["it says twice what type a part is"] = None


_ENCODED_EMAIL = "an attached email was encoded, which is not allowed"
_DEFECTS = {
    "NoBoundaryInMultipartDefect": "the boundary between its parts is missing or wrong",
    "StartBoundaryNotFoundDefect": "the boundary between its parts is missing or wrong",
    "CloseBoundaryNotFoundDefect": "its end is missing",
    "FirstHeaderLineIsContinuationDefect": "its header begins in the middle",
    "MisplacedEnvelopeHeaderDefect": "a mailbox separator stands in its header",
    "MissingHeaderBodySeparatorDefect": "a line of its header is none",
    "MultipartInvariantViolationDefect": "it says multipart and has no parts",
    "InvalidMultipartContentTransferEncodingDefect": "its parts are encoded as a whole, which is not allowed",
    "InvalidBase64PaddingDefect": "an encoded part is damaged",
    "InvalidBase64CharactersDefect": "an encoded part is damaged",
    "InvalidBase64LengthDefect": "an encoded part is damaged",
}


def _node(message: Message, depth: int, default_type: str) -> Node:
    header = header_of(message)
    media_type, said = parameters.split(header.first("content-type"))
    found = _TYPE.match(media_type)
    disposition, described = parameters.split(header.first("content-disposition"))
    disposition = disposition.strip("\"' ")
    name = next((said_so[key] for said_so in (described, said) for key in _NAMES if said_so.get(key)), "")
    is_a_file = bool(name) or disposition == "attachment"
    return Node(
        message=message,
        media_type=found.group() if found and (is_a_file or _is_a_kind(found.group())) else default_type,
        parameters=said,
        header=header,
        disposition=disposition,
        name=name,
        depth=depth,
    )


def _is_a_kind(media_type: str) -> bool:
    """Whether there are types of this kind at all: "plain/text" is none, and what it names is text."""
    kind = media_type.partition("/")[0]
    return kind in _KINDS or kind.startswith("x-")


def _is_encoded_email(node: Node, parts: list[Message]) -> bool:
    """Base64 stands where its header should be; once it is decoded, there is one, or it stays as it is."""
    if node.media_type != "message/rfc822" or node.transfer_encoding != "base64" or not parts or parts[0].keys():
        return False
    return bool(email.message_from_bytes(encoded_words.base64(node.source())[:_SHORT]).keys())


def _is_mislabelled(raw: bytes) -> bool:
    """It says base64 and is plainly something else."""
    strangers = len(_NOT_IN_BASE64.findall(raw[:4096]))
    return strangers * 20 > len(raw[:4096])


def _looks_like(node: Node) -> str:
    start = text_bytes_of(node.message)[:500].lower()
    return "text/html" if b"<html" in start or b"<!doctype html" in start else "text/plain"
