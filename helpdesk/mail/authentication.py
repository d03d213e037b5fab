"""Authentication-Results (RFC 8601): what mail servers say they checked, and what of it may be believed."""

from collections.abc import Iterator
from enum import StrEnum

import authres

from helpdesk.mail.headers import Header
from helpdesk.mail.parsed import AuthenticationResult, ParsedEmail

LONGEST = 4000
MOST_HEADERS = 5

_WRITTEN_BY_SENDERS = frozenset({"from", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type"})


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
        yield from _one(value[:LONGEST], number, is_trace=is_trace)
        number += 1


def _one(value: str, number: int, *, is_trace: bool) -> Iterator[AuthenticationResult]:
    try:
        said = authres.AuthenticationResultsHeader.parse_value(value)
    except (authres.AuthResError, RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return
    for each in said.results:
        yield AuthenticationResult(
            authserv_id=said.authserv_id,
            method=each.method.lower(),
            result=each.result.lower(),
            properties={f"{p.type}.{p.name}".lower(): str(p.value)[:255].lower() for p in each.properties},
            header=number,
            is_trace=is_trace,
        )


def standing(email: ParsedEmail, authserv_id: str) -> Standing:
    """Say whether our own mail server vouches for the sender.

    Only the topmost header with our server's name counts, and only where servers write: above what the sender
    wrote. Without such a name configured nothing is ever proven.
    """
    said = _ours(email.authentication, authserv_id.lower())
    if email.sender is None or len(email.senders) != 1 or not said:
        return Standing.UNKNOWN
    domain = email.sender.domain
    dmarc = {each.result for each in said if each.method == "dmarc"}
    if dmarc & {"fail", "permerror"}:
        return Standing.FAILED
    if any(_vouches(each, domain) for each in said):
        return Standing.PROVEN
    return Standing.UNKNOWN


def _ours(said: tuple[AuthenticationResult, ...], authserv_id: str) -> list[AuthenticationResult]:
    named = [each for each in said if authserv_id and each.authserv_id == authserv_id and each.is_trace]
    return [each for each in named if each.header == named[0].header]


def _vouches(said: AuthenticationResult, domain: str) -> bool:
    if said.result != "pass":
        return False
    if said.method == "dmarc":
        return said.properties.get("header.from", domain) == domain
    if said.method == "dkim":
        signer = said.properties.get("header.d") or said.properties.get("header.i", "").rpartition("@")[2]
        return bool(signer) and (domain == signer or domain.endswith(f".{signer}")) and "." in signer
    return False
