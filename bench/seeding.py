"""A desk with years of work in it, made in a minute: every table filled as intake and replies would fill it.

Each row is a copy of one that the real code made, with its own numbers, moments and words: a column that comes later
needs no change here. Indexes and triggers are taken off and put back, so the database is as it would have grown.
"""

import json
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from bench.bulk import Bulk, Row, quick_way_into
from helpdesk import clock
from helpdesk.models.agent import Team
from helpdesk.models.message import Direction
from helpdesk.privacy import audit, chain
from helpdesk.privacy.readers import Machine, id_of, kind_of
from helpdesk.storage.db import Database
from helpdesk.storage.words import as_indexed, words
from tests import world

OPEN_SHARE: Final = 0.05
ASIDE_SHARE: Final = 0.02
PER_CUSTOMER: Final = 5
YEARS: Final = 3
TEXTS: Final = 4_000


@dataclass(frozen=True)
class Seeded:
    """What was made: its teams and agents (one each), and the numbers its tickets have."""

    teams: list[int]
    agents: list[int]
    first_ticket: int
    last_ticket: int


def fill(db: Database, *, tickets: int, messages_each: int = 4, teams: int = 10, seed: int = 1) -> Seeded:
    """Add so many tickets to a migrated database; what is there stays."""
    with db.transaction() as session:
        made = [_a_team(session, number) for number in range(teams)]
        agents = [_an_agent(session, team_id) for team_id in made]
        _an_example(session)
    while True:  # the chain goes on from the example's events, with nothing unsealed between
        with db.transaction() as session:
            if not chain.seal(session, holder="seeding"):
                break
    with db.reading() as session:
        sequence, head = chain.head(session)
    db.dispose()
    with quick_way_into(db) as bulk:
        story = _Story(bulk, tickets, messages_each, made, agents, random.Random(seed), sequence, head)
        story.tell()
        return Seeded(made, agents, story.first_ticket, story.first_ticket + tickets - 1)


def _a_team(session: Session, number: int) -> int:
    team = world.a_team(session, f"Seeded team {number}")
    mailbox = world.a_mailbox(session, team, f"seeded{number}@desk.example")
    mailbox.polled_at = clock.now() + timedelta(hours=1)  # as where a poller runs: else each page says that none does
    return team.id


def _an_agent(session: Session, team_id: int) -> int:
    return world.an_agent(session, session.get_one(Team, team_id)).id


def _an_example(session: Session) -> None:
    """One ticket with a received and a sent message, whose rows are the pattern of all others."""
    ticket = world.a_ticket(session)
    world.a_message(session, ticket, direction=Direction.SENT)
    audit.record(
        session, "ticket.open", by=Machine.INTAKE, on=("ticket", ticket.id), subject_id=ticket.customer_id,
        facts={"email": 1, "follows": None},
    )  # fmt: skip


