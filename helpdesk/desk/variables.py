"""Variables in saved replies and signatures: {{customer.name}}, or, with a word instead, {{customer.name|there}}."""

import re
from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Ticket

NAMES: Final = (
    "customer.name",
    "customer.first_name",
    "agent.name",
    "agent.first_name",
    "ticket.number",
    "mailbox.name",
    "mailbox.address",
)
_VARIABLE: Final = re.compile(r"\{\{\s*([^{}|]{0,60}?)\s*(?:\|([^{}]{0,80}))?\}\}")


class VariableUnknown(Exception):
    """A text still holds variables that have no value; it must not leave like this."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("there are variables without a value")
        self.names = names


def values_for(session: Session, ticket: Ticket, *, by: Agent) -> dict[str, str]:
    """What the variables stand for on a ticket. Names, numbers and addresses: no content."""
    customer = session.get_one(Customer, ticket.customer_id)
    return values_at(session.get_one(Mailbox, ticket.mailbox_id), by=by) | {
        "customer.name": customer.name,
        "customer.first_name": customer.name.partition(" ")[0],
        "ticket.number": str(ticket.number),
    }


def values_at(mailbox: Mailbox, *, by: Agent) -> dict[str, str]:
    return {
        "agent.name": by.name,
        "agent.first_name": by.name.partition(" ")[0],
        "mailbox.name": mailbox.name,
        "mailbox.address": mailbox.address,
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in. A variable without one gets the word given for that case, else it stays, to be seen.

    What is put in, a customer's name for one, is never taken for a variable itself.
    """

    def value(found: re.Match[str]) -> str:
        return values.get(found[1], "").replace("{{", "{ {") or (found[2] if found[2] is not None else found[0])

    return _VARIABLE.sub(value, text)


def unknown(text: str) -> list[str]:
    """The variables that stand in a text, each once."""
    return list(dict.fromkeys(found[1] for found in _VARIABLE.finditer(text)))


def insist(text: str) -> None:
    """Let nothing leave that holds a variable. Raises VariableUnknown."""
    if names := unknown(text):
        raise VariableUnknown(names)
