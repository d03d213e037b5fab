"""Why an email became what it did, in the reader's language: the ledger keeps the English words."""

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


def words(reason: str) -> str:
    """A reason of the ledger as a sentence's middle; one that nobody translated stays as it was written."""
    return "; ".join(_(part) if part in KNOWN else part for part in reason.split("; "))


def sentence(reason: str) -> str:
    said = words(reason)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


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
        Outcome.PUT_ASIDE: _("Put aside"),
        Outcome.ALREADY_RECEIVED: _("Received before"),
        Outcome.OWN: _("Our own"),
        Outcome.STORED: _("Not read yet"),
    }
