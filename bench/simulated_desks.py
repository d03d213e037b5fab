"""Desks that never were: customers who write once or very often, office hours, tags of very different size."""

import calendar
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from helpdesk.models.agent import Team
from helpdesk.models.customer import Customer
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.models.statistic import StatisticTag
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Channel, Ticket
from helpdesk.storage import migrations
from helpdesk.storage.db import Database

TAGS = tuple(f"tag {number:02}" for number in range(1, 13))
_TAGGED = 0.8
_CHANNELS = {Channel.EMAIL: 0.8, Channel.FEEDBACK: 0.15, Channel.AGENT: 0.05}
_TAIL = 0.76  # of the log-series: 2.2 tickets a customer and month, one customer in fifty with more than nine
_WEEKDAYS = (13, 12, 11, 11, 10, 5, 4)
_HOURS = (1, 0, 0, 0, 0, 1, 3, 7, 12, 15, 14, 12, 10, 11, 12, 12, 11, 10, 9, 9, 10, 9, 6, 3)


@dataclass(frozen=True, slots=True)
class Simulated:
    """One ticket as it truly was."""

    customer: int
    opened_at: datetime
    channel: Channel
    tag: str | None
    replied_after: timedelta


@contextmanager
def desk(tickets: list[Simulated]) -> Iterator[Database]:
    """A database that holds these tickets and nothing else."""
    with TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{Path(folder) / 'desk.db'}")
        migrations.upgrade(db)
        _fill(db, tickets)
        yield db
        db.dispose()


def month(first: date, tickets: int, *, seed: int) -> list[Simulated]:
    """So many tickets of one month (nearly): customers with one, few, or very many of them."""
    throw = random.Random(seed)
    made: list[Simulated] = []
    customer = 0
    while len(made) < tickets:
        customer += 1
        made += [_ticket(throw, customer, first) for _ in range(_how_many(throw))]
    return sorted(made, key=lambda one: one.opened_at)


def _how_many(throw: random.Random) -> int:
    """Log-series: most write once, a few again and again."""
    left, number, part = throw.random(), 1, -_TAIL / math.log(1 - _TAIL)
    while left > part:
        left -= part
        number += 1
        part *= _TAIL * (number - 1) / number
    return number


def _ticket(throw: random.Random, customer: int, first: date) -> Simulated:
    days = [first + timedelta(days=day) for day in range(calendar.monthrange(first.year, first.month)[1])]
    [day] = throw.choices(days, [_WEEKDAYS[day.weekday()] for day in days])
    [hour] = throw.choices(range(24), _HOURS)
    at = datetime(day.year, day.month, day.day, hour, throw.randrange(60), throw.randrange(60), tzinfo=UTC)
    [channel] = throw.choices(list(_CHANNELS), list(_CHANNELS.values()))
    [tag] = throw.choices(TAGS, [rank**-1.15 for rank in range(1, len(TAGS) + 1)])
    replied = timedelta(minutes=throw.lognormvariate(math.log(240), 1.4))
    return Simulated(customer, at, channel, tag if throw.random() < _TAGGED else None, replied)


def _fill(db: Database, tickets: list[Simulated]) -> None:
    with db.transaction() as session:
        team = Team(name="Support")
        session.add(team)
        session.flush()
        mailbox = Mailbox(
            address="support@desk.example", name="Support", team_id=team.id, imap_host="127.0.0.1", imap_port=1,
            imap_security=Security.PLAIN, imap_user="support", imap_secret=b"", smtp_host="127.0.0.1", smtp_port=1,
            smtp_security=Security.PLAIN,
        )  # fmt: skip
        session.add_all([mailbox, *(StatisticTag(name=name) for name in TAGS)])
        tags = {name: Tag(name=name) for name in TAGS}
        session.add_all(tags.values())
        customers = {one.customer: Customer() for one in tickets}
        session.add_all(customers.values())
        session.flush()
        rows = [
            Ticket(
                customer=customers[one.customer], team=team, mailbox=mailbox, channel=one.channel,
                opened_at=one.opened_at, first_reply_at=one.opened_at + one.replied_after,
            )
            for one in tickets
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        tagged = [
            {"ticket_id": row.id, "tag_id": tags[one.tag].id}
            for row, one in zip(rows, tickets, strict=True)
            if one.tag
        ]
        session.execute(insert(TicketTag), tagged)
