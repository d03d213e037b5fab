"""Who an email says it is from, and how far that is proven by our own MX (RFC 8601)."""

from helpdesk.mail.parsed import AuthenticationResult, ParsedEmail
from helpdesk.models.message import Verdict


def verdict(email: ParsedEmail, *, trusted: str) -> Verdict:
    """What our own MX stamped on this email about its From domain; NONE where it said nothing, or is not named.

    Only the topmost Authentication-Results counts, and only under our MX's name: all others anybody can write.
    """
    sender = email.sender
    if not trusted or sender is None:
        return Verdict.NONE
    stamped = [one for one in email.authentication if one.header == 0 and one.authserv_id.lower() == trusted.lower()]
    by_method = {one.method.lower(): one for one in reversed(stamped)}
    if "dmarc" in by_method:
        return Verdict.PASS if by_method["dmarc"].result.lower() == "pass" else Verdict.FAIL
    if any(_proves(one, sender.domain) for one in stamped):
        return Verdict.PASS
    return Verdict.FAIL if any(one.result.lower() == "fail" for one in stamped) else Verdict.NONE


def _proves(result: AuthenticationResult, domain: str) -> bool:
    if result.result.lower() != "pass" or result.method.lower() not in {"dkim", "spf"}:
        return False
    claimed = {value.rpartition("@")[2].lower().rstrip(".") for value in result.properties.values()}
    return domain != "" and domain in claimed
