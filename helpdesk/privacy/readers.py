"""Who can read: an agent, or a machine at one named piece of work."""

import enum
from typing import Final

from helpdesk.models.agent import Agent


class Machine(enum.StrEnum):
    """Work that reads content without a person looking; each with a basis of its own."""

    INTAKE = "intake"
    DELIVERY = "delivery"
    BACKUP = "backup"
    ERASURE = "erasure"
    DEMO = "demo"
    RULES = "rules"
    COMMAND = "command"
    STATISTICS = "statistics"
    CLOCK = "clock"
    THEMES = "themes"
    INDEX = "index"


Reader = Agent | Machine

# why each machine may read, in the words of the audit trail; a machine that is not here reads nothing:
# who works at the command line asks for a grant like everybody else
MACHINE_BASIS: Final = {
    Machine.INTAKE: "receiving: an email is read to become a ticket",
    Machine.DELIVERY: "delivery: an answer is read to be sent to those it is written to",
    Machine.RULES: "rules: emails are compared with what a filter rule looks for; none is shown",
    Machine.THEMES: "themes: what many wrote about is counted; no sentence of anybody is kept or shown",
    Machine.STATISTICS: "statistics: tickets are compared with the words of listed themes; numbers alone come of it",
    Machine.INDEX: "index: messages and files are read so that search finds them; previews are seen by who may read",
    Machine.BACKUP: "backup: everything is copied, so that nothing is lost",
    Machine.ERASURE: "erasure: what one person wrote is looked for, to be taken away",
    Machine.DEMO: "demo: the stories of a fictional desk are played",
}


def kind_of(actor: Reader | None) -> str:
    if isinstance(actor, Agent):
        return "agent"
    return "nobody" if actor is None else "machine"


def id_of(actor: Reader | None) -> str:
    """An opaque id: a row's number, or a machine's name; never a person's name or address."""
    if isinstance(actor, Agent):
        return str(actor.id)
    return "" if actor is None else actor.value
