"""What became of one case: its rows, what it changed, what was sent because of it, what its pages showed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.desk import people, tags
from helpdesk.models.access_grant import AccessGrant
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.message import Attachment, Direction, Message
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from tests.attacks.folder import Case
from tests.attacks.pages import Sight
from tests.attacks.world import ANA, BEN, BILLING, ROOT, SUPPORT, World
from tests.servers.smtp_sink import Accepted

WAITING = frozenset({Outcome.HELD, Outcome.QUARANTINED, Outcome.TOO_LARGE})
LOOK = "/needs-a-look"
TEXT_SINK = "text-sink"  # attacks on what a subject or a name is put into
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class TicketState:
    """All that an email could have done to a ticket."""

    customer: int
    addresses: frozenset[str]  # of its customer
    team: int
    status: str
    assignee: int | None
    tags: tuple[str, ...]
    participants: frozenset[str]
    received: frozenset[int]  # messages
    deliveries: frozenset[tuple[str, str]]
    has_failed: bool
    bounced: frozenset[str]


@dataclass(frozen=True)
class Holdings:
    """Ids of what an attack must neither make nor delete."""

    grants: frozenset[int]
    tickets: frozenset[int]
    customers: frozenset[int]
    messages: frozenset[int]
    emails: frozenset[int]
    outgoing: frozenset[int]


@dataclass
class Trial:
    case: Case
    world: World
    to: str = SUPPORT
    uids: list[int] = field(default_factory=list)
    rows: list[InboundEmail] = field(default_factory=list)
    seconds: float = 0
    growth_mb: float | None = None  # where it was measured
    went_on: bool | None = None  # the harmless email after it
    acknowledges: bool = False  # the writer of that one was answered by the desk itself
    connections: list[str] = field(default_factory=list)
    before: tuple[TicketState, Holdings] | None = None
    after: tuple[TicketState, Holdings] | None = None
    inbox: str = field(default="", repr=False)  # the list of open tickets, after it came
    caused: list[Accepted] = field(default_factory=list, repr=False)  # sent because it came, by nobody's hand
    about_a: list[Accepted] = field(default_factory=list, repr=False)  # when an agent answers ticket A afterwards
    answered: list[Accepted] = field(default_factory=list, repr=False)  # when an agent answers its own ticket
    sights: dict[str, Sight] = field(default_factory=dict, repr=False)
    second: str | None = None  # what became of a second email with its Message-ID, if that is not as it must be
    trouble: str = ""  # the harness could not even try

    @property
    def agent(self) -> str:
        """Who answers for the mailbox it went to."""
        return BEN if self.to == BILLING else ANA

    @property
    def tickets(self) -> list[int]:
        """Those its emails are on."""
        numbers = [row.ticket_id for row in self.rows if row.outcome not in WAITING and row.ticket_id]
        return list(dict.fromkeys(numbers))

    @property
    def own_tickets(self) -> list[int]:
        return [number for number in self.tickets if number not in (self.world.ticket_a, self.world.ticket_b)]

    @property
    def waits(self) -> bool:
        return any(row.outcome in WAITING for row in self.rows)

    @property
    def pages(self) -> list[tuple[str, str]]:
        """(agent, path) of the pages where it can be seen, with its formatting if it has any."""
        made = {one.ticket_id: one.id for one in self.messages() if one.has_html}
        found = [
            f"/tickets/{number}" + (f"?html={made[number]}" if number in made else "") for number in self.tickets
        ]
        found += [self.search] if self.case.attack == TEXT_SINK and found else []
        return [(self.agent, path) for path in found] + ([(ROOT, LOOK)] if self.waits else [])

    @property
    def search(self) -> str:
        """Where its subject is searched for: it stands in the field, as chips, and in the title."""
        return f"/search?q={quote(self.subject()[:LONGEST_SEARCH])}"

    def keep_as_view(self) -> None:
        """Its subject names a view that everybody has beside their lists from then on."""
        subject = self.subject()
        view = {"name": subject[:60], "q": subject[:LONGEST_SEARCH], "shared": "1"}
        kept = self.world.browser(self.agent).post("/saved-views", view)
        assert kept.status_code == 303

    @property
    def sent(self) -> list[Accepted]:
        return [*self.caused, *self.about_a, *self.answered]

    def messages(self) -> list[Message]:
        ids = [row.id for row in self.rows]
        with self.world.here.db.reading() as session:
            return list(
                session.scalars(select(Message).where(Message.inbound_email_id.in_(ids)).order_by(Message.id))
            )

    def attachments(self) -> list[Attachment]:
        ids = [message.id for message in self.messages()]
        chosen = select(Attachment).where(Attachment.message_id.in_(ids)).order_by(Attachment.position)
        with self.world.here.db.reading() as session:
            return list(session.scalars(chosen))

    def file_names(self) -> list[str]:
        wanted = {attachment.id for attachment in self.attachments()}
        with self.world.here.db.reading() as session:
            by = session.scalars(select(Agent).where(Agent.email == self.agent)).one()
            texts = [access.read(session, session.get_one(Ticket, number), by=by) for number in self.tickets]
        return [name for text in texts for each, name in text.attachment_names.items() if each in wanted]

    def subject(self) -> str:
        with self.world.here.db.reading() as session:
            by = session.scalars(select(Agent).where(Agent.email == self.agent)).one()
            return access.read(session, session.get_one(Ticket, self.tickets[0]), by=by).subject


def state_of(world: World) -> tuple[TicketState, Holdings]:
    """Ticket A, and what there is."""
    with world.here.db.reading() as session:
        return ticket_state(session, world.ticket_a), _holdings(session)


def ticket_state(session: Session, number: int) -> TicketState:
    ticket = session.get_one(Ticket, number)
    received = select(Message.id).where(Message.ticket_id == number, Message.direction == Direction.RECEIVED)
    sent = (
        select(Delivery)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .join(Message, Message.id == OutboundEmail.message_id)
        .where(Message.ticket_id == number)
    )
    addresses = list(
        session.scalars(select(CustomerAddress).where(CustomerAddress.customer_id == ticket.customer_id))
    )
    return TicketState(
        customer=ticket.customer_id,
        addresses=frozenset(one.email for one in addresses),
        team=ticket.team_id,
        status=ticket.status.value,
        assignee=ticket.assignee_id,
        tags=tuple(tag.name for tag in tags.on_tickets(session, [number]).get(number, ())),
        participants=frozenset(one.email for one in people.participants(session, ticket)),
        received=frozenset(session.scalars(received)),
        deliveries=frozenset((one.email, one.state.value) for one in session.scalars(sent)),
        has_failed=ticket.has_failed_delivery,
        bounced=frozenset(one.email for one in addresses if one.bounced_at is not None),
    )


def _holdings(session: Session) -> Holdings:
    nouns = (AccessGrant, Ticket, Customer, Message, InboundEmail, OutboundEmail)
    return Holdings(*(frozenset(session.scalars(select(noun.id))) for noun in nouns))


def number_of_tickets(world: World) -> int:
    with world.here.db.reading() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def texts_of(sent: Sequence[Accepted]) -> str:
    """What emails say once they are decoded, headers included."""
    said = []
    for email in sent:
        headers = [f"{name}: {value}" for name, value in email.message.items()]
        parts = [str(part.get_content()) for part in email.message.walk() if part.get_content_maintype() == "text"]
        said += [*headers, *parts, email.raw.decode("utf-8", "replace")]
    return "\n".join(said)
