"""Did a program write this, or does it ask that no program answer it? (RFC 3834 and what came before it)."""

import re
from dataclasses import dataclass
from typing import Final

from helpdesk.mail.automatic_words import (
    AUTOMATIC_SUBJECT,
    LONGEST_ACKNOWLEDGEMENT,
    PROMISE,
    SHORT_PREFIX,
    THANKS,
)
from helpdesk.mail.parsed import ParsedEmail

# Headers that only programs set; the value does not matter, unless it says no.
_PROGRAMS: Final = re.compile(
    r"(?<!\S)(?!auto-submitted\b|x-auto-response-suppress\b)(?:\S{0,30}auto[-_]?(?:repl(?:y|ied)|respon[ds]\w*|generated|mated|matic)\S*"
    r"|\S{0,20}(?:machinegenerated|holidayreply)\S*|x-vacation|x-away|x-ooo|x-cron-env|x-responder|x-apple-action"
    r"|x-ms-exchange-generated-message-source|x-ms-exchange-inbox-rules-loop)(?!\S)"
)
_NO: Final = frozenset({"no", "false", "0", "off", "none"})
_LISTS: Final = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    "mailing-list",
    "x-mailing-list",
    "x-mailman-version",
)
_NO_REPLY: Final = re.compile(
    r"(?:.*[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|dont[._-]?reply|non?[._-]?r[ée]pondre|nicht[._-]?antworten|no[._-]?responder"
    r"|no[._-]?contestar|noreply\d*|nepasrepondre|ne[._-]pas[._-]r[ée]pondre|keine?[._-]?antwort|nao[._-]?responder|non[._-]?rispondere"
    r"|unattended|auto[._-]?(?:reply|responder|mailer|confirm|notify)|mailer[._-]?daemon|postmaster|bounces?|listserv|majordomo"
    r"|(?:.*[._-])?bounces?(?:[._+-].*)?|owner-.*|.*-(?:request|owner|admin))(?:[._+-].*)?",
    re.IGNORECASE,
)
_SUPPRESSED: Final = re.compile(r"\b(?:all|oof|autoreply|auto-reply)\b", re.IGNORECASE)
_PRECEDENCE: Final = re.compile(r"\s*(bulk|list|junk|auto[_-]?reply)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What speaks against a person's having written it, in plain words."""

    reason: str
    is_reply: bool = False
    """A program answered, or wrote by itself."""
    is_list: bool = False
    """It went to many."""


def look(email: ParsedEmail) -> Finding | None:
    """Find the strongest sign that no automatic answer may be sent; None for a letter from a person."""
    return _by_program(email) or _by_list(email) or _by_wish(email)


def _by_program(email: ParsedEmail) -> Finding | None:
    headers = email.headers
    submitted = email.header("auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
    if submitted and submitted not in _NO:
        return Finding(f"its header says that a program wrote it (Auto-Submitted: {submitted[:40]})", is_reply=True)
    for found in _PROGRAMS.finditer(" ".join(headers)[:8000]):
        if email.header(found[0]).strip().lower() not in _NO:
            return Finding(f"its header says that a program wrote it ({found[0][:40]})", is_reply=True)
    precedence = _precedence(email)
    if precedence.startswith("auto"):
        return Finding("its header says that a program answered (Precedence)", is_reply=True)
    if _has_automatic_subject(email):
        return Finding("its subject is that of an automatic reply", is_reply=True)
    return None


def _has_automatic_subject(email: ParsedEmail) -> bool:
    """Whether a program began its subject so; with "Re:" before it and a quote below, a person answered that one."""
    found = AUTOMATIC_SUBJECT.match(email.subject[:200])
    if found is not None:
        return not (found["answers"].strip() and email.trimmed.has_quote and email.trimmed.new_text)
    return SHORT_PREFIX.match(email.subject) is not None


def _by_list(email: ParsedEmail) -> Finding | None:
    for name in _LISTS:
        if name in email.headers:
            return Finding(f"it came through a mailing list or to many people ({name})", is_list=True)
    if _precedence(email):
        return Finding("its header says that it went to many people (Precedence)", is_list=True)
    return None


def _by_wish(email: ParsedEmail) -> Finding | None:
    if email.return_path == "":
        return Finding("it has no return path: a program sent it", is_reply=True)
    if _SUPPRESSED.search(email.header("x-auto-response-suppress")):
        return Finding("it asks that no program answer (X-Auto-Response-Suppress)")
    sender = email.reply_to[0] if email.reply_to else email.sender
    if sender is None:
        return Finding("it names nobody to answer")
    if _NO_REPLY.fullmatch(sender.email.partition("@")[0][:80]):
        return Finding("its sender takes no answers")
    if _acknowledges(email.text):
        return Finding("its text is that of an acknowledgement")
    return None


def _acknowledges(text: str) -> bool:
    """Whether it says no more than that a letter came and will be answered; a person asks something as well."""
    said = " ".join(text[: LONGEST_ACKNOWLEDGEMENT + 1].split())
    is_short = len(text.strip()) <= LONGEST_ACKNOWLEDGEMENT and "?" not in said
    return is_short and THANKS.search(said) is not None and PROMISE.search(said) is not None


def _precedence(email: ParsedEmail) -> str:
    for name in ("precedence", "x-precedence", "preference"):
        found = _PRECEDENCE.match(email.header(name))
        if found:
            return found[1].lower()
    return ""
