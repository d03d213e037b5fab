"""A desk with one mailbox at the test's mail server, and what became of what was sent from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from helpdesk.desk import people, replies
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.models.agent import Agent, Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from tests.servers.smtp_sink import SmtpSink
from tests.world import a_mailbox, a_team, a_ticket, an_agent


@dataclass
class Outbox:
    runtime: Runtime
    mailbox_id: int
    agent_id: int

    def reply(
        self,
        text: str = "Please send the lamp back.",
        *,
        also: Sequence[str] = (),
        due_in: timedelta = timedelta(0),
        files: Sequence[OutgoingAttachment] = (),
    ) -> int:
        """Answer a new ticket, to its customer and further participants; the id of the row in the outbox."""
        with self.runtime.db.transaction() as session:
            ada, mailbox = session.get_one(Agent, self.agent_id), session.get_one(Mailbox, self.mailbox_id)
            ticket = a_ticket(session, session.get_one(Team, mailbox.team_id), mailbox=mailbox)
            people.join(session, ticket, [(email, "") for email in also])
            session.flush()
            message = replies.reply(session, ticket, text, by=ada, due_in=due_in, files=files)
            return session.scalars(select(OutboundEmail.id).where(OutboundEmail.message_id == message.id)).one()

    def states(self, outbound_email_id: int | None = None) -> list[DeliveryState]:
        return [row.state for row in self.rows(outbound_email_id)]

    def rows(self, outbound_email_id: int | None = None) -> Sequence[Delivery]:
        chosen = select(Delivery).order_by(Delivery.id)
        if outbound_email_id is not None:
            chosen = chosen.where(Delivery.outbound_email_id == outbound_email_id)
        with self.runtime.db.reading() as session:
            return session.scalars(chosen).all()

    def count(self, state: DeliveryState) -> int:
        with self.runtime.db.reading() as session:
            return session.scalar(select(func.count()).where(Delivery.state == state)) or 0

    def ticket(self, outbound_email_id: int) -> Ticket:
        with self.runtime.db.reading() as session:
            return session.scalars(
                select(Ticket)
                .join(Message, Message.ticket_id == Ticket.id)
                .join(OutboundEmail, OutboundEmail.message_id == Message.id)
                .where(OutboundEmail.id == outbound_email_id)
            ).one()

    def another(self, sink: SmtpSink) -> "Outbox":
        """A second mailbox of the same desk."""
        return an_outbox(self.runtime, sink, "sales@desk.example")

    def mailbox(self) -> Mailbox:
        with self.runtime.db.reading() as session:
            return session.get_one(Mailbox, self.mailbox_id)


def an_outbox(runtime: Runtime, sink: SmtpSink, address: str = "support@desk.example") -> Outbox:
    with runtime.db.transaction() as session:
        team = a_team(session)
        mailbox = a_mailbox(session, team, address, port=sink.port)
        return Outbox(runtime, mailbox.id, an_agent(session, team).id)
