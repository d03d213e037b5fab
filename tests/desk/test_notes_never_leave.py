"""Whatever agents do one after the other: no word of a note, or of the draft of one, is in any email that leaves."""

from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes, policy
from random import Random
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import (
    compose,
    delivery,
    drafts,
    merges,
    outbox,
    permissions,
    quotation,
    replies,
    sendings,
    taking_back,
    tickets,
    undelivered,
)
from helpdesk.desk.composing import Composing
from helpdesk.desk.editor import Written
from helpdesk.desk.taking_back import TooLate
from helpdesk.mail import outbound
from helpdesk.mail.outbound import NotComposed
from helpdesk.mail.parsed import Address
from helpdesk.models.access_grant import Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.message import Attachment, Message
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, customer_notes, settings
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.drafts import DraftText
from helpdesk.privacy.grants import Wish
from helpdesk.runtime import Runtime
from helpdesk.storage.vault import Vault
from tests import world

SECRET: Final = "quagga"  # in every note, on tickets and about people
SAID: Final = "albatross"  # in every answer
WROTE: Final = "pelican"  # in every email of a customer
SEQUENCES, STEPS = 5, 50
_REFUSED = (
    merges.NotToBeMerged, merges.NotToBeUndone, replies.NobodyToWriteTo, sendings.Held, TooLate, undelivered.NotLost,
)  # fmt: skip


class Hands:
    """Two agents at two tickets of one team, who do what a generator says."""

    def __init__(self, session: Session, vault: Vault, chance: Random) -> None:
        self.session, self.vault, self.chance = session, vault, chance
        team = world.a_team(session)
        mailbox = world.a_mailbox(session, team)
        self.agents = [world.an_agent(session, team) for _ in range(2)]
        self.tickets = [world.a_ticket(session, team, mailbox=mailbox, text=WROTE) for _ in range(2)]

    @property
    def by(self) -> Agent:
        return self.chance.choice(self.agents)

    @property
    def ticket(self) -> Ticket:
        return self.chance.choice(self.tickets)

    def write(self) -> None:
        message = world.a_message(self.session, self.ticket, text=f"{WROTE} {self.chance.random()}")
        file = Attachment(message_id=message.id, position=1, media_type="text/plain", size=1)
        self.session.add(file)
        self.session.flush()
        access.write_attachment(self.session, file, name=f"{WROTE}.txt", body=WROTE.encode())

    def note(self) -> None:
        other = self.by
        tickets.note(self.session, self.ticket, f"@{other.name} {SECRET} of this one", by=self.by)

    def remark(self) -> None:
        customer_notes.note(self.session, self.ticket, f"{SECRET} of this person", by=self.by)
        customer_notes.place(self.session, self.ticket, f"{SECRET} Ltd", by=self.by)

    def begin(self) -> None:
        kind = self.chance.choice([DraftKind.NOTE, DraftKind.REPLY])
        word = SECRET if kind is DraftKind.NOTE else SAID
        said = DraftText(word, f"<b>{word}</b>", drafts.written({"to": "eva@customer.example"}))
        drafts.save(self.session, self.ticket, kind, drafts.new_key(), said, by=self.by, revision=0)

    def send(self) -> None:
        """Anew, or what stands in a draft of any kind."""
        ticket, by, mode = self.ticket, self.by, self.chance.choice([Mode.ALL, Mode.SENDER, Mode.FORWARD])
        mine = [one for one in drafts.of_ticket(self.session, ticket, by=by) if one.kind is DraftKind.REPLY]
        draft = self.chance.choice([None, *mine])
        said = gate.read(self.session, draft, by=by) if draft else DraftText(SAID, f"<b>{SAID}</b>")
        files = [file.id for file in quotation.originals(self.session, ticket)]
        to = [Address("Kim", "kim@else.example")] if mode is Mode.FORWARD else None
        written = Written(
            text=said.text, html=said.html or "", mode=mode, to=to, originals=files, draft=draft
        )  # fmt: skip
        sendings.send(self.session, ticket, written, by=by)

    def take_back(self) -> None:
        row = taking_back.undoable(self.session, by=(by := self.by))
        if row is not None:
            taking_back.take_back(self.session, self.session.get_one(Message, row.message_id), by=by)

    def join(self) -> None:
        every = self.session.scalars(select(Draft).where(Draft.agent_id == (by := self.by).id)).all()
        if len(every) > 1:
            drafts.join(self.session, *self.chance.sample(every, 2), by=by)

    def lose(self) -> None:
        last = self.session.scalars(select(OutboundEmail).order_by(OutboundEmail.id.desc()).limit(3)).all()
        for email in last:
            delivery.bounced(self.session, email.rfc_message_id, None, "5.1.1")

    def resend(self) -> None:
        rows = self.session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(5)).all()
        for ticket in self.tickets:
            for row in (one for one in rows if undelivered.find(self.session, ticket, one.id)):
                if self.chance.random() < 0.5:
                    undelivered.try_again(self.session, ticket, row, by=self.by)
                else:
                    undelivered.send_to(self.session, ticket, row, "eva@customer.example", by=self.by)

    def merge(self) -> None:
        merges.merge(self.session, *self.chance.sample(self.tickets, 2), by=self.by)

    def part(self) -> None:
        merges.undo(self.session, self.ticket, by=self.by)

    def quote(self) -> None:
        settings.change(self.session, Composing(quotes_history=self.chance.random() < 0.7), by=self.by)

    def ask(self) -> None:
        wish = Wish(Scope.TICKET, self.ticket.id, Purpose.BUG, "The export fails", 60)
        permissions.ask(self.session, self.vault, wish, by=world.an_agent(self.session, world.a_team(self.session)))

    def act(self) -> None:
        step: Callable[[], None] = self.chance.choice(
            [
                self.write, self.note, self.note, self.begin, self.begin, self.send, self.send, self.send,
                self.remark, self.take_back, self.join, self.lose, self.resend, self.merge, self.part, self.quote,
            ]
        )  # fmt: skip
        with suppress(*_REFUSED), self.session.begin_nested():
            step()
        self.session.flush()


def leaves(here: Runtime) -> list[str]:
    """All that can be read of every email of the outbox, whatever became of it."""
    found = []
    with here.db.reading() as session:
        for email in session.scalars(select(OutboundEmail).order_by(OutboundEmail.id)).all():
            claimed = outbox.Claimed(email.id, email.mailbox_id, "", ())
            with suppress(NotComposed):
                made = compose.email(session, claimed, desk=here.config.desk, vault=here.vault)
                found.append(_said(outbound.compose(made)))
    return found


def _said(raw: bytes) -> str:
    email = message_from_bytes(raw, policy=policy.default)
    parts = [str(part.get_content()) for part in email.walk() if not part.is_multipart()]
    return "\n".join([raw.decode(), *(str(value) for value in email.values()), *parts])


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_no_word_of_a_note_is_in_an_email(runtime: Runtime, seed: int):
    with runtime.db.transaction() as session:
        hands = Hands(session, runtime.vault, Random(seed))  # noqa: S311  chance, no secret
        for _ in range(STEPS):
            hands.act()
        hands.ask()

    emails = leaves(runtime)

    assert any(SAID in email for email in emails)
    assert not [email for email in emails if SECRET in email]
