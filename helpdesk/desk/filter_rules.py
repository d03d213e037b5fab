"""Filter rules: made and ordered by admins, asked for each email that comes in, and told on what they acted on."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import lengths, tickets
from helpdesk.mail.filtering import MAY_LACK_WORDS, Actions, Condition, Field, Judgement, Rule
from helpdesk.models.agent import Agent, Team
from helpdesk.models.filter_rule import FilterHit, FilterRule
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.ticket import Place, Priority, Ticket
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine
from helpdesk.storage import later

MOST: Final = 200
MOST_CONDITIONS: Final = 12
MOST_WORDS: Final = 200
LONGEST_NAME: Final = 80
_HEADER_NAME: Final = re.compile(r"[!-9;-~]+")

LONGEST_WORDS: Final = 4_000  # of one condition


class RuleRefused(ValueError):
    """A rule that can't be kept; `why` is one of: name, conditions, words, header, actions, team, too_many."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule as an admin writes it."""

    name: str
    conditions: tuple[Condition, ...]
    actions: Actions
    needs_all: bool = True
    stops: bool = False


def listed(session: Session) -> Sequence[FilterRule]:
    """The rules there are, in the order in which they are asked."""
    chosen = select(FilterRule).where(FilterRule.removed_at.is_(None))
    return session.scalars(chosen.order_by(FilterRule.position, FilterRule.id)).all()


def find(session: Session, rule_id: int) -> FilterRule | None:
    return session.scalar(select(FilterRule).where(FilterRule.id == rule_id, FilterRule.removed_at.is_(None)))


def in_force(session: Session) -> tuple[Rule, ...]:
    """The rules that are on, as values."""
    return tuple(value(row) for row in listed(session) if row.is_on)


def value(row: FilterRule) -> Rule:
    said, does = json.loads(row.conditions), json.loads(row.actions)
    conditions = tuple(
        Condition(Field(one["field"]), tuple(one["words"]), one["name"], one["is_not"])
        for one in said
        if one["field"] in set(Field)
    )
    actions = Actions(does["team_id"], tuple(does["tags"]), does["priority"], does["holds"], does["is_spam"])
    return Rule(row.id, row.name, conditions, actions, row.needs_all, row.stops)


def add(session: Session, wanted: Wanted, *, by: Agent) -> FilterRule:
    """Keep a rule, the last in order and off: it acts on nothing before somebody has looked.

    Raises RuleRefused, TooLong.
    """
    _check(session, wanted)
    known = listed(session)
    if len(known) >= MOST:
        raise RuleRefused("too_many")
    last = known[-1].position if known else 0
    row = FilterRule(position=last + 1, name="", conditions="[]", actions="{}")
    for name, new in _columns(wanted).items():
        setattr(row, name, new)
    session.add(row)
    session.flush()
    _tell(session, row, "filter_rule.add", by=by)
    return row


def change(session: Session, row: FilterRule, wanted: Wanted, *, by: Agent) -> None:
    """Let a rule say something else from now on; the same again changes nothing. Raises RuleRefused, TooLong."""
    _check(session, wanted)
    columns = _columns(wanted)
    changed = [name for name, new in columns.items() if getattr(row, name) != new]
    for name in changed:
        setattr(row, name, columns[name])
    if changed:
        row.changed_at = clock.now()
        _tell(session, row, "filter_rule.change", by=by, changed=changed)


def switch(session: Session, row: FilterRule, *, on: bool, by: Agent) -> None:
    if row.is_on is not on:
        row.is_on, row.changed_at = on, clock.now()
        _tell(session, row, "filter_rule.switch", by=by)


def move(session: Session, row: FilterRule, *, up: bool, by: Agent) -> None:
    """Ask a rule before the one that stands before it, or after the one after it; at the end it stays."""
    rows = list(listed(session))
    at = rows.index(row)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(rows):
        return
    rows[at], rows[other] = rows[other], rows[at]
    for position, one in enumerate(rows, 1):
        one.position = position
    _tell(session, row, "filter_rule.move", by=by)


