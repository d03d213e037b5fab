"""What else can be done with a ticket: its team, its priority, merging, links; and what belongs to it already."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.desk import beside, followers, links, merges, teams
from helpdesk.desk.beside import Beside
from helpdesk.models.agent import Agent, Team
from helpdesk.models.merge import LinkKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, grants
from helpdesk.web import words
from helpdesk.web.language import _
from helpdesk.web.paging import Listed


@dataclass(frozen=True, slots=True)
class Related:
    """Another ticket this one is linked with, as far as it may be known."""

    number: int
    url: str
    subject: str | None = field(repr=False)
    words: str
    may_rejoin: int  # for how many seconds what was split off from it can be put back


@dataclass(frozen=True, slots=True)
class More:
    teams: Sequence[Team]
    priorities: Sequence[tuple[str, str]]
    merged: Sequence[int]  # the numbers of the tickets that were merged into it
    related: Sequence[Related]
    followers: Sequence[Agent]
    readers: Sequence[tuple[str, datetime | None]]  # who reads it by a permission, and until when
    is_left_out: bool  # of statistics and themes, as its customer wished
    contact: str  # whether who left feedback may be written back to: proved, ticked, or neither


def of(session: Session, ticket: Ticket, here: Listed, *, by: Agent) -> More:
    return More(
        teams=teams.all_of(session),
        priorities=list(words.priorities().items()),
        merged=[one.number for one in merges.of_ticket(session, ticket, by=by)],
        related=_related(session, ticket, here, by=by),
        followers=_followers(session, ticket),
        readers=_readers(session, ticket),
        is_left_out=Beside.WISH in beside.of_ticket(session, ticket),
        contact=_contact(beside.of_ticket(session, ticket)),
    )


def _followers(session: Session, ticket: Ticket) -> Sequence[Agent]:
    is_followed = Beside.FOLLOWER in beside.of_ticket(session, ticket)
    return followers.of_ticket(session, ticket) if is_followed else []


def _readers(session: Session, ticket: Ticket) -> list[tuple[str, datetime | None]]:
    if Beside.GRANT not in beside.of_ticket(session, ticket):
        return []
    return [(agent.name, grant.expires_at) for agent, grant in grants.live_on(session, ticket)]


def _contact(known: frozenset[Beside]) -> str:
    if Beside.PROVED in known:
        return "proved"
    return "ticked" if Beside.CONSENT in known else ""


def _related(session: Session, ticket: Ticket, here: Listed, *, by: Agent) -> list[Related]:
    may_be = ticket.merged_count or Beside.LINK in beside.of_ticket(session, ticket)
    linked = links.of_ticket(session, ticket, by=by) if may_be else []
    seen = access.glimpse(session, [one.other for one in linked], by=by, view=f"links of {ticket.id}")
    return [
        Related(
            one.other.number,
            here.ticket_url(one.other.number),
            seen[one.other.id].subject if one.other.id in seen else None,
            _words(one.kind, is_from_here=one.is_from_here),
            one.may_rejoin,
        )
        for one in linked
    ]


def _words(kind: LinkKind, *, is_from_here: bool) -> str:
    if kind is LinkKind.SPLIT:
        return _("split off from here") if is_from_here else _("began there")
    return ""
