"""Authentication-Results (RFC 8601): what mail servers say they checked, and what of it may be believed."""

import re
from collections.abc import Iterator
from enum import StrEnum

from helpdesk.mail.headers import Header
from helpdesk.mail.parsed import AuthenticationResult, ParsedEmail

LONGEST = 4000
LONGEST_VALUE = 255
MOST_HEADERS = 5

_WRITTEN_BY_SENDERS = frozenset({"from", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type"})

_SERVER = re.compile(r"\s*([\w.-]{1,255})(?:\s+1)?\s*", re.ASCII)
_RESULT = re.compile(r"\s*([a-z0-9-]{1,40})\s*(?:/\s*1\s*)?=\s*([a-z0-9-]{1,40})(?![^\s])", re.IGNORECASE | re.ASCII)
_PROPERTY = re.compile(
    r"""\s(smtp|header|body|policy)\s*\.\s*([\w-]{1,40})\s*=\s*((?:"(?:[^"\\]|\\.)*+"|[^\s"])++)""",
    re.IGNORECASE | re.ASCII,
)

_FAILURES = frozenset({"fail", "permerror"})


class Standing(StrEnum):
    """What is known about the claim in From."""

    PROVEN = "proven"
    FAILED = "failed"
    UNKNOWN = "unknown"


def results(header: Header) -> tuple[AuthenticationResult, ...]:
    """List what the header says was checked, topmost first, whoever wrote it."""
    return tuple(_read(header))


def _read(header: Header) -> Iterator[AuthenticationResult]:
    number = 0
    is_trace = True
    for name, value in header.fields:
        is_trace = is_trace and name not in _WRITTEN_BY_SENDERS
        if name != "authentication-results":
            continue
        if number >= MOST_HEADERS:
            return
        yield from _one(value if len(value) <= LONGEST else "", number, is_trace=is_trace)
        number += 1


def _one(value: str, number: int, *, is_trace: bool) -> Iterator[AuthenticationResult]:
    said = _statements(value)
    server = _SERVER.fullmatch(said[0]) if said else None
    if server is None:
        return
    for statement in said[1:]:
        found = _RESULT.match(statement)
        if found is None:
            continue
        properties: dict[str, str] = {}
        for each in _PROPERTY.finditer(statement, found.end()):
            properties.setdefault(f"{each[1]}.{each[2]}".lower(), each[3].strip('"')[:LONGEST_VALUE].lower())
        yield AuthenticationResult(
            authserv_id=server[1].lower(),
            method=found[1].lower(),
            result=found[2].lower(),
            properties=properties,
            header=number,
            is_trace=is_trace,
        )


def _statements(value: str) -> list[str]:
    """Split at semicolons, without comments; nothing at all if a quote or a comment never ends.

    What stands in a quote or a comment may be the sender's words: it must not become a statement of the server.
    """
    statements: list[list[str]] = [[]]
    depth = 0
    quoted = escaped = False
    for sign in value:
        if escaped:
            escaped = False
        elif sign == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = sign != '"'
        elif sign in "()" and (depth or sign == "("):
            depth += 1 if sign == "(" else -1
            continue
        elif not depth and sign == ";":
            statements.append([])
            continue
        elif not depth:
            quoted = sign == '"'
        if not depth:
            statements[-1].append(sign)
    return [] if quoted or depth else ["".join(each) for each in statements]


def standing(email: ParsedEmail, authserv_id: str) -> Standing:
    """Say whether our own mail server vouches for the sender.

    Only the topmost header with our server's name counts, and for a proof only where servers write: above what the
    sender wrote. Without such a name configured nothing is ever proven.
    """
    said = _ours(email.authentication, authserv_id.lower())
    if email.sender is None or not said:
        return Standing.UNKNOWN
    if any(each.method == "dmarc" and each.result in _FAILURES for each in said):
        return Standing.FAILED
    domain = email.sender.domain
    is_one = len(email.senders) == 1 and len(email.headers.get("from", ())) == 1
    if domain and is_one and any(each.is_trace and _vouches(each, domain) for each in said):
        return Standing.PROVEN
    return Standing.UNKNOWN


def _ours(said: tuple[AuthenticationResult, ...], authserv_id: str) -> list[AuthenticationResult]:
    named = [each for each in said if authserv_id and each.authserv_id == authserv_id]
    return [each for each in named if each.header == named[0].header]


def _vouches(said: AuthenticationResult, domain: str) -> bool:
    """Whether a check passed, and for the domain that From names (or, with DKIM, one above it)."""
    if said.result != "pass":
        return False
    if said.method == "dmarc":
        return said.properties.get("header.from", domain) == domain
    if said.method == "spf":
        return said.properties.get("smtp.mailfrom", "").rpartition("@")[2] == domain
    if said.method == "dkim":
        signer = said.properties.get("header.d") or said.properties.get("header.i", "").rpartition("@")[2]
        return "." in signer and (domain == signer or domain.endswith(f".{signer}"))
    return False
