"""What a mail server's answer means, in words: the enhanced status codes of RFC 3463 and its registry."""

import re
from typing import Final

from helpdesk.web.language import _

_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]\d)")


def answer_word(answer: str) -> str:
    """A sentence for the first status code in it; "" where it has none that says something."""
    found = _STATUS.search(answer)
    if found is None or found[1] == "2":
        return ""
    if found[1] == "4" and found[2] == "7":  # no refusal: whoever comes back later is let in
        return _("Their mail server wants to be asked again later.")
    return _exactly().get(f"{found[2]}.{found[3]}") or _roughly().get(found[2]) or ""


def _exactly() -> dict[str, str]:
    return {
        "1.1": _("There is no such address."),
        "1.2": _("There is no mail server for this address."),
        "1.3": _("This address is not written as addresses are."),
        "1.6": _("The mailbox has moved."),
        "1.10": _("This address takes no email at all."),
        "2.1": _("The mailbox is switched off."),
        "2.2": _("The mailbox is full."),
        "2.3": _("The email is too large for this mailbox."),
        "3.4": _("The email is too large for their mail server."),
        "4.1": _("Their mail server does not answer."),
        "4.2": _("The connection to their mail server broke off."),
        "4.4": _("No way to their mail server was found."),
        "4.7": _("It was not delivered in time."),
        "7.1": _("Their mail server refuses it by its rules."),
    }


def _roughly() -> dict[str, str]:
    return {
        "1": _("Something is wrong with the address."),
        "2": _("Something is wrong with their mailbox."),
        "3": _("Their mail server can't take it."),
        "4": _("The way to their mail server is disturbed."),
        "5": _("The mail servers did not understand each other."),
        "6": _("Their mail server can't read it."),
        "7": _("Their mail server refuses it by its rules."),
    }