def remove(session: Session, row: FilterRule, *, by: Agent) -> None:
    """It acts no more; what it acted on keeps its name."""
    row.removed_at, row.is_on = clock.now(), False
    _tell(session, row, "filter_rule.remove", by=by)


def shape(session: Session, ticket: Ticket, judgement: Judgement) -> None:
    """Make a new ticket, before it is kept, what the rules say: with whose team, how urgent, where."""
    team = session.get(Team, judgement.team_id) if judgement.team_id else None
    if team is not None:
        ticket.team = team
    if judgement.priority in set(Priority):
        ticket.priority = Priority(judgement.priority)
    if judgement.is_spam:
        ticket.put(Place.SPAM)


def keep_hits(session: Session, email: InboundEmail, judgement: Judgement, ticket: Ticket | None) -> None:
    """Write down which rules acted on an email, put their tags on its ticket, and tell the trail."""
    ticket_id = ticket.id if ticket else None
    if ticket is not None and judgement.tags:
        later.settle(session)
        for tag in judgement.tags:
            tickets.tag(session, ticket, tag, by=Machine.INTAKE)
    for rule in judgement.rules:
        said = {"rule_id": rule.id, "inbound_email_id": email.id, "ticket_id": ticket_id}
        later.add(session, FilterHit, **said, at=clock.now())
    if judgement.rules:
        facts: dict[str, object] = {"rules": [rule.id for rule in judgement.rules], "ticket": ticket_id}
        audit.record(
            session, "filter_rule.act", by=Machine.INTAKE, on=("raw_email", email.id),
            subject_id=ticket.customer_id if ticket else None, facts=facts,
        )  # fmt: skip


def acted_on(session: Session, ticket: Ticket) -> Sequence[FilterRule]:
    """The rules that made this ticket what it was at first."""
    chosen = select(FilterRule).join(FilterHit, FilterHit.rule_id == FilterRule.id)
    return session.scalars(chosen.where(FilterHit.ticket_id == ticket.id).order_by(FilterHit.id)).unique().all()


def hit_counts(session: Session) -> dict[int, int]:
    """How many emails each rule acted on."""
    rows = session.execute(select(FilterHit.rule_id, func.count()).group_by(FilterHit.rule_id))
    return {rule_id: count for rule_id, count in rows}  # noqa: C416  rows are tuples to a human only


def _check(session: Session, wanted: Wanted) -> None:
    if not lengths.name(wanted.name, LONGEST_NAME):
        raise RuleRefused("name")
    if not wanted.conditions or len(wanted.conditions) > MOST_CONDITIONS:
        raise RuleRefused("conditions")
    for one in wanted.conditions:
        if not any(word.strip() for word in one.words) and one.field not in MAY_LACK_WORDS:
            raise RuleRefused("words")
        if one.field is Field.HEADER and not _HEADER_NAME.fullmatch(one.name.strip()):
            raise RuleRefused("header")
        if len(one.words) > MOST_WORDS:
            raise RuleRefused("too_many")
        lengths.text(", ".join(one.words), LONGEST_WORDS, field="words")
    for tag in wanted.actions.tags:
        lengths.name(tag, tickets.LONGEST_TAG, field="tags")
    if not wanted.actions:
        raise RuleRefused("actions")
    if wanted.actions.team_id and session.get(Team, wanted.actions.team_id) is None:
        raise RuleRefused("team")


def _columns(wanted: Wanted) -> dict[str, object]:
    conditions = [asdict(condition) for condition in wanted.conditions]
    return {
        "name": " ".join(wanted.name.split()),
        "conditions": json.dumps(conditions, ensure_ascii=False),
        "actions": json.dumps(asdict(wanted.actions), ensure_ascii=False),
        "needs_all": wanted.needs_all,
        "stops": wanted.stops,
    }


def _tell(session: Session, row: FilterRule, action: str, *, by: Agent, changed: Sequence[str] = ()) -> None:
    facts: dict[str, object] = {"on": row.is_on, "position": row.position, "keys": list(changed)}
    words = json.dumps({"name": row.name, "conditions": row.conditions, "actions": row.actions}, ensure_ascii=False)
    audit.record(session, action, by=by, on=("filter_rule", row.id), facts=facts, words=words)
