"""Looking into an email that waits: read in a limited child, shown harmless, and forgotten after half a minute."""

import threading
import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from helpdesk.mail import attachments
from helpdesk.mail.limits import of_config
from helpdesk.mail.parsed import ParsedEmail, SafeHtml
from helpdesk.mail.sandbox import Quarantined, Sandbox
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.privacy import access
from helpdesk.web.auth import runtime

REMEMBERED: Final = 30.0  # seconds: a page asks for its frame and each picture of it
_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class _Kept:
    parsed: ParsedEmail | Quarantined
    until: float


_kept: dict[tuple[int, bytes], _Kept] = {}
_lock = threading.Lock()


def read(email: InboundEmail, session: Session, *, by: Agent) -> ParsedEmail | Quarantined:
    """What is in it, or why it can't be read. A reading like any other: the gate decides, and the trail tells."""
    raw = access.read(session, email, by=by)
    key, now = (email.id, email.sha256), time.monotonic()
    with _lock:
        for old in [one for one, kept in _kept.items() if kept.until < now]:
            del _kept[old]
        if (known := _kept.get(key)) is not None:
            return known.parsed
    parsed = _read(raw)
    with _lock:
        while len(_kept) >= _MOST:
            del _kept[next(iter(_kept))]
        _kept[key] = _Kept(parsed, now + REMEMBERED)
    return parsed


def with_pictures(parsed: ParsedEmail) -> SafeHtml:
    """Its HTML after the policy once more, with the pictures from elsewhere as `remote/<number>`."""
    with Sandbox(of_config(runtime().config)) as sandbox:
        return sandbox.sanitise(parsed.html, attachments.inline(parsed.attachments), with_pictures=True)


def _read(raw: bytes) -> ParsedEmail | Quarantined:
    with Sandbox(of_config(runtime().config)) as sandbox:
        return next(iter(sandbox.read_all([raw])))
