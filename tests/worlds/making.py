"""A world made at random: all kinds of agents, tickets, grants at every step; each text has its mark."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import outbox, people
from helpdesk.mail.parsed import Address
from helpdesk.models.access_grant import (
    AccessGrant,
    Approver,
    GrantReason,
    GrantState,
    Purpose,
    Scope,
    StatedPurpose,
)
from helpdesk.models.agent import Agent, AgentMailbox, Role, Team
from helpdesk.models.customer import Customer
from helpdesk.models.draft import Draft, DraftFile, DraftKind
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Attachment, Direction, Message
from helpdesk.models.outbound_email import Purpose as Wanted
from helpdesk.models.policy import PolicyVersion
from helpdesk.models.role import OwnRole, Permission
from helpdesk.models.role import Scope as Sees
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import access, drafts
from helpdesk.privacy.access import MessageText
from helpdesk.privacy.drafts import DraftText
from tests import world
from tests.web.browser import PASSWORD_HASH

WORD: Final = "lantern"  # in every text, so that one search looks for all of them
MODES: Final = ("recent", "team", "strict")
_ROLES: Final = (Role.AGENT, Role.LEAD, Role.ADMIN, Role.DPO, Role.AUDITOR, Role.DEVELOPER, Role.OWN, Role.OWN)
_WAITING: Final = (Outcome.HELD, Outcome.QUARANTINED, Outcome.PUT_ASIDE)


@dataclass
class World:
    """What a test asks about; who may read what is for the oracle to say."""

    mode: str
    agents: list[str] = field(default_factory=list)  # their addresses
    tickets: list[int] = field(default_factory=list)
    # marks of what lies in files, by mark: ("raw", an email's id), ("file", an attachment's), ("draft file", its id)
    files: dict[str, tuple[str, int]] = field(default_factory=dict)


class Maker:
    """Makes one world in one transaction; the same seed makes the same world."""

    def __init__(self, session: Session, random: Random, port: int) -> None:
        self.session, self.random, self.port = session, random, port
        self.made = World(random.choice(MODES))
        self.now = clock.now()
        self.marks = 0
        self.uids = 0

    def mark(self) -> str:
        """A word that is written once in the world."""
        self.marks += 1
        return f"mark{self.random.randrange(16**6):06x}{self.marks:04d}"

    def build(self, *, agents: int = 7, tickets: int = 7) -> World:
        self._policy()
        self.teams = [world.a_team(self.session) for _ in range(3)]
        self.mailboxes = [world.a_mailbox(self.session, team, port=self.port) for team in self.teams[:2]]
        self.customers = [world.a_customer(self.session) for _ in range(4)]
        self.customers[0].is_protected = self.random.random() < 0.5
        self.people = [self._agent(role) for role in self._roles(agents)]
        self.rows = [self._ticket() for _ in range(tickets)]
        for ticket in self.rows:
            self._writing(ticket)
        for agent in self.people:
            for _ in range(self.random.randint(0, 2)):
                self._grant(agent)
            self._draft(agent, self.random.choice(self.rows))
        self._desk_grant(self.people[0])  # one, at least, reads nearly all
        for state in GrantState:
            self._grant(self.random.choice(self.people), state)
        for _ in range(8):
            self._purpose(self.random.choice(self.people), self.random.choice(self.rows))
        self.made.agents = [agent.email for agent in self.people]
        self.made.tickets = [ticket.id for ticket in self.rows]
        return self.made

    def _policy(self) -> None:
        days = self.random.choice((0, 3, 14))
        body = f'[access]\nmode = "{self.made.mode}"\ndays_after_closing = {days}\n'
        self.session.add(PolicyVersion(body=body, effective_at=self.now - timedelta(days=90)))

    def _roles(self, count: int) -> list[Role]:
        return [Role.AGENT, Role.ADMIN, *self.random.sample(_ROLES, count - 2)]

    def _agent(self, role: Role) -> Agent:
        chosen = self.random.sample(self.teams, self.random.randint(0 if role is Role.ADMIN else 1, 2))
        agent = world.an_agent(self.session, *chosen, role=role)
        agent.password_hash = PASSWORD_HASH
        if role is Role.OWN:
            agent.own_role = self._own_role()
        if self.random.random() < 0.2:
            agent.narrower_scope = self.random.choice((Sees.MINE, Sees.MAILBOX, Sees.NONE))
        for mailbox in self.mailboxes:
            if self.random.random() < 0.4:
                self.session.add(AgentMailbox(agent_id=agent.id, mailbox_id=mailbox.id))
        return agent

    def _own_role(self) -> OwnRole:
        may = [one.value for one in Permission if self.random.random() < 0.5]
        role = OwnRole(
            name=f"Role {self.random.random()}", scope=self.random.choice(list(Sees)), permission_words=" ".join(may)
        )
        self.session.add(role)
        return role

    def _ticket(self) -> Ticket:
        status = self.random.choice((Status.OPEN, Status.OPEN, Status.PENDING, Status.CLOSED, Status.CLOSED))
        age = self.random.choice((0.1, 2, 13.9, 14.1, 40))
        customer: Customer = self.random.choice(self.customers)
        team: Team = self.random.choice(self.teams)
        mailbox: Mailbox = self.random.choice(self.mailboxes)
        subject, text = f"{WORD} {self.mark()}", f"{WORD} {self.mark()}"
        ticket = world.a_ticket(
            self.session,
            team,
            customer=customer,
            subject=subject,
            text=text,
            status=status,
            at=world.days_ago(age),
            mailbox=mailbox,
        )
        ticket.assignee = self.random.choice([*self.people, None])
        ticket.is_protected = self.random.random() < 0.25
        ticket.place = self.random.choice((Place.DESK, Place.DESK, Place.DESK, Place.SPAM, Place.TRASH))
        return ticket

    def _writing(self, ticket: Ticket) -> None:
        """A letter with HTML, a file and its raw email; an answer that leaves, a note, and an email that waits."""
        letter = self._message(ticket, Direction.RECEIVED, f"<p>{WORD} {self.mark()}</p>")
        letter.inbound_email_id = self._email(ticket, Outcome.APPENDED).id
        self._answer(ticket)
        world.a_note(self.session, ticket, self.random.choice(self.people), f"{WORD} {self.mark()}")
        self._file(letter)
        if self.random.random() < 0.5:
            self._email(ticket, self.random.choice(_WAITING))

    def _answer(self, ticket: Ticket) -> None:
        """With a file, in the outbox, to whom the ticket is with."""
        answer = self._message(ticket, Direction.SENT, None)
        answer.agent_id = self.random.choice(self.people).id
        answer.rfc_message_id = f"answer{self.marks}@desk.example"
        self._file(answer)
        mailbox = self.session.get_one(Mailbox, ticket.mailbox_id)
        to = [Address("", one.email) for one in people.participants(self.session, ticket)]
        outbox.queue(self.session, mailbox, Wanted.REPLY, to=to, rfc_message_id=answer.rfc_message_id, message=answer)

    def _file(self, message: Message) -> None:
        file = Attachment(message_id=message.id, position=1, media_type="text/plain", size=20)
        self.session.add(file)
        self.session.flush()
        inside = self.mark()
        self.made.files[inside] = ("file", file.id)
        access.write_attachment(self.session, file, name=f"{self.mark()}.txt", body=f"{WORD} {inside}".encode())

    def _message(self, ticket: Ticket, direction: Direction, html: str | None) -> Message:
        message = Message(
            ticket_id=ticket.id,
            direction=direction,
            from_email="nils@customer.example",
            customer_id=ticket.customer_id if direction is Direction.RECEIVED else None,
            at=ticket.active_at,
            has_html=html is not None,
        )
        self.session.add(message)
        self.session.flush()
        text = f"{WORD} {self.mark()}"
        said = MessageText(f"Re: {self.mark()}", f"{text}\n\n> {self.mark()}", text, html)
        access.write_message(self.session, message, said, found_by=text)
        return message

    def _email(self, ticket: Ticket, outcome: Outcome) -> InboundEmail:
        self.uids += 1
        inside = self.mark()
        raw = f"Subject: {inside}\r\n\r\n{WORD} {inside}".encode()
        email = InboundEmail(
            mailbox_id=ticket.mailbox_id,
            folder="INBOX",
            uidvalidity=1,
            uid=self.uids,
            sha256=hashlib.sha256(raw).digest(),
            size=len(raw),
            arrived_at=ticket.active_at,
            outcome=outcome,
            ticket_id=ticket.id,
        )
        self.session.add(email)
        self.session.flush()
        self.made.files[inside] = ("raw", email.id)
        access.keep_raw_email(self.session, email, raw)
        return email

    def _draft(self, agent: Agent, ticket: Ticket) -> None:
        kind = self.random.choice(list(DraftKind))
        draft = Draft(ticket_id=ticket.id, agent_id=agent.id, kind=kind, key=f"key-of-{agent.id}-{self.marks}")
        self.session.add(draft)
        self.session.flush()
        drafts.write(self.session, draft, DraftText(f"{WORD} {self.mark()}"))
        file = DraftFile(draft_id=draft.id, media_type="text/plain", size=20)
        self.session.add(file)
        self.session.flush()
        inside = self.mark()
        self.made.files[inside] = ("draft file", file.id)
        drafts.write_file(self.session, file, name=f"{self.mark()}.txt", body=inside.encode())

    def _grant(self, agent: Agent, state: GrantState | None = None) -> None:
        """A grant that begins and ends anywhere around now; its state may not know yet that its time is over."""
        scope = self.random.choice((Scope.TICKET, Scope.TICKET, Scope.CUSTOMER, Scope.TEAM, Scope.DESK))
        chosen = {
            Scope.TICKET: self.random.choice(self.rows).id,
            Scope.CUSTOMER: self.random.choice(self.customers).id,
            Scope.TEAM: self.random.choice(self.teams).id,
            Scope.DESK: None,
        }
        starts, ends = self._around(-4, 1), self._around(-1, 4)
        grant = AccessGrant(
            agent_id=agent.id,
            scope=scope,
            scope_id=chosen[scope],
            purpose=Purpose.BUG,
            approver=self.random.choice(list(Approver)),
            state=state or GrantState.ACTIVE,
            asked_minutes=60,
            lapses_at=self._around(-1, 2),
        )
        if grant.state is not GrantState.REQUESTED:
            grant.starts_at, grant.expires_at = starts, max(ends, starts + timedelta(minutes=1))
        self.session.add(grant)
        self.session.flush()
        self.session.add(GrantReason(grant_id=grant.id, reason="The export fails"))

    def _desk_grant(self, agent: Agent) -> None:
        grant = AccessGrant(
            agent_id=agent.id,
            scope=Scope.DESK,
            purpose=Purpose.BUG,
            approver=Approver.TWO_PEOPLE,
            state=GrantState.ACTIVE,
            asked_minutes=1440,
            lapses_at=self.now,
            starts_at=self.now,
            expires_at=self.now + timedelta(days=1),
        )
        self.session.add(grant)
        self.session.flush()
        self.session.add(GrantReason(grant_id=grant.id, reason="The export fails"))

    def _purpose(self, agent: Agent, ticket: Ticket) -> None:
        stated = StatedPurpose(
            agent_id=agent.id, ticket_id=ticket.id, purpose=Purpose.BUG, stated_at=self._around(-1, 0)
        )
        self.session.merge(stated)

    def _around(self, first: float, last: float) -> datetime:
        """Some days from now, never a moment that the next minutes decide about."""
        return self.now + timedelta(days=self.random.uniform(first, last)) + timedelta(minutes=1)
