"""What an email says, as plain values: made by reading, changed by nobody afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from helpdesk.mail.privacy_request import RequestKind
from helpdesk.mail.quote import Trimmed
from helpdesk.mail.screened import Screening


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as a header names it: a claim, not a proof."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower() if "@" in self.email else ""

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A file that came with the email; its place among the attachments is its number in `parts/<number>`."""

    name: str = field(repr=False)
    """A clean label for people (never a path), made up from the type when the sender gave none."""
    media_type: str
    """What the bytes are: the declared type, corrected by their magic number."""
    payload: bytes = field(repr=False)
    declared_type: str = ""
    content_id: str = ""
    content_location: str = ""
    is_inline: bool = False
    """The HTML shows it (`cid:` or Content-Location), so it need not be listed below the message."""


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the MIME tree as text, for those who recognise reports; binary leaves have no text."""

    media_type: str
    text: str = field(repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0
    is_nested: bool = False
    """It lies inside an email that is attached to this one."""


@dataclass(frozen=True, slots=True)
class NestedEmail:
    """An email attached to the email (message/rfc822, or headers alone), as far as others need to know it."""

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = field(default="", repr=False)
    senders: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: datetime | None = None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attendee:
    address: Address
    answer: str = ""
    """As the calendar says it: ACCEPTED, DECLINED, TENTATIVE, NEEDS-ACTION, or nothing."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a calendar part asks or answers."""

    method: str
    """REQUEST, REPLY, CANCEL, PUBLISH …"""
    summary: str = field(default="", repr=False)
    starts: datetime | date | None = None
    ends: datetime | date | None = None
    location: str = field(default="", repr=False)
    organiser: Address | None = None
    attendees: tuple[Attendee, ...] = ()
    uid: str = ""
    description: str = field(default="", repr=False)

    @property
    def as_text(self) -> str:
        """What it says, for an email that says nothing else: what, when, where, and the words to it."""
        moments = [_moment(each) for each in (self.starts, self.ends) if each is not None]
        said = (self.summary, " \u2013 ".join(moments), self.location, self.description.strip())
        return "\n".join(each for each in said if each)


def _moment(at: datetime | date) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at:%Z}".rstrip() if isinstance(at, datetime) else f"{at:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class AuthenticationResult:
    """One method's result in an Authentication-Results header (RFC 8601): believed only from our own MX."""

    authserv_id: str
    method: str
    result: str
    properties: Mapping[str, str] = field(default_factory=dict)
    header: int = 0
    """Which header said so, 0 for the topmost."""
    is_trace: bool = False
    """It stands where servers write, above everything the sender wrote."""


class Protection(StrEnum):
    """Whether the email was signed or encrypted, and how."""

    NONE = "none"
    SMIME_SIGNED = "smime-signed"
    SMIME_ENCRYPTED = "smime-encrypted"
    PGP_SIGNED = "pgp-signed"
    PGP_ENCRYPTED = "pgp-encrypted"


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """HTML after the policy: to be served as it is, edited by nobody."""

    html: str = field(default="", repr=False)
    policy_version: int = 0
    blocked_count: int = 0
    blocked_hosts: tuple[str, ...] = ()
    inline_parts: tuple[int, ...] = ()
    """Attachments that it shows, by number."""
    pictures: tuple[str, ...] = field(default=(), repr=False)
    """Addresses of images elsewhere that it shows as `remote/<number>`; only where that was asked for."""
    unplaced_images: int = 0
    """Images it names (`cid:`) that did not come with it."""
    too_complex: bool = False
    """Past the caps: there is no safe HTML, the text version is shown."""


@dataclass(frozen=True, slots=True)
class ParsedEmail:
    """An email as the desk understands it. Everything in it is what the sender claims."""

    message_id: str = ""
    """Without angle brackets; "" when there is none."""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = field(default="", repr=False)
    senders: tuple[Address, ...] = ()
    """All mailboxes of all From headers; more than one is a defect."""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    return_path: str | None = None
    """None: no such header; "": the null path of a machine."""
    date: datetime | None = None
    """In UTC; None when missing or senseless: use the server's INTERNALDATE."""
    text: str = field(default="", repr=False)
    """The readable text, quotes included; of an HTML-only email, the text of its HTML."""
    html: str = field(default="", repr=False)
    """Decoded, as the sender wrote it: never shown."""
    text_with_files: str = field(default="", repr=False)
    """The text as it came, where uuencoded files were taken out of it."""
    safe_html: SafeHtml = field(default_factory=SafeHtml)
    safe_new_html: SafeHtml = field(default_factory=SafeHtml)
    """The same without what is folded; empty where nothing is."""
    attachments: tuple[ParsedAttachment, ...] = ()
    nested: tuple[NestedEmail, ...] = ()
    invitation: Invitation | None = None
    parts: tuple[Part, ...] = field(default=(), repr=False)
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """Lower-case name → every value, decoded and cleaned, in the order they came."""
    authentication: tuple[AuthenticationResult, ...] = ()
    protection: Protection = Protection.NONE
    defects: tuple[str, ...] = ()
    """What was wrong with it, in plain words without content."""
    trimmed: Trimmed = field(default_factory=Trimmed)
    """The new text, and the folds that hide quote and signature; its HTML is `safe_new_html`."""
    screening: Screening = field(default_factory=Screening)
    """What `screening` made of it: bounce, automatic reply, list …"""
    requests: tuple[RequestKind, ...] = ()
    """The rights over their data that a person asks for in it; what a machine wrote asks for nothing."""

    @property
    def sender(self) -> Address | None:
        return self.senders[0] if self.senders else None

    @property
    def author(self) -> Address | None:
        """Name the person to answer: the sender, unless a group put its own address there and says for whom.

        A claim like the sender, and never one that is proven: nobody vouches for X-Original-From.
        """
        words = self.header("x-original-from").lower().replace("<", " ").replace(">", " ").split()
        if len(self.reply_to) == 1 and self.reply_to[0].email.lower() in words:
            return self.reply_to[0]
        return self.sender

    def header(self, name: str) -> str:
        """Give the first value of a header, or ""."""
        values = self.headers.get(name.lower(), ())
        return values[0] if values else ""
