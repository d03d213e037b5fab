"""Teams: who answers which mailbox."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.desk import lengths
from helpdesk.models.agent import Agent, Team, TeamMember
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Reader
from helpdesk.storage.db import hold
from helpdesk.storage.once import once

LONGEST_NAME: Final = 80


class TeamUnknown(Exception):
    """No team has this name."""


class TeamNameless(Exception):
    """A team needs a name."""


class TeamKnown(Exception):
    """Another team has this name."""


def add(session: Session, name: str, *, by: Reader) -> Team:
    """A team of this name; one that is there already is returned as it is. Raises TeamNameless, TooLong."""
    return _named(session, _tidy(name)) or make(session, name, by=by)


def make(session: Session, name: str, *, by: Reader) -> Team:
    """A new team. Raises TeamNameless, TeamKnown, TooLong."""
    name = _tidy(name)
    _require_free(session, name)
    team = Team(name=name)
    session.add(team)
    session.flush()
    audit.record(session, "team.add", by=by, on=("team", team.id))
    return team


def rename(session: Session, team: Team, name: str, *, by: Reader) -> None:
    """Give a team another name. Raises TeamNameless, TeamKnown, TooLong; the name it has changes nothing."""
    name = _tidy(name)
    _require_free(session, name, but=team)
    if team.name != name:
        team.name = name
        audit.record(session, "team.rename", by=by, on=("team", team.id))


def all_of(session: Session) -> Sequence[Team]:
    """Every team of the desk, by name."""
    return once(session, Team, lambda: session.scalars(select(Team).order_by(func.lower(Team.name))).all())


def find(session: Session, names: Iterable[str]) -> list[Team]:
    """The teams with these names. Raises TeamUnknown."""
    return [_one(session, name) for name in names]


def everything(session: Session) -> list[tuple[Team, list[str], list[str]]]:
    """Each team with the addresses of its agents and of its mailboxes."""
    teams = session.scalars(select(Team).order_by(func.lower(Team.name))).all()
    members = session.execute(
        select(TeamMember.team_id, Agent.email)
        .join(Agent, Agent.id == TeamMember.agent_id)
        .where(Agent.is_disabled.is_(False))
        .order_by(Agent.email)
    ).all()
    mailboxes = session.execute(select(Mailbox.team_id, Mailbox.address).order_by(Mailbox.address)).all()
    return [
        (
            team,
            [email for team_id, email in members if team_id == team.id],
            [address for team_id, address in mailboxes if team_id == team.id],
        )
        for team in teams
    ]


def _tidy(name: str) -> str:
    if not (tidy := lengths.name(name, LONGEST_NAME)):
        raise TeamNameless("a team needs a name")
    return tidy


def _require_free(session: Session, name: str, *, but: Team | None = None) -> None:
    hold(session, "the names of teams")  # two who take the same one at once
    known = _named(session, name)
    if known is not None and known is not but:
        raise TeamKnown("another team has this name")


def _named(session: Session, name: str) -> Team | None:
    return session.scalar(select(Team).where(func.lower(Team.name) == name.lower()))


def _one(session: Session, name: str) -> Team:
    team = _named(session, " ".join(name.split()))
    if team is None:
        raise TeamUnknown(
            f"there is no team {name!r}: 'helpdesk team list' shows them, 'helpdesk team add' makes one"
        )
    return team
