"""Why an email became what it did, and how it was made wrongly, in the reader's language: what is kept is English."""

from typing import Final

from helpdesk.languages import N_
from helpdesk.models.inbound_email import Outcome
from helpdesk.web.language import _

KNOWN: Final = frozenset(
    {
        N_("a new ticket"),
        N_("an answer on its ticket"),
        N_("an answer to a ticket closed long ago: a new ticket, linked to it"),
        N_("an automatic answer: filed, the ticket stays as it was"),
        N_("an email of our own, come back"),
        N_("a new participant: it answers this ticket, but its writer is not on it"),
        N_("it names no usable sender: look at it, then make a ticket of it"),
        N_("it says it is from one of our own mailboxes"),
        N_("the same email came to this mailbox before"),
        N_("the mail server lists it but does not hand it out: look at it in the mailbox itself"),
        N_("it is a report of abuse or an opt-out"),
        N_("it is a receipt: a program tells that an email was opened"),
        N_("a mail server reports a delay"),
        N_("a mail server reports that an email did not arrive"),
        N_("a calendar answers an invitation"),
        N_("it belongs to no email of ours"),
        N_("a rule holds it"),
        N_("its sender is blocked"),
        N_("put aside"),
    }
)

DEFECTS: Final = frozenset(
    {
        N_("more attachments than the limit: the rest is in the original only"),
        N_("its character set is missing or wrong: it was guessed"),
        N_("its header is longer than the limit: the rest of it was left out"),
        N_("it is larger than the limit: only its header was read"),
        N_("nested deeper than the limit: only its header was read"),
        N_("blank lines stand above its header"),
        N_("lines of its header are not folded as they should be"),
        N_("mail-parser gave up on its header"),
        N_("it names more than one sender"),
        N_("it names no sender"),
        N_("it has no From: another of its headers stands for it"),
        N_("it has more than one subject"),
        N_("its date makes no sense"),
        N_("nested deeper than the limit: the rest was not opened"),
        N_("more parts than the limit: the rest was not opened"),
        N_("the boundary between its parts is missing or wrong"),
        N_("it says twice what type a part is"),
        N_("an attached email was encoded, which is not allowed"),
        N_("its end is missing"),
        N_("its header begins in the middle"),
        N_("a mailbox separator stands in its header"),
        N_("a line of its header is none"),
        N_("it says multipart and has no parts"),
        N_("its parts are encoded as a whole, which is not allowed"),
        N_("an encoded part is damaged"),
    }
)


def words(reason: str) -> str:
    """A reason of the ledger as a sentence's middle; one that nobody translated stays as it was written."""
    return "; ".join(_(part) if part in KNOWN else part for part in reason.split("; "))


def sentence(reason: str) -> str:
    said = words(reason)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def defect(found: str) -> str:
    """What is wrong with how an email was made, as a remark beside it."""
    said = _(found) if found in DEFECTS else found
    return f"{said[:1].upper()}{said[1:]}"


def outcomes() -> dict[Outcome, str]:
    """What became of an email, in a word or two, in the order of a filter."""
    return {
        Outcome.NEW_TICKET: _("New ticket"),
        Outcome.APPENDED: _("On its ticket"),
        Outcome.FILED: _("Filed"),
        Outcome.BOUNCE: _("Bounce"),
        Outcome.HELD: _("Held"),
        Outcome.QUARANTINED: _("Could not be read"),
        Outcome.TOO_LARGE: _("Too large"),
        Outcome.PUT_ASIDE: _("Set aside"),
        Outcome.ALREADY_RECEIVED: _("Received before"),
        Outcome.OWN: _("Our own"),
        Outcome.STORED: _("Not read yet"),
    }
