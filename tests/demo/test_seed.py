"""Played on an empty desk, the stories leave tickets, a full ledger, sent answers, and nothing to be sent."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, func, select

from helpdesk import clock
from helpdesk.config import from_mapping
from helpdesk.demo import oddities, premises, seed, stories
from helpdesk.demo.company import company
from helpdesk.demo.letters import MX
from helpdesk.demo.post.office import Office
from helpdesk.demo.seed import Stage
from helpdesk.desk import agents, inbox, saved_replies
from helpdesk.desk.inbox import View
from helpdesk.desk.mailboxes import Server
from helpdesk.desk.variables import NAMES
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import MailboxPosition, Security
from helpdesk.models.message import Message, Verdict
from helpdesk.models.outbound_email import Delivery, DeliveryState
from helpdesk.models.saved_reply import SavedReply
from helpdesk.models.ticket import Status, Ticket
from helpdesk.storage.db import Database
from helpdesk.storage.vault import create_key_file, open_vault

DAYS = 21


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("demo")
    create_key_file(folder / "candour.key")
    config = from_mapping({"mail": {"trusted_authserv_id": MX}}, {}, folder=folder)
    (folder / "candour.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(config.database_url, config.files_folder)
    office = Office(folder / "post.db")
    now = clock.now()
    with Sandbox() as reader:
        stage = Stage(config, database, open_vault(config.key_file), office, reader)
        seed.furnish(stage, now, servers)
        ordinary = stories.events(now, premises.zone(), days=DAYS)
        events = [*ordinary, *oddities.events(ordinary, now, premises.zone())]
        seed.play(stage, sorted(events, key=lambda event: event.at), lambda _done: None)
        yield stage
    office.close()
    database.dispose()


def servers(address: str) -> tuple[Server, Server]:
    server = Server(host="127.0.0.1", port=1, security=Security.PLAIN, user=address, password="secret")
    return server, server


def rows(stage: Stage, chosen: Executable) -> list[Any]:
    with stage.db.reading() as session:
        return list(session.scalars(chosen).all())


def test_every_email_in_the_post_office_has_an_outcome_and_the_position_is_behind_the_last(stage):
    for mailbox in company().mailboxes:
        box = stage.office.box(mailbox.address)
        uids = [letter.uid for letter in stage.office.letters(box)]
        ledger = rows(stage, select(InboundEmail.uid).where(InboundEmail.uidvalidity == box.uidvalidity))

        assert set(uids) <= set(ledger)
        position = select(MailboxPosition.last_uid).where(MailboxPosition.last_uid == max(uids))
        assert rows(stage, position)
    outcomes = Counter(rows(stage, select(InboundEmail.outcome)))
    assert outcomes[Outcome.NEW_TICKET] > 30
    assert outcomes[Outcome.APPENDED] > 20
    assert outcomes[Outcome.HELD] >= 2
    assert outcomes[Outcome.BOUNCE] >= 1
    assert outcomes[Outcome.STORED] == outcomes[Outcome.QUARANTINED] == 0


def test_answers_were_sent_in_the_past_and_nothing_is_left_to_send(stage):
    states = Counter(rows(stage, select(Delivery.state)))

    assert set(states) <= {DeliveryState.ACCEPTED, DeliveryState.BOUNCED}
    assert all(at <= clock.now() for at in rows(stage, select(Delivery.changed_at)))


def test_the_customers_find_the_answers_in_their_inboxes(stage):
    for email, count in answered(stage).items():
        assert len(stage.office.letters(stage.office.box(email))) == count


def answered(stage: Stage) -> dict[str, int]:
    with stage.db.reading() as session:
        counted = session.execute(select(Delivery.email, func.count()).group_by(Delivery.email))
        return {email: count for email, count in counted}  # noqa: C416  rows are tuples to a human only


def test_the_desk_has_every_kind_of_ticket_most_older_ones_closed(stage):
    old = select(Ticket.status).where(Ticket.opened_at < clock.now() - timedelta(days=14))
    states = Counter(rows(stage, select(Ticket.status)))

    assert states[Status.OPEN] >= 3
    assert states[Status.CLOSED] > states[Status.OPEN]
    assert Counter(rows(stage, old))[Status.CLOSED] > 0.5 * len(rows(stage, old))  # how many goes by the hour


def test_time_ran_as_told(stage):
    begun = clock.now() - timedelta(days=DAYS + 1)

    assert all(begun < at <= clock.now() for at in rows(stage, select(Message.at)))
    assert rows(stage, select(Ticket.id).where(Ticket.first_reply_at < Ticket.opened_at)) == []


def test_the_companys_own_mx_vouches_for_customers(stage):
    assert Counter(rows(stage, select(Message.verdict)))[Verdict.PASS] > 30


def test_everybody_of_the_staff_can_sign_in_and_see_their_teams_tickets(stage):
    with stage.db.reading() as session:
        for member in company().members:
            agent: Agent = agents.find(session, member.email)

            assert agent.password_hash
            assert inbox.count(session, agent, View.OPEN) > 0


def test_the_staff_has_saved_replies_each_with_a_variable_and_something_that_is_done(stage):
    for reply in rows(stage, select(SavedReply)):
        assert any(f"{{{{{name}" in reply.text for name in NAMES), reply.name
        assert saved_replies.actions_of(reply), reply.name
    assert len(rows(stage, select(SavedReply))) == len(company().saved_replies) == 5
