"""Counting within bounds: however much one customer's month holds, it changes each count by so much at the most."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.statistic import Metric, StatisticTally, Unit
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Channel, Place, Ticket
from helpdesk.privacy import access, objections
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import categories
from helpdesk.privacy.statistics.plan import Plan

Owner = int | str  # a customer's number, or an organisation's domain
Mark = Callable[[str, Owner], bytes]

_DRAW: Final = secrets.SystemRandom()
# whose domain says nothing about an organisation: there each customer stands for themselves
PUBLIC_DOMAINS: Final = frozenset(
    """aol.com fastmail.com gmail.com gmx.at gmx.ch gmx.de gmx.net googlemail.com hotmail.com hotmail.de icloud.com
    laposte.net libero.it live.com mac.com mail.com mail.ru mailbox.org me.com msn.com orange.fr outlook.com
    outlook.de posteo.de proton.me protonmail.com qq.com t-online.de web.de wp.pl yahoo.com yahoo.de yandex.ru
    zoho.com""".split()
)


@dataclass(frozen=True, slots=True)
class Counted:
    """The true counts of a period (never shown, never kept), and how much of each customer's month is used up."""

    categories: Mapping[Metric, Sequence[str]]
    counts: Mapping[Metric, list[int]] = field(repr=False)
    tallies: Mapping[tuple[str, bytes], tuple[int, int]] = field(repr=False)  # (month, mark) → periods, tickets


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    owner: Owner
    month: str
    opened_at: datetime
    channel: Channel
    first_reply_at: datetime | None
    closed_at: datetime | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """The moments between which a ticket was opened, the months they belong to, and where hours are counted."""

    begins_at: datetime
    ends_at: datetime
    months: Sequence[str]
    zone: ZoneInfo

    def month(self, at: datetime) -> str:
        """Always one whose budget pays, also where the operator moved to another time zone in between."""
        return min(max(f"{at.astimezone(self.zone):%Y-%m}", self.months[0]), self.months[-1])


def count(session: Session, span: Span, plan: Plan, metrics: Sequence[Metric], *, mark: Mark) -> Counted:
    """Count a period: of each customer's month so many tickets for the total, one drawn by lot for all shares.

    Where a month has several periods, what earlier ones counted is taken from the tally, so that the bound holds
    for the month, whatever was deleted, merged or moved meanwhile.
    """
    months: defaultdict[tuple[str, Owner], list[_Row]] = defaultdict(list)
    for row in _rows(session, span, plan.unit):
        months[row.month, row.owner].append(row)
    tags = categories.tags(session)
    themes = categories.themes(session)
    lists = {metric: categories.of(metric, tags, list(themes)) for metric in metrics}
    counts = {metric: [0] * len(lists[metric]) for metric in metrics}
    if Metric.CUSTOMERS in counts:
        counts[Metric.CUSTOMERS] = [len({owner for _month, owner in months})]
    rest = [metric for metric in metrics if metric is not Metric.CUSTOMERS]
    if not rest:
        return Counted(lists, counts, {})
    keeps_tally = plan.periods > 1
    known = _tallies(session, {month for month, _owner in months}) if keeps_tally else {}
    tallies: dict[tuple[str, bytes], tuple[int, int]] = {}
    drawn: list[_Row] = []
    most = plan.query(Metric.TICKETS).contributions
    for (month, owner), rows in months.items():
        key = (month, mark(month, owner)) if keeps_tally else (month, b"")
        periods, tickets = known.get(key, (0, 0))
        fresh = min(len(rows), max(0, most - tickets))
        if Metric.TICKETS in counts:
            counts[Metric.TICKETS][0] += fresh
        if periods < plan.periods:
            drawn.append(_DRAW.choice(rows))
        if keeps_tally:
            tallies[key] = min(periods + 1, plan.periods), tickets + fresh
    _share_out(session, span, drawn, counts, tags)
    if Metric.THEME in counts:
        counts[Metric.THEME] = _by_theme(session, drawn, themes)
    return Counted(lists, counts, tallies)


