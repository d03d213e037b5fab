"""Who an email says it is from, and how far that is proven by our own MX (RFC 8601)."""

from helpdesk.mail import authentication
from helpdesk.mail.authentication import Standing
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.models.message import Verdict

_VERDICTS = {Standing.PROVEN: Verdict.PASS, Standing.FAILED: Verdict.FAIL, Standing.UNKNOWN: Verdict.NONE}


def verdict(email: ParsedEmail, *, trusted: str) -> Verdict:
    """What our own MX stamped on this email about its From domain; NONE where it said nothing, or is not named."""
    return _VERDICTS[authentication.standing(email, trusted)]