@dataclass
class _Story:
    bulk: Bulk
    tickets: int
    messages_each: int
    teams: list[int]
    agents: list[int]
    chance: random.Random
    sequence: int
    head: bytes
    first_ticket: int = field(init=False)
    _texts: list[tuple[str, str]] = field(init=False)
    _now: datetime = field(default_factory=lambda: clock.now().astimezone(UTC), init=False)
    _firsts: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        tables = ("customer", "customer_address", "ticket", "participant", "message", "search_text", "audit_event")
        self._firsts = {table: self.bulk.next_id(table) for table in tables}
        self.first_ticket = self._firsts["ticket"]
        self._texts = list(_texts(self.chance, self.bulk.dialect))

    def tell(self) -> None:
        steps: list[tuple[str, Callable[[], Iterator[Row]]]] = [
            ("customer", self._customers),
            ("customer_address", self._addresses),
            ("ticket", self._tickets),
            ("ticket_content", self._subjects),
            ("participant", self._participants),
            ("message", self._messages),
            ("message_content", self._contents),
            ("search_text", self._search),
            ("audit_event", self._events),
            ("audit_link", self._links),
        ]
        for table, rows in steps:
            pattern = self.bulk.example(table)
            self.bulk.add(table, ({**pattern, **row} for row in rows()))

    def _customer_of(self, number: int) -> int:
        return self._firsts["customer"] + number % max(1, self.tickets // PER_CUSTOMER)

    def _email_of(self, customer_id: int) -> str:
        return f"seeded{customer_id}@customer.example"

    def _opened(self, number: int) -> datetime:
        whole = timedelta(days=365 * YEARS)
        return self._now - whole + whole * (number / self.tickets)

    def _customers(self) -> Iterator[Row]:
        for number in range(max(1, self.tickets // PER_CUSTOMER)):
            yield {"id": self._firsts["customer"] + number, "name": f"Customer {number}"}

    def _addresses(self) -> Iterator[Row]:
        for number in range(max(1, self.tickets // PER_CUSTOMER)):
            customer_id = self._firsts["customer"] + number
            yield {
                "id": self._firsts["customer_address"] + number,
                "customer_id": customer_id,
                "email": self._email_of(customer_id),
            }

    def _tickets(self) -> Iterator[Row]:
        chance = random.Random(2)
        mailboxes = {
            team: self.bulk.example("mailbox")["id"] - len(self.teams) + at for at, team in enumerate(self.teams)
        }
        for number in range(self.tickets):
            opened = self._opened(number)
            closed = min(opened + timedelta(days=chance.uniform(0, 20)), self._now)
            drawn = chance.random()
            status = "open" if drawn < OPEN_SHARE else "pending" if drawn < OPEN_SHARE + ASIDE_SHARE else "closed"
            team = self.teams[number % len(self.teams)]
            moment = self.bulk.moment(closed)
            yield {
                "id": self.first_ticket + number,
                "customer_id": self._customer_of(number),
                "team_id": team,
                "mailbox_id": mailboxes[team],
                "status": status,
                "awaits_us": status == "open",
                "opened_at": self.bulk.moment(opened),
                "active_at": moment,
                "waiting_since": moment,
                "closed_at": moment if status == "closed" else None,
                "message_count": self.messages_each,
            }

    def _subjects(self) -> Iterator[Row]:
        for number in range(self.tickets):
            text = self._texts[number % TEXTS][0]
            yield {"ticket_id": self.first_ticket + number, "subject": text[:60], "preview": text[:150]}

    def _participants(self) -> Iterator[Row]:
        for number in range(self.tickets):
            customer_id = self._customer_of(number)
            yield {
                "id": self._firsts["participant"] + number,
                "ticket_id": self.first_ticket + number,
                "email": self._email_of(customer_id),
                "customer_id": customer_id,
            }

    def _each_message(self) -> Iterator[tuple[int, int, int]]:
        """(number of the ticket, number of the message on it, id) of all."""
        message_id = self._firsts["message"]
        for number in range(self.tickets):
            for turn in range(self.messages_each):
                yield number, turn, message_id
                message_id += 1

    def _messages(self) -> Iterator[Row]:
        for number, turn, message_id in self._each_message():
            customer_id, is_ours = self._customer_of(number), turn % 2 == 1
            ticket_id = self.first_ticket + number
            sender = "support@desk.example" if is_ours else self._email_of(customer_id)
            ours = f"t.{ticket_id}.{secrets.token_hex(16)}@desk.example"
            yield {
                "id": message_id,
                "ticket_id": ticket_id,
                "direction": "sent" if is_ours else "received",
                "from_email": sender,
                "rfc_message_id": ours if is_ours else f"{message_id}.seeded@customer.example",
                "customer_id": None if is_ours else customer_id,
                "agent_id": self.agents[number % len(self.agents)] if is_ours else None,
                "at": self.bulk.moment(min(self._opened(number) + timedelta(hours=turn), self._now)),
            }

    def _contents(self) -> Iterator[Row]:
        for number, turn, message_id in self._each_message():
            text = f"{self._texts[(number * 7 + turn) % TEXTS][0]} ref{message_id}"
            yield {"message_id": message_id, "text": text, "new_text": text}

    def _search(self) -> Iterator[Row]:
        for at, (number, turn, message_id) in enumerate(self._each_message()):
            tokens = self._texts[(number * 7 + turn) % TEXTS][1]
            own = f"ref{message_id}" if self.bulk.dialect == "sqlite" else f"'ref{message_id}':200"
            yield {
                "id": self._firsts["search_text"] + at,
                "ticket_id": self.first_ticket + number,
                "message_id": message_id,
                "note_id": None,
                "words": f"{tokens} {own}",
            }

    def _events(self) -> Iterator[Row]:
        for number, (event_id, at, core) in enumerate(self._each_event()):
            yield {
                "id": event_id,
                "at": self.bulk.moment(at),
                "object_id": self.first_ticket + number,
                "subject_id": self._customer_of(number),
                "core": core,
            }

    def _links(self) -> Iterator[Row]:
        previous, sequence = self.head, self.sequence
        for event_id, _at, core in self._each_event():
            sequence += 1
            current = chain.link_hash(previous, core)
            yield {"sequence": sequence, "event_id": event_id, "previous_hash": previous, "hash": current}
            previous = current

    def _each_event(self) -> Iterator[tuple[int, datetime, bytes]]:
        for number in range(self.tickets):
            at = self._opened(number)
            core = {
                "v": 1,
                "at": at.isoformat(timespec="microseconds"),
                "action": "ticket.open",
                "actor": [kind_of(Machine.INTAKE), id_of(Machine.INTAKE)],
                "object": ["ticket", self.first_ticket + number],
                "subject": self._customer_of(number),
                "basis": "",
                "facts": {"email": number, "follows": None},
            }
            said = json.dumps(core, sort_keys=True, separators=(",", ":"))
            yield self._firsts["audit_event"] + number, at, said.encode()


def _texts(chance: random.Random, dialect: str) -> Iterator[tuple[str, str]]:
    """Texts of about forty words, and what the index takes of them: some words are in every tenth, some in few."""
    vocabulary = [_word(number) for number in range(3_000)]
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    for _ in range(TEXTS):
        text = " ".join(chance.choices(vocabulary, weights, k=40))
        yield text, as_indexed(words(text), dialect)


def _word(number: int) -> str:
    syllables = "la mo ri te su ka no vi de ba".split()
    return "".join(syllables[int(digit)] for digit in f"{number:04d}")
