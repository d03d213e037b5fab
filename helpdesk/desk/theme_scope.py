"""What a report of themes is about: which mailboxes, teams, tags and channel; reports of one scope are a series."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Channel, Place, Ticket


class NoSuchScope(Exception):
    """A mailbox, team, tag or channel of this name does not exist."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Numbers of rows; nothing chosen is everything."""

    mailboxes: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    channel: str = ""

    @property
    def text(self) -> str:
        """The same for the same choice, in whatever order it was made: a series is known by it."""
        return json.dumps({key: value for key, value in asdict(self).items() if value}, sort_keys=True)


def of_text(text: str) -> Scope:
    """The scope of a series."""
    kept = json.loads(text)
    chosen = {key: tuple(kept.get(key, ())) for key in ("mailboxes", "teams", "tags")}
    return Scope(**chosen, channel=kept.get("channel", ""))


def chosen(
    session: Session,
    *,
    mailboxes: Sequence[int] = (),
    teams: Sequence[int] = (),
    tags: Sequence[int] = (),
    channel: str = "",
) -> Scope:
    """A scope of things that exist. Raises NoSuchScope."""
    for model, ids in ((Mailbox, mailboxes), (Team, teams), (Tag, tags)):
        if len(set(ids)) != len(session.scalars(select(model.id).where(model.id.in_(ids))).all()):
            raise NoSuchScope(f"there is no such {model.__tablename__}")
    if channel and channel not in list(Channel):
        raise NoSuchScope(f"there is no channel {channel!r}: it is one of {', '.join(Channel)}")
    return Scope(tuple(sorted(set(mailboxes))), tuple(sorted(set(teams))), tuple(sorted(set(tags))), channel)


def named(session: Session, words: Sequence[str]) -> Scope:
    """A scope as it is typed: mailbox:ADDRESS, team:NAME, tag:NAME, channel:feedback. Raises NoSuchScope."""
    found: dict[str, list[int]] = {"mailbox": [], "team": [], "tag": []}
    channel = ""
    columns = {"mailbox": Mailbox.address, "team": Team.name, "tag": Tag.name}
    for word in words:
        kind, _colon, name = word.partition(":")
        if kind in {"channel", *found} and not name:
            raise NoSuchScope(f"{word!r} names nothing: write {kind}:NAME")
        if kind == "channel":
            if channel not in {"", name}:
                raise NoSuchScope(f"a report is of one channel, not of {channel} and {name}")
            channel = name
        elif kind in found:
            number = session.scalar(select(columns[kind].class_.id).where(columns[kind] == name))
            if number is None:
                raise NoSuchScope(f"there is no {kind} {name!r}")
            found[kind].append(number)
        else:
            raise NoSuchScope(f"{word!r} is no scope: write mailbox:ADDRESS, team:NAME, tag:NAME or channel:NAME")
    return chosen(session, mailboxes=found["mailbox"], teams=found["team"], tags=found["tag"], channel=channel)


def is_within(scope: Scope) -> ColumnElement[bool]:
    """The tickets a report of this scope is about, as a condition on Ticket."""
    condition = Ticket.place == Place.DESK
    if scope.mailboxes:
        condition &= Ticket.mailbox_id.in_(scope.mailboxes)
    if scope.teams:
        condition &= Ticket.team_id.in_(scope.teams)
    if scope.tags:
        condition &= Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag_id.in_(scope.tags)))
    if scope.channel:
        condition &= Ticket.channel == Channel(scope.channel)
    return condition


def names(session: Session, scope: Scope) -> list[str]:
    """What was chosen, by name, for people; empty where it is everything."""
    return [name for _kind, name in by_kind(session, scope)]


def by_kind(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """The same with what each is: mailbox, team, tag or channel."""
    found: list[tuple[str, str]] = []
    for kind, column, ids in (
        ("mailbox", Mailbox.address, scope.mailboxes),
        ("team", Team.name, scope.teams),
        ("tag", Tag.name, scope.tags),
    ):
        if ids:
            number = column.class_.id
            known = {row[0]: row[1] for row in session.execute(select(number, column).where(number.in_(ids)))}
            found += [(kind, name) for name in sorted(known.values())]
    return [*found, *([("channel", scope.channel)] if scope.channel else [])]
