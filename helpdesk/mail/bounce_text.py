"""Failed recipients from the words of a bounce, where the server wrote no report for machines."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice, zip_longest
from typing import Final

from helpdesk.mail.bounce_words import DELAYED, RETURNED
from helpdesk.mail.delivery_status import ADDRESS, MOST_FAILURES, status_in, unique
from helpdesk.mail.screened import Failure

_ADDR: Final = ADDRESS.pattern
_MAILTO: Final = re.compile(r"[<(\[]mailto:[^>\])]{1,200}[>\])]", re.IGNORECASE)

# From the plainest to the least certain way of naming a recipient; the first that finds any is believed.
_AT_LINE_START: Final = re.compile(
    rf"^[ \t>*]{{0,12}}(?:\d{{3}}[ -])?[<\"'(]{{0,2}}({_ADDR})[>\"')]{{0,2}}[ \t]*(?::|$|,$|\.{{3}}|[ \t]+\S)",
    re.MULTILINE,
)
_ALONE: Final = re.compile(
    rf"^[ \t>*•-]{{0,12}}[<\"'(]{{0,2}}({_ADDR})[>\"')]{{0,2}}[ \t]*[:,.;]{{0,3}}[ \t\r]*$", re.MULTILINE
)
_LABELLED: Final = re.compile(
    rf"""(?:recipients?(?:\(s\))?|rcpt(?:\ to)?|mailbox|user|address(?:es)?|to|for|account|destinataire|empf[äa]nger
    |destinatario|destinat[áa]rio|ontvanger|宛先|受信者|收件人|수신자|получател\w|addressee)
    (?:\s{{1,4}}(?:address|name|is|was|mailbox))?[ \t]{{0,8}}[:=]?[ \t]{{0,8}}[<\"'(\[]{{1,2}}(?:smtp:)?({_ADDR})""",
    re.IGNORECASE | re.VERBOSE,
)
_LABELLED_BARE: Final = re.compile(
    rf"""^[ \t]{{0,20}}(?:(?:failed|final|original|intended|rejected)?[ -]?recipients?(?:[ ]address)?|address|to
      |mailbox
      |user(?:id)?|rcpt[ ]to|[^\n:]{{0,40}}\buser[ ]?(?:id|name)|e-?mail(?:[ ]address)?)
      [ \t]{{0,8}}:[ \t]{{0,8}}[<\"']?({_ADDR})
    |(?:deliver(?:ed|ing|y|able)?|sent|send|mail|message|e-?mail)\s{{1,4}}
      (?:\S{{1,40}}[ ]){{0,3}}?to:?\s{{1,4}}[<\"']?({_ADDR})""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_X400: Final = re.compile(rf"\bSMTP[:=]({_ADDR})", re.IGNORECASE)
_IN_REFUSAL: Final = re.compile(rf"^[^\n]{{0,120}}?\b[45]\d\d\b[^\n]{{0,160}}?<({_ADDR})>", re.MULTILINE)
_ALONE_WITHOUT_DOMAIN: Final = re.compile(r"\s{1,20}([\w.+-]{2,64})[ \t]*(?:\n|\Z)")
_ANY: Final = re.compile(rf"({_ADDR})")
_WAYS: Final = (_X400, _ALONE, _AT_LINE_START, _LABELLED_BARE, _IN_REFUSAL, _LABELLED, _ANY)
_NOT_A_RECIPIENT: Final = re.compile(r"(?:mailer-?daemon|postmaster|abuse)@", re.IGNORECASE)
_ANNOUNCED: Final = re.compile(
    r"(?:following|these|those|below|listed)[^\n]{0,40}"
    r"\b(?:recipients?|address(?:es)?|destinations?|users?|people|mailbox(?:es)?)\b[^\n]{0,160}\n",
    re.IGNORECASE,
)
_GENERATED: Final = re.compile(r"\((?:generated|expanded) from|\bcontact\b|\bassistance\b|further", re.IGNORECASE)


def report_in(text: str) -> str:
    """Cut off the email that comes back."""
    text = _MAILTO.sub("", text)
    found = RETURNED.search(text, 1)
    return text[: found.start()] if found and text[: found.start()].strip() else text


def returned_in(text: str) -> str:
    found = RETURNED.search(text, 1)
    return text[found.start() :] if found else ""


def failures_in(report: str, *, besides: Collection[str], domain: str = "") -> tuple[Failure, ...]:
    """Find the recipients a report names.

    `besides` are addresses that it names as well (ours, the server's); `domain` is that of a server
    which may name its own mailboxes without one.
    """
    action = "delayed" if DELAYED.search(report) else "failed"
    announced = [found.end() for found in _ANNOUNCED.finditer(report)]
    for start in (*announced[:3], 0):
        for way in _WAYS[:-1] if start else _WAYS:
            hits = islice(way.finditer(report, start), MOST_FAILURES)
            found = [hit for hit in hits if _is_recipient(report, hit, besides)]
            if found:
                return unique([*_failures(report, found, action)])
        if start and domain and (named := _ALONE_WITHOUT_DOMAIN.match(report, start)):
            return (Failure(f"{named[1]}@{domain}", status_in(report), action),)
    last = next((hit for way in (_ALONE, _AT_LINE_START, _ANY) for hit in islice(way.finditer(report), 1)), None)
    return unique([*_failures(report, [last], action)]) if last else ()


def status_of(address: str, report: str) -> str:
    """Find what a report says behind a recipient's address."""
    place = report.lower().find(address.lower())
    return status_in(report[place : place + 600].partition("\n\n")[0]) if place >= 0 else ""


def _is_recipient(report: str, hit: re.Match[str], besides: Collection[str]) -> bool:
    address = _address(hit).lower()
    if address in besides or _NOT_A_RECIPIENT.match(address):
        return False
    line = report[report.rfind("\n", 0, hit.start()) + 1 : hit.end()]
    return _GENERATED.search(line[-200:]) is None


def _address(hit: re.Match[str]) -> str:
    return next(group for group in hit.groups() if group).strip(".'\"")


def _failures(report: str, found: Sequence[re.Match[str]], action: str) -> Iterator[Failure]:
    """Read the reason from what stands between one recipient and the next, else from the whole."""
    common = status_in(report)
    for hit, following in zip_longest(found, found[1:]):
        begin = report.rfind("\n", 0, hit.start() + 1) + 1
        reason = report[begin : following.start() if following else len(report)].strip()
        yield Failure(_address(hit), status_in(reason) or common, action, " ".join(reason[:2000].split())[:1000])
