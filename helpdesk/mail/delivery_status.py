"""Delivery reports as machines write them for machines (RFC 3464): recipients, what became of them, and why."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from helpdesk.mail.screened import Failure

LONGEST: Final = 64 * 1024
MOST_FAILURES: Final = 200


ADDRESS: Final = re.compile(
    r"[^\s<>()\[\]{},;:\"'\\@|]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}|\"[^\"\n]{1,64}\"@[\w.-]{1,200}"
)
_CODE: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE_AFTER_REPLY: Final = re.compile(r"(?<![\d.])([45])\d\d[ \t-]{0,3}[#(\[]{0,2}(\1\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_GENERAL: Final = re.compile(r"[245]\.0\.0")
_RECIPIENT_FIELDS: Final = ("original-recipient", "final-recipient", "x-actual-recipient", "final-rcpt", "recipient")
_FAILED: Final = frozenset(
    {"failed", "failure", "fail", "expired", "undeliverable", "undelivered", "error", "deny", "bounced"}
)
_DELAYED: Final = frozenset({"delayed", "delay", "deferred"})


def failures_of(text: str) -> Iterator[Failure]:
    """Give the recipients of a delivery report that were not reached."""
    for group in groups(text[:LONGEST]):
        failure = _failure(group)
        if failure is not None:
            yield failure


def groups(text: str) -> Iterator[dict[str, str]]:
    """Split a report into its groups of fields; names in lower case, folded lines joined."""
    group: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if not line.strip():
            if group:
                yield group
            group, name = {}, ""
        elif line[0] in " \t" and name:
            if len(group[name]) < 4000:
                group[name] += " " + line.strip()
        else:
            key, colon, value = line.partition(":")
            key = key.strip().lower()
            if not colon or len(key) > 40 or " " in key:
                name = ""
                continue
            if key in group and key == "final-recipient":
                yield group
                group = {}
            name = key
            group.setdefault(name, value.strip())
    if group:
        yield group


def status_in(text: str) -> str:
    """Find the code that says most: one behind an SMTP reply, then any, a general one last."""
    codes = [found[2] for found in _CODE_AFTER_REPLY.finditer(text)] + [found[1] for found in _CODE.finditer(text)]
    codes = [code for code in codes if code[0] in "45"]
    return next((code for code in codes if not _GENERAL.fullmatch(code)), codes[0] if codes else "")


def better_status(declared: str, words: str) -> str:
    """Prefer what the remote server answered to what ours made of it, as long as both mean failed or both later."""
    answered = next((found[2] for found in _CODE_AFTER_REPLY.finditer(words)), "")
    if not declared:
        return answered or status_in(words)
    for code in (answered, status_in(words) if is_general(declared) else ""):
        if code[:1] == declared[0] and not is_general(code):
            return code
    return declared


def is_general(code: str) -> bool:
    return _GENERAL.fullmatch(code) is not None


def unique(failures: list[Failure]) -> tuple[Failure, ...]:
    """Join what is said more than once of a recipient."""
    by_address: dict[str, Failure] = {}
    for failure in failures[:MOST_FAILURES]:
        key = failure.address.lower()
        known = by_address.get(key)
        if known is None or (not known.status and failure.status):
            by_address[key] = failure
        elif _GENERAL.fullmatch(known.status) and failure.status and not _GENERAL.fullmatch(failure.status):
            by_address[key] = replace(known, status=failure.status)
    return tuple(by_address.values())


def _failure(group: dict[str, str]) -> Failure | None:
    action = group.get("action", "").partition(" ")[0].partition("(")[0].strip(" ;.").lower()
    status = _CODE.search(group.get("status", ""))
    if action not in _FAILED | _DELAYED:
        if action or status is None or status[1][0] == "2":
            return None
        action = "delayed" if status[1][0] == "4" else "failed"
    address = _address(group)
    if not address:
        return None
    diagnostic = group.get("diagnostic-code", "")
    code = better_status(status[1] if status else "", f"{diagnostic}\n{group.get('status', '')}")
    return Failure(address, code, "delayed" if action in _DELAYED else "failed", diagnostic[:1000])


def _address(group: dict[str, str]) -> str:
    for name in _RECIPIENT_FIELDS:
        value = group.get(name, "").rpartition(";")[2]
        found = ADDRESS.search(value)
        if found:
            return found[0].strip(".")
    for name in ("final-recipient", "original-recipient"):
        value = group.get(name, "").rpartition(";")[2].strip(" <>\"'")
        if value and " " not in value:
            return value
    return ""
