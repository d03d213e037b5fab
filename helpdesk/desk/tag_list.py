"""The list of tags: how often each is used, renamed, two made one, retired. What names a tag goes along."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import and_, case, delete, func, select, update
from sqlalchemy.orm import Session

from helpdesk.desk import inbox, lengths
from helpdesk.desk.tickets import LONGEST_TAG, Empty, tidy_tag
from helpdesk.models.agent import Agent
from helpdesk.models.filter_rule import FilterRule
from helpdesk.models.saved_reply import SavedReply
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import audit, settings
from helpdesk.storage.db import hold


class TagKnown(Exception):
    """Another tag has this name: the two can be made one."""


@dataclass(frozen=True, slots=True)
class Retired:
    """Tags that are offered no more; where they are, they stay."""

    key: ClassVar = "retired_tags"
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Used:
    tag: Tag
    tickets: int
    not_closed: int
    is_retired: bool


def listed(session: Session, *, by: Agent) -> list[Used]:
    """Every tag by name, with how many tickets have it that this agent may know of."""
    is_open = func.sum(case((and_(Ticket.status != Status.CLOSED, Ticket.place == Place.DESK), 1), else_=0))
    rows = session.execute(
        select(TicketTag.tag_id, func.count(), is_open)
        .join(Ticket, Ticket.id == TicketTag.ticket_id)
        .where(inbox.is_visible(by))
        .group_by(TicketTag.tag_id)
    ).all()
    counts = {tag_id: (tickets, not_closed) for tag_id, tickets, not_closed in rows}
    retired = set(settings.of(session, Retired).names)
    tags = session.scalars(select(Tag).order_by(Tag.name)).all()
    return [Used(tag, *counts.get(tag.id, (0, 0)), tag.name in retired) for tag in tags]


def offered(session: Session, names: Sequence[str]) -> list[str]:
    """Those of these names that are not retired."""
    retired = set(settings.of(session, Retired).names)
    return [name for name in names if name not in retired]


def named(session: Session, name: str) -> Tag | None:
    """The tag that somebody wrote, as tags are compared where they are put on tickets."""
    return session.scalar(select(Tag).where(Tag.name == tidy_tag(name)))


def rename(session: Session, tag: Tag, name: str, *, by: Agent) -> None:
    """Give a tag another name, on every ticket, in rules and saved replies. Raises Empty, TagKnown, TooLong."""
    name = tidy_tag(lengths.name(name, LONGEST_TAG))
    if not name:
        raise Empty("a tag needs a name")
    if name == tag.name:
        return
    hold(session, "the names of tags")  # two who take the same one at once
    if session.scalar(select(Tag.id).where(Tag.name == name)) is not None:
        raise TagKnown("another tag has this name")
    before, is_retired = tag.name, tag.name in settings.of(session, Retired).names
    retire(session, tag, by=by, is_retired=False)
    tag.name = name
    retire(session, tag, by=by, is_retired=is_retired)
    _follow(session, before, name)
    audit.record(session, "tag.rename", by=by, on=("tag", tag.id))


def merge(session: Session, tag: Tag, into: Tag, *, by: Agent) -> None:
    """Make two tags one: every ticket of the first has the second from then on. A tag with itself changes nothing."""
    if tag.id == into.id:
        return
    has_both = select(TicketTag.ticket_id).where(TicketTag.tag_id == into.id)
    twice = delete(TicketTag).where(TicketTag.tag_id == tag.id, TicketTag.ticket_id.in_(has_both))
    session.execute(twice.execution_options(synchronize_session=False))
    rest = update(TicketTag).where(TicketTag.tag_id == tag.id).values(tag_id=into.id)
    session.execute(rest.execution_options(synchronize_session=False))
    retire(session, tag, by=by, is_retired=False)
    _follow(session, tag.name, into.name)
    audit.record(session, "tag.merge", by=by, on=("tag", tag.id), facts={"into": into.id})
    session.delete(tag)


def retire(session: Session, tag: Tag, *, by: Agent, is_retired: bool = True) -> None:
    """Offer a tag no more, or again; the same twice is once."""
    names = set(settings.of(session, Retired).names) - {tag.name} | ({tag.name} if is_retired else set())
    settings.change(session, Retired(tuple(sorted(names))), by=by)


def _follow(session: Session, before: str, after: str) -> None:
    """Rules and saved replies that put the tag on tickets put it on by its new name."""
    for rule in session.scalars(select(FilterRule).where(FilterRule.removed_at.is_(None))):
        does = json.loads(rule.actions)
        if before in (tidy_tag(name) for name in does.get("tags", ())):
            does["tags"] = list(dict.fromkeys(after if tidy_tag(name) == before else name for name in does["tags"]))
            rule.actions = json.dumps(does)
    for reply in session.scalars(select(SavedReply)):
        actions = json.loads(reply.actions)
        changed = [f"tag:{after}" if _names(action, before) else action for action in actions]
        if changed != actions:
            reply.actions = json.dumps(list(dict.fromkeys(changed)))


def _names(action: str, tag: str) -> bool:
    verb, _colon, what = action.partition(":")
    return verb == "tag" and tidy_tag(what) == tag
