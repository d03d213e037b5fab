"""Erasing one person: their words go, others' stay; done twice or in pieces, it is the same."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import drafts, filter_rules, intake, ledger, outbox, people, permissions, saved_views
from helpdesk.desk.filter_rules import Wanted
from helpdesk.mail import inbound
from helpdesk.mail.filtering import Actions, Condition, Field
from helpdesk.mail.parsed import Address
from helpdesk.models.access_grant import AccessGrant, GrantReason, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditPayload
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.draft import DraftKind
from helpdesk.models.erasure import Erasure
from helpdesk.models.filter_rule import FilterHit, FilterRule
from helpdesk.models.inbound_email import Outcome
from helpdesk.models.message import Attachment, Direction, MessageAddress
from helpdesk.models.outbound_email import Delivery, DeliveryState
from helpdesk.models.outbound_email import Purpose as Why
from helpdesk.models.saved_view import SavedView
from helpdesk.models.ticket import Participant, Ticket
from helpdesk.privacy import access, audit, chain, erasure, tombstones
from helpdesk.privacy.certificate import certificate
from helpdesk.privacy.checkpoints import signer
from helpdesk.privacy.drafts import DraftText
from helpdesk.privacy.erasure import NobodyFound
from helpdesk.privacy.grants import Wish
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage.db import Database
from helpdesk.storage.vault import Vault
from tests import world

CANARY = "quetzalcoatlus"
NILS = "nils.berg@customer.example"
VAULT = Vault(b"k" * 32)


def erased(session: Session, who: Customer | str, *, by: Reader = Machine.COMMAND) -> Erasure:
    """The whole of it in one transaction, as the job does it in many."""
    begun = erasure.begin(session, VAULT, who, by=by)
    while left := erasure.left(session, begun):
        for name, ids in left.items():
            erasure.take(session, begun, name, ids)
    assert erasure.end(session, begun)
    session.flush()
    session.expire_all()
    return begun


@pytest.fixture
def nils(session: Session) -> Customer:
    return world.a_customer(session, NILS, "Nils Berg")


def read(session: Session, ticket: Ticket) -> str:
    text = access.read(session, ticket, by=Machine.BACKUP)
    said = [text.subject, *text.notes.values(), *text.attachment_names.values()]
    return " ".join([*said, *(f"{one.subject} {one.text} {one.html}" for one in text.messages.values())])


def test_a_ticket_that_is_theirs_alone_keeps_its_number_and_dates_and_nothing_else(session: Session, nils: Customer):
    team = world.a_team(session)
    agent = world.an_agent(session, team)
    ticket = world.a_ticket(session, team, customer=nils, subject=f"{CANARY} lamp", text=f"The {CANARY} flickers")
    world.a_message(session, ticket, text=f"We look at the {CANARY}", direction=Direction.SENT)
    world.a_note(session, ticket, agent, f"Nils has a {CANARY}")
    opened_at = ticket.opened_at

    erased(session, nils)

    assert read(session, ticket).strip() == ""
    assert (ticket.opened_at, ticket.message_count) == (opened_at, 2)
    assert access.search(session, [access.Phrase((CANARY,))], by=agent, among=Ticket.id > 0, limit=9) == []
    assert session.scalars(select(CustomerAddress)).all() == []
    assert (nils.name, nils.erased_at is not None) == ("", True)


def test_on_a_shared_ticket_others_words_stay(session: Session, nils: Customer):
    other = world.a_customer(session, "olga@customer.example", "Olga")
    ticket = world.a_ticket(session, customer=nils, subject=CANARY, text=f"My {CANARY}")
    theirs = world.a_message(session, ticket, text="Mine is green")
    theirs.customer_id = other.id
    session.add(MessageAddress(message_id=theirs.id, field="cc", email=NILS, name="Nils Berg"))
    world.a_message(session, ticket, text="Both are mended", direction=Direction.SENT)

    erased(session, nils)

    assert CANARY not in read(session, ticket)
    assert "Mine is green" in read(session, ticket)
    assert "Both are mended" in read(session, ticket)
    assert NILS not in {one.email for one in session.scalars(select(MessageAddress))}
    assert nils.id not in {one.customer_id for one in session.scalars(select(Participant))}


def test_what_they_wrote_on_somebody_elses_ticket_goes_too(session: Session, nils: Customer):
    ticket = world.a_ticket(session, text="It is dark here", subject="Dark")
    joined = world.a_message(session, ticket, text=f"Here a {CANARY} too")
    joined.customer_id = nils.id
    people.join(session, ticket, [(NILS, "Nils Berg")], customer=nils)

    erased(session, nils)

    assert read(session, ticket).split()[0] == "Dark"
    assert "It is dark here" in read(session, ticket)
    assert CANARY not in read(session, ticket)


def test_a_dry_run_counts_what_would_go_and_changes_nothing(session: Session, nils: Customer):
    other = world.a_customer(session)
    ticket = world.a_ticket(session, customer=nils)
    quoting = world.a_message(session, ticket, text=f"> {NILS} wrote: dark")
    quoting.customer_id = other.id
    session.flush()

    planned = erasure.plan(session, nils)

    assert (planned.counts["messages"], planned.counts["tickets"], planned.tickets) == (1, 1, 1)
    assert list(planned.shared_tickets) == [ticket.id]
    assert list(planned.mentions) == [quoting.id]
    assert session.scalars(select(Erasure)).all() == []
    assert "flickers" in read(session, ticket)


def test_a_file_goes_unless_somebody_elses_message_holds_the_same_bytes(db: Database, tmp_path: Path):
    db.files = tmp_path
    large, shared = b"large" * 60_000, b"shared" * 60_000
    with db.transaction() as session:
        nils = world.a_customer(session, NILS)
        ticket, others = world.a_ticket(session, customer=nils), world.a_ticket(session)
        for number, (on, body) in enumerate([(ticket, large), (ticket, shared), (others, shared)]):
            message = world.a_message(session, on)
            file = Attachment(message_id=message.id, position=number, media_type="text/plain", size=len(body))
            session.add(file)
            session.flush()
            access.write_attachment(session, file, name="a.txt", body=body)
        kept, others_id = file.id, others.id
    assert len(list(tmp_path.glob("??/*"))) == 2

    with db.transaction() as session:
        begun = erased(session, session.get_one(Customer, nils.id))
        assert len(begun.files_left.split()) == 1
        assert len(list(tmp_path.glob("??/*"))) == 2  # nothing is unlinked before the commit
    with db.transaction() as session:
        assert list(erasure.unfinished(session)) == [begun.id]
        erasure.remove_files(session, session.get_one(Erasure, begun.id))

    assert len(list(tmp_path.glob("??/*"))) == 1
    with db.reading() as session:
        assert access.read(session, session.get_one(Attachment, kept), by=Machine.BACKUP).body == shared
        assert "flickers" in read(session, session.get_one(Ticket, others_id))
        assert erasure.unfinished(session) == []


def test_mail_that_waits_is_cancelled_and_no_address_stays_in_the_outbox(session: Session, nils: Customer):
    ticket = world.a_ticket(session, customer=nils)
    message = world.a_message(session, ticket, direction=Direction.SENT)
    queued = outbox.queue(
        session, ticket.mailbox, Why.REPLY, to=[Address("Nils", NILS)], rfc_message_id="<1@desk>", message=message
    )

    erased(session, nils)

    row = session.scalars(select(Delivery)).one()
    assert (row.state, row.email, row.name) == (DeliveryState.CANCELLED, "", "")
    assert outbox.claim(session, queued.id) is None


def test_words_of_the_trail_go_and_the_chain_holds(session: Session, nils: Customer):
    team = world.a_team(session)
    agent, ticket = world.an_agent(session, team), world.a_ticket(session, team, customer=nils)
    terms = access.Phrase(("nils", "berg", "customer", "example"))
    access.search(session, [terms], by=agent, among=Ticket.id > 0, limit=5)
    access.search(session, [access.Phrase(("flickers",))], by=agent, among=Ticket.id > 0, limit=5)
    access.search(session, [access.Phrase(("nobody",))], by=agent, among=Ticket.id > 0, limit=5)
    audit.record(session, "ticket.close", by=agent, on=("ticket", ticket.id), subject_id=nils.id, words="Nils asked")
    session.flush()
    chain.seal(session, holder="a")

    erased(session, nils)
    chain.seal(session, holder="a")

    assert [row.body for row in session.scalars(select(AuditPayload))] == ["nobody"]
    assert chain.verify(session).fault is None


def test_live_grants_end_and_their_reasons_and_links_go(session: Session, nils: Customer):
    agent, ticket = world.an_agent(session), world.a_ticket(session, customer=nils)
    wish = Wish(Scope.TICKET, ticket.id, Purpose.BUG, f"The {CANARY} of Nils", 60)
    grant = permissions.ask(session, VAULT, wish, by=agent)

    erased(session, nils)

    assert session.get_one(AccessGrant, grant.id).state is GrantState.DENIED
    assert session.get_one(AccessGrant, grant.id).secret_hash is None
    assert session.get_one(GrantReason, grant.id).reason == ""
    assert [row for row in session.scalars(select(AuditPayload)) if CANARY in row.body] == []


def test_an_email_that_waits_to_be_looked_at_goes_by_its_writer(session: Session, nils: Customer):
    mailbox = world.a_mailbox(session, world.a_team(session))
    place = ledger.position(session, mailbox.id, "INBOX", 1)
    letters = [f"From: Nils\r\n <{NILS}>\r\n\r\n{CANARY}", "From: b@x.example\r\n\r\nkept"]
    arrived = [ledger.Arrived(uid, raw.encode(), 9, clock.now()) for uid, raw in enumerate(letters, start=1)]
    held, kept = ledger.keep(session, place, arrived)
    for email in (held, kept):
        ledger.decide(email, Outcome.HELD, "a stranger")
    session.flush()

    erased(session, nils)

    assert (held.outcome, kept.outcome) == (Outcome.ERASED, Outcome.HELD)
    assert access.read(session, kept, by=Machine.BACKUP).endswith(b"kept")
    again = ledger.keep(session, ledger.position(session, mailbox.id, "INBOX", 2), arrived)
    assert again == []  # the same bytes under a new UIDVALIDITY are known


def test_what_arrived_before_is_not_taken_in_and_what_comes_after_is_a_new_acquaintance(
    session: Session, nils: Customer
):
    mailbox = world.a_mailbox(session, world.a_team(session))
    erased(session, nils)
    place = ledger.position(session, mailbox.id, "INBOX", 1)
    before, after = ledger.keep(
        session,
        place,
        [
            ledger.Arrived(1, b"old", 3, world.days_ago(30)),
            ledger.Arrived(2, b"new", 3, clock.now()),
        ],
    )
    parsed = inbound.read(f"From: Nils <{NILS}>\r\nSubject: Lamp\r\n\r\nMy {CANARY}\r\n".encode())
    at = intake.arrival(session, mailbox, vault=VAULT)

    assert intake.receive(session, before, parsed, at=at) is Outcome.ERASED
    assert intake.receive(session, after, parsed, at=at) is Outcome.NEW_TICKET
    newcomer = session.scalars(select(Ticket)).one().customer_id
    assert newcomer != nils.id


def test_twice_is_once_and_somebody_who_only_stood_on_copies_can_be_erased(session: Session, nils: Customer):
    message = world.a_message(session, world.a_ticket(session))
    session.add(MessageAddress(message_id=message.id, field="cc", email="cc@x.example", name="Carl"))
    session.flush()

    erased(session, "cc@x.example")
    first = erased(session, nils)
    again = erased(session, nils)

    assert session.scalars(select(MessageAddress)).all() == []
    assert {name for name, count in _counts(again).items() if count} == set()
    assert _counts(first)["addresses"] == 1
    for nobody in (NILS, "999999", "nonsense", "cc@x.example"):
        with pytest.raises(NobodyFound):
            erasure.find(session, nobody)


def test_two_at_one_erasure_count_each_thing_once_and_end_it_once(session: Session, nils: Customer):
    ticket = world.a_ticket(session, customer=nils)
    world.a_message(session, ticket)
    planned = {name: count for name, count in erasure.plan(session, nils).counts.items() if count}
    begun = erasure.begin(session, VAULT, nils, by=Machine.COMMAND)

    command, worker = erasure.left(session, begun), erasure.left(session, begun)
    for name, ids in [*command.items(), *worker.items()]:
        erasure.take(session, begun, name, ids)
    assert erasure.end(session, begun)
    assert erasure.end(session, begun)

    assert {name: count for name, count in json.loads(begun.counts).items() if count} == planned
    assert len(world.trail(session, "erasure.end")) == 1


def test_the_certificate_tells_what_was_done_and_nothing_of_the_person(session: Session, nils: Customer):
    dpo = world.an_agent(session, name="Dora Pohl")
    world.a_ticket(session, customer=nils)

    text = certificate(erased(session, nils, by=dpo), signer(VAULT, "desk.example"))

    assert "messages: 1" in text
    assert f"by agent {dpo.id}, agent" in text
    assert "policy version 0" in text
    for personal in (NILS, "Nils", "Berg", "Dora", tombstones.digest_of(VAULT, NILS).hex()):
        assert personal not in text


def _counts(done: Erasure) -> dict[str, int]:
    found: dict[str, int] = json.loads(done.counts)
    return found


def test_a_new_email_that_was_begun_to_them_goes_and_one_to_another_stays(session: Session, nils: Customer):
    ada = world.an_agent(session, world.a_team(session))
    for key, to in (("to-nils-00000000", NILS.upper()), ("to-eva-000000000", "eva@customer.example")):
        said = DraftText(CANARY, fields=drafts.written({"to": to}))
        drafts.save(session, None, DraftKind.NEW, key, said, by=ada, revision=0)

    erased(session, nils)

    assert [one.key for one in drafts.new_emails(session, by=ada)] == ["to-eva-000000000"]


def test_saved_views_and_rules_that_name_them_go_and_others_stay(session: Session, nils: Customer):
    root = world.an_admin(session)
    for name, words in (("The lamp case", f"from:{NILS.upper()}"), ("Nils Berg", "lamp"), ("Iceberg", "berg nils")):
        saved_views.save(session, name, words, by=root, is_shared=True)
    kept = rule(session, "Adverts", "sale@shop.example", by=root)
    named = rule(session, "Urgent", f"boss@shop.example,{NILS}", by=root)
    called = rule(session, "Letters of Nils Berg", "lamp", by=root)
    place = ledger.position(session, world.a_mailbox(session, world.a_team(session)).id, "INBOX", 1)
    (held,) = ledger.keep(session, place, [ledger.Arrived(1, b"From: b@x.example\r\n\r\nlamp", 9, clock.now())])
    ledger.decide(held, Outcome.HELD, f"a rule holds it; {called.name}")
    session.add(FilterHit(rule_id=called.id, inbound_email_id=held.id))
    session.flush()

    assert {name: count for name, count in erasure.plan(session, nils).counts.items() if count} == {
        "addresses": 1, "rules": 2, "saved views": 2, "words of the audit trail": 2,
    }  # fmt: skip
    erased(session, nils)

    assert session.scalars(select(SavedView.name)).all() == ["Iceberg"]
    assert [row.id for row in filter_rules.listed(session)] == [kept.id]
    assert {(row.name, row.conditions) for row in (named, called)} == {("", "[]")}
    assert held.reason == "a rule holds it"
    assert len(world.trail(session, "filter_rule.remove")) == 2


def rule(session: Session, name: str, words: str, *, by: Agent) -> FilterRule:
    condition = Condition(Field.FROM, tuple(words.split(",")))
    return filter_rules.add(session, Wanted(name, (condition,), Actions(holds=True)), by=by)
