"""Small months: customers with tickets at chosen moments, counted as the desk counts them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from helpdesk.models.agent import Team
from helpdesk.models.customer import Customer
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.statistic import Cadence, Metric
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Ticket
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import counting, noise, periods, plan, releases
from helpdesk.privacy.statistics.counting import Counted, Owner, Span
from helpdesk.privacy.statistics.periods import Period
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.privacy.statistics.releases import Due
from tests import world

BERLIN = ZoneInfo("Europe/Berlin")
OCTOBER = date(2026, 10, 1)
BALANCED = Usage()


def mark(month: str, owner: Owner) -> bytes:
    return hashlib.sha256(f"{month} {owner}".encode()).digest()


class Small:
    """A desk with one team, and as many customers as a test needs."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.team: Team = world.a_team(session)
        self.mailbox: Mailbox = world.a_mailbox(session, self.team)
        self.tags: dict[str, Tag] = {}

    def customer(self, email: str | None = None) -> Customer:
        return world.a_customer(self.session, email)

    def ticket(self, customer: Customer, at: datetime, *, tag: str = "", minutes: int | None = None) -> Ticket:
        replied = None if minutes is None else at + timedelta(minutes=minutes)
        made = Ticket(customer=customer, team=self.team, mailbox=self.mailbox, opened_at=at, first_reply_at=replied)
        self.session.add(made)
        self.session.flush()
        if tag:
            if tag not in self.tags:
                self.tags[tag] = Tag(name=tag)
                self.session.add(self.tags[tag])
                self.session.flush()
            self.session.add(TicketTag(ticket_id=made.id, tag_id=self.tags[tag].id))
            self.session.flush()
        return made


def day(number: int, month: int = 10, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def due(period: Period, usage: Usage = BALANCED, metrics: Sequence[Metric] | None = None) -> Due:
    """A period as it would be closed, with the plan of these settings."""
    chosen = plan.of(usage, period.cadence)
    return Due(
        period,
        chosen,
        metrics
        or [one.metric for one in chosen.queries if one.metric is not Metric.CUSTOMERS or chosen.periods == 1],
        periods.midnight(period.begins_on, BERLIN),
        periods.midnight(period.ends_on, BERLIN),
    )


def counted(session: Session, found: Due) -> Counted:
    span = Span(found.begins_at, found.ends_at, found.period.months, BERLIN)
    return counting.count(session, span, found.plan, found.metrics, mark=mark)


def released(session: Session, found: Due) -> Mapping[Metric, Sequence[int]]:
    """Count, draw and keep a period; what was drawn."""
    counts = counted(session, found)
    noisy = releases.draw(found, counts)
    assert releases.keep(session, found, counts, noisy, send=False, by=Machine.STATISTICS)
    return noisy


def month(cadence: Cadence = Cadence.MONTHLY, first: date = OCTOBER) -> Period:
    return periods.at(cadence, first)


def exactly(query: plan.Query) -> float:
    """OpenDP's own word for what a query tells, in epsilon."""
    return float(noise.measurement(query).map(query.contributions))