def _share_out(
    session: Session, span: Span, drawn: Sequence[_Row], counts: Mapping[Metric, list[int]], tags: Sequence[str]
) -> None:
    """Add each drawn ticket to one category of every metric."""
    tags_of = _tags(session, span, tags) if Metric.TAG in counts else {}
    reopened = _reopened(session, span) if Metric.REOPENED in counts else set()
    channels, languages = list(Channel), list(categories.LANGUAGES)
    for row in drawn:
        here = row.opened_at.astimezone(span.zone)
        listed = tags_of.get(row.id, ())
        places = {
            Metric.CHANNEL: channels.index(row.channel),
            Metric.TAG: tags.index(_DRAW.choice(listed)) if listed else len(tags),
            Metric.FIRST_REPLY: _bin(row, row.first_reply_at, categories.FIRST_REPLY_WITHIN),
            Metric.RESOLUTION: _bin(row, row.closed_at, categories.RESOLVED_WITHIN),
            Metric.WEEKDAY: here.weekday(),
            Metric.HOUR: here.hour,
            Metric.LANGUAGE: languages.index(row.language) if row.language in languages else len(languages),
            Metric.REOPENED: 0 if row.id in reopened else 1,
        }
        for metric, place in places.items():
            if metric in counts:
                counts[metric][place] += 1


def _by_theme(session: Session, drawn: Sequence[_Row], themes: Mapping[str, Sequence[str]]) -> list[int]:
    """Each drawn ticket in one theme of those whose words its customer used, or in none."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for at, phrases in enumerate(themes.values()):
        for ticket_id in access.holding(session, [row.id for row in drawn], phrases, by=Machine.STATISTICS):
            found[ticket_id].append(at)
    counts = [0] * (len(themes) + 1)
    for row in drawn:
        counts[_DRAW.choice(found[row.id]) if row.id in found else len(themes)] += 1
    return counts


def _bin(row: _Row, then: datetime | None, edges: Sequence[int]) -> int:
    return categories.within(None if then is None else then - row.opened_at, edges)


def _rows(session: Session, span: Span, unit: Unit) -> list[_Row]:
    """What is needed of each ticket: no content, no name, no address."""
    owners = organisations(session) if unit is Unit.ORGANISATION else {}
    found = session.execute(
        select(
            Ticket.id, func.coalesce(Customer.part_of_id, Customer.id), Ticket.opened_at,
            Ticket.channel, Ticket.first_reply_at, Ticket.closed_at,
            Customer.language,
        )
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(*_within(span))
        .order_by(Ticket.id)
    )  # fmt: skip
    return [
        _Row(number, owners.get(customer, customer), span.month(opened), opened, channel, replied, closed, language)
        for number, customer, opened, channel, replied, closed, language in found
    ]


def _within(span: Span) -> tuple[ColumnElement[bool], ...]:
    """What is counted: nothing of a customer who objected, or whose data may only be kept."""
    return (
        Ticket.place == Place.DESK,
        Ticket.opened_at >= span.begins_at,
        Ticket.opened_at < span.ends_at,
        Ticket.customer_id.not_in(objections.left_out()),
    )


def organisations(session: Session) -> dict[int, str]:
    """The domain of each customer's first address, unless it is one of a public mail service."""
    found: dict[int, str] = {}
    for customer, email in session.execute(
        select(CustomerAddress.customer_id, CustomerAddress.email).order_by(CustomerAddress.id.desc())
    ):
        domain = email.rpartition("@")[2]
        found[customer] = f"customer {customer}" if domain in PUBLIC_DOMAINS else domain
    return found


def _tags(session: Session, span: Span, names: Sequence[str]) -> Mapping[int, Sequence[str]]:
    """Of each ticket the tags that are on the list, however they are written on the ticket."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    ours = {tag: name.casefold() for tag, name in session.execute(select(Tag.id, Tag.name))}
    listed = {tag: name for tag, name in ours.items() if name in set(names)}
    rows = session.execute(
        select(TicketTag.ticket_id, TicketTag.tag_id)
        .join(Ticket, Ticket.id == TicketTag.ticket_id)
        .where(*_within(span), TicketTag.tag_id.in_(list(listed)))
    )
    for ticket, tag in rows:
        found[ticket].append(listed[tag])
    return found


def _reopened(session: Session, span: Span) -> set[int]:
    rows = session.scalars(
        select(Ticket.id)
        .join(AuditEvent, AuditEvent.object_id == Ticket.id)
        .where(*_within(span), AuditEvent.object_kind == "ticket", AuditEvent.action == "ticket.reopen")
    )
    return set(rows)


def _tallies(session: Session, months: set[str]) -> dict[tuple[str, bytes], tuple[int, int]]:
    rows = session.scalars(select(StatisticTally).where(StatisticTally.month.in_(months)))
    return {(row.month, row.mark): (row.periods, row.tickets) for row in rows}
