"""Which lists an agent has turned around: each stays as they last had it."""

from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.privacy import settings

_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class ListOrders:
    """Lists by the names their addresses have; those not named are in their own order."""

    key: ClassVar = "list_orders"
    turned: tuple[str, ...] = ()


def is_turned(session: Session, agent: Agent, name: str) -> bool:
    return name in settings.of_agent(session, agent, ListOrders).turned


def turn(session: Session, name: str, *, by: Agent, is_turned: bool) -> None:
    """Have a list the other way around from now on, or as it is by itself."""
    others = [one for one in settings.of_agent(session, by, ListOrders).turned if one != name]
    turned = [*others, name] if is_turned else others
    settings.change_own(session, ListOrders(tuple(turned[-_MOST:])), by=by)
