"""Recognises a mail server's report of an email that did not arrive, and tells which and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from helpdesk.mail import bounce_text, delivery_status
from helpdesk.mail.bounce_words import DAEMON, DAEMON_NAME, DELAYED, FAILED, REFUSAL, REPLY_PREFIX, SUBJECT
from helpdesk.mail.delivery_status import ADDRESS, LONGEST, is_general, unique
from helpdesk.mail.parsed import ParsedEmail, Part
from helpdesk.mail.screened import Failure

_FIELDS: Final = re.compile(r"^(?:final|original)-recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)
_MESSAGE_ID: Final = re.compile(r"^[ \t>]{0,4}message-id[ \t]*:\s*<?([^\s<>]{3,300})>?", re.IGNORECASE | re.MULTILINE)
_TO: Final = re.compile(r"^[ \t>]{0,4}to[ \t]*:[^\n]*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says of an email of ours."""

    failures: tuple[Failure, ...]
    message_id: str
    is_delay: bool


def look(email: ParsedEmail) -> Report | None:
    """Recognise a bounce or a delay; None for everything else, at once for ordinary mail."""
    sign = _sign(email)
    if sign is None:
        return None
    text = _text(email)
    report = bounce_text.report_in(text)
    statuses = _statuses(email, sign)
    found = [failure for part in statuses for failure in delivery_status.failures_of(part.text)]
    if not found and _tells_of_success(statuses):
        return None
    if not found and _FIELDS.search(text):
        found = [*delivery_status.failures_of(text)]
    if not found:
        if not _tells_of_failure(email, sign, report, text):
            return None
        found = [*_from_words(email, report, text)]
        if not found and sign is _Sign.SUBJECT:
            return None
    failures = unique(_with_better_status(unique(found), report))
    return Report(failures, _message_id(email, text), _is_delay(failures, report))


class _Sign(Enum):
    """By what it can be seen that a mail server wrote."""

    REPORT = auto()
    HEADER = auto()
    PART = auto()
    DAEMON = auto()
    NULL_PATH = auto()
    SUBJECT = auto()


def _sign(email: ParsedEmail) -> _Sign | None:
    if "delivery-status" in email.header("content-type").lower():
        return _Sign.REPORT
    if "x-failed-recipients" in email.headers:
        return _Sign.HEADER
    is_passed_on = REPLY_PREFIX.match(email.subject) is not None
    if any(part.media_type == "message/delivery-status" and not part.is_nested for part in email.parts):
        return None if is_passed_on and email.return_path else _Sign.PART
    return _sign_of_sender(email, is_passed_on=is_passed_on)


def _sign_of_sender(email: ParsedEmail, *, is_passed_on: bool) -> _Sign | None:
    if DAEMON.fullmatch(_local_part(email)) or DAEMON_NAME.search(email.header("from").partition("@")[0][:200]):
        return _Sign.DAEMON
    path = email.return_path
    if path == "" or (path and DAEMON.fullmatch(path.partition("@")[0])):
        return _Sign.NULL_PATH
    is_by_program = not {"auto-submitted", "precedence"}.isdisjoint(email.headers)
    if is_by_program and not is_passed_on and SUBJECT.search(email.subject[:300]):
        return _Sign.SUBJECT
    return None


def _local_part(email: ParsedEmail) -> str:
    return email.sender.email.partition("@")[0] if email.sender else ""


def _statuses(email: ParsedEmail, sign: _Sign) -> list[Part]:
    """Give the machine's words for machines; a gateway may have wrapped a whole report in one of its own."""
    found = [part for part in email.parts if part.media_type == "message/delivery-status"]
    outer = [part for part in found if not part.is_nested]
    return outer or (found if sign is _Sign.REPORT else [])


def _text(email: ParsedEmail) -> str:
    """Join what the machine wrote, without the emails attached to it."""
    texts = [part.text for part in email.parts if not part.is_nested and _is_readable(part) and part.text.strip()]
    if email.text and not any(
        part.media_type == "text/plain" and not part.is_nested and part.text.strip() for part in email.parts
    ):
        texts.insert(0, email.text)
    return "\n\n".join(texts)[:LONGEST].replace("\r\n", "\n")


def _is_readable(part: Part) -> bool:
    return part.media_type == "text/plain"


def _tells_of_success(statuses: list[Part]) -> bool:
    fields = [group.get("action", "") for part in statuses for group in delivery_status.groups(part.text)]
    said = [action for action in fields if action]
    return bool(said) and all(action.lower().startswith(("deliver", "relay", "expand")) for action in said)


def _tells_of_failure(email: ParsedEmail, sign: _Sign, report: str, text: str) -> bool:
    """A path to nobody is the mark of vacation programs too, so it needs more than words of failure."""
    if sign in {_Sign.REPORT, _Sign.HEADER} or _comes_back(email):
        return True
    if REFUSAL.search(report):
        return True
    if FAILED.search(report) is None:
        return False
    is_returned = len(report) < len(text) or bool(email.nested)
    return sign is _Sign.DAEMON or is_returned or SUBJECT.search(email.subject[:300]) is not None


def _comes_back(email: ParsedEmail) -> bool:
    """A null path and an email of ours inside: a server returns it, whatever its words."""
    return email.return_path == "" and any(part.media_type == "message/rfc822" for part in email.parts)


def _from_words(email: ParsedEmail, report: str, text: str) -> tuple[Failure, ...]:
    named = ADDRESS.findall(email.header("x-failed-recipients"))
    status = delivery_status.status_in(report)
    action = "delayed" if DELAYED.search(report) else "failed"
    besides = {address.email.lower() for address in (*email.to, *email.cc, *email.senders, *email.reply_to)}
    domain = email.sender.domain if email.sender else ""
    found = bounce_text.failures_in(report, besides=besides, domain=domain)
    if named:
        known = {failure.address.lower(): failure for failure in found}
        return unique(
            [known.get(name.lower(), Failure(name, status, action, report.strip()[:300])) for name in named]
        )
    if found:
        return found
    return tuple(Failure(address, status, action, report.strip()[:300]) for address in _addressed(email, text))


def _addressed(email: ParsedEmail, text: str) -> list[str]:
    """Give whom the returned email was written to."""
    returned = next((nested for nested in email.nested if nested.to), None)
    if returned is not None:
        return [address.email for address in returned.to]
    line = _TO.search(bounce_text.returned_in(text))
    return ADDRESS.findall(line[0]) if line else []


def _with_better_status(failures: tuple[Failure, ...], report: str) -> list[Failure]:
    """The words may know more than the report for machines that lies beside them."""
    better = []
    for failure in failures:
        status = failure.status
        if not status or is_general(status):
            said = bounce_text.status_of(failure.address, report)
            status = said if said and (not failure.status or said[0] == failure.status[0]) else failure.status
        better.append(replace(failure, status=status))
    return better


def _message_id(email: ParsedEmail, text: str) -> str:
    """Find which email of ours it answers."""
    for nested in email.nested:
        if nested.message_id:
            return nested.message_id
    found = _MESSAGE_ID.search(bounce_text.returned_in(text)) or _MESSAGE_ID.search(text)
    if found:
        return found[1]
    return next(iter((*email.in_reply_to, *reversed(email.references))), "")


def _is_delay(failures: Sequence[Failure], report: str) -> bool:
    if failures:
        return all(failure.action == "delayed" for failure in failures)
    return DELAYED.search(report) is not None
