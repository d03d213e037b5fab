"""The full desk that measurements stand on is one the real code could have made."""

from sqlalchemy import func, select

from bench import seeding
from helpdesk.desk import inbox
from helpdesk.models.agent import Agent
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, chain
from helpdesk.storage.db import Database
from helpdesk.storage.search import Phrase, tickets_with
from tests import world


def test_a_seeded_desk_can_be_read_searched_verified_and_written_to(db: Database):
    seeded = seeding.fill(db, tickets=300, messages_each=3, teams=2)

    with db.reading() as session:
        verified = chain.verify(session)
        assert (verified.fault, verified.unsealed) == (None, 0)
        agent = session.get_one(Agent, seeded.agents[0])
        assert session.scalar(select(func.count()).select_from(inbox.visible(agent).subquery())) == 150
        ticket = session.get_one(Ticket, seeded.last_ticket - 1)
        said = access.read(session, ticket, by=agent)
        assert len(said.messages) == ticket.message_count == 3
        unique = next(iter(said.messages.values())).text.split()[-1]
        assert tickets_with(session, [Phrase((unique,))], among=Ticket.id > 0, limit=9) == [ticket.id]
    with db.transaction() as session:
        assert world.a_ticket(session).id > seeded.last_ticket
