"""What kind of email this is, and whether a program may answer it: bounces, automatic replies, lists, receipts."""

import re
from typing import Final

from helpdesk.mail import automatic, bounce
from helpdesk.mail.automatic_words import RECEIPT_SUBJECT
from helpdesk.mail.delivery_status import groups
from helpdesk.mail.parsed import ParsedEmail, Part
from helpdesk.mail.screened import Failure, Kind, Screening

__all__ = ["Failure", "Kind", "Screening", "screen"]


_COMPLAINT: Final = re.compile(
    r"\W*(?:complaint about (?:an? )?(?:e-?mail|message)"
    r"|(?:e-?mail )?(?:abuse|spam|feedback(?: loop)?) (?:report|complaint))\b",
    re.IGNORECASE,
)
_CALENDAR_ANSWERS: Final = frozenset({"REPLY", "COUNTER", "REFRESH", "DECLINECOUNTER"})
_ORIGINAL: Final = ("original-message-id", "message-id")
_SPAM_YES: Final = re.compile(r"\s*(?:yes|true|1\b|fail|spam|reject)", re.IGNORECASE)
_SPAM_FLAGS: Final = (
    "x-spam-flag", "x-spam-status", "x-spam", "x-ses-spam-verdict", "x-ses-virus-verdict", "x-virus-flag",
    "x-spam-verdict", "x-rspamd-spam", "x-is-spam", "x-bogosity", "x-dspam-result",
)  # fmt: skip


def screen(email: ParsedEmail) -> Screening:
    """Say what an email is; reports first, because they carry every other mark too."""
    spam = _is_marked_spam(email)
    types = {part.media_type for part in email.parts if not part.is_nested}
    if _is_feedback_report(email, types):
        return _report(email, Kind.FEEDBACK_REPORT, "it is a report of abuse or an opt-out", spam=spam)
    if _is_receipt(email, types):
        return _report(email, Kind.RECEIPT, "it is a receipt: a program tells that an email was opened", spam=spam)
    found = bounce.look(email)
    if found is not None:
        kind = Kind.DELAY if found.is_delay else Kind.BOUNCE
        reason = (
            "a mail server reports a delay"
            if found.is_delay
            else "a mail server reports that an email did not arrive"
        )
        return Screening(kind, reason=reason, failures=found.failures, answers=found.message_id, is_marked_spam=spam)
    if email.invitation is not None and email.invitation.method.upper() in _CALENDAR_ANSWERS:
        return Screening(Kind.CALENDAR_REPLY, reason="a calendar answers an invitation", is_marked_spam=spam)
    return _by_headers(email, spam=spam)


def _by_headers(email: ParsedEmail, *, spam: bool) -> Screening:
    finding = automatic.look(email)
    if finding is None:
        reason = "a filter has marked it as spam" if spam else ""
        return Screening(may_answer=not spam, reason=reason, is_marked_spam=spam)
    kind = Kind.AUTOMATIC_REPLY if finding.is_reply else Kind.LIST if finding.is_list else Kind.ORDINARY
    answers = next(iter(email.in_reply_to), "") if finding.is_reply else ""
    return Screening(kind, reason=finding.reason, answers=answers, is_marked_spam=spam)


def _is_feedback_report(email: ParsedEmail, types: set[str]) -> bool:
    if "message/feedback-report" in types or "feedback-report" in email.header("content-type").lower():
        return True
    if email.nested and _COMPLAINT.match(email.subject):
        return True
    is_opt_out = email.subject.strip().lower() in {"unsubscribe", "opt-out", "optout"}
    submitted = email.header("auto-submitted").strip().lower()
    return is_opt_out and submitted not in {"", "no"}


def _is_receipt(email: ParsedEmail, types: set[str]) -> bool:
    if "message/disposition-notification" in types:
        return True
    kind = email.header("content-type").lower()
    if "disposition-notification" in kind or "receipt-notification" in email.header(
        "x-ms-exchange-generated-message-source"
    ):
        return True
    return RECEIPT_SUBJECT.match(email.subject) is not None and email.return_path == ""


def _report(email: ParsedEmail, kind: Kind, reason: str, *, spam: bool) -> Screening:
    return Screening(kind, reason=reason, answers=_reported(email), is_marked_spam=spam)


def _reported(email: ParsedEmail) -> str:
    """Find which email a receipt or a complaint is about."""
    parts = [part for part in email.parts if part.media_type.startswith("message/") and not part.is_nested]
    for name in _ORIGINAL:
        for part in parts:
            found = _field(part, name)
            if found:
                return found
    nested = next((nested.message_id for nested in email.nested if nested.message_id), "")
    return nested or next(iter(email.in_reply_to), "")


def _field(part: Part, name: str) -> str:
    if part.media_type == "message/rfc822":
        return ""
    for group in groups(part.text):
        if name in group:
            return group[name].strip(" <>")[:300]
    return ""


def _is_marked_spam(email: ParsedEmail) -> bool:
    headers = email.headers
    if any(name in headers and _SPAM_YES.match(email.header(name)) for name in _SPAM_FLAGS):
        return True
    if "sfv:spm" in email.header("x-forefront-antispam-report").lower():
        return True
    confidence = email.header("x-ms-exchange-organization-scl").strip()
    return confidence.isdecimal() and 5 <= int(confidence[:2]) <= 9
