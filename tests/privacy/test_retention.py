"""The trash: what lay there long enough goes, whole and for good; nothing else does, and no email is lost over it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import custom_fields, drafts, followers, links, merges, outbox, places, privacy_requests, reports
from helpdesk.desk.custom_fields import Wanted
from helpdesk.mail.parsed import Address
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.models.agent import Agent, Team
from helpdesk.models.content.field_value import FieldValue
from helpdesk.models.content.message_content import AttachmentContent, MessageContent, NoteContent
from helpdesk.models.content.search_text import SearchText
from helpdesk.models.content.stored_file import StoredFile
from helpdesk.models.custom_field import FieldKind
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.follower import Follower
from helpdesk.models.merge import TicketLink
from helpdesk.models.message import Attachment, Direction, MessageAddress, Note
from helpdesk.models.outbound_email import Delivery, DeliveryState, Purpose
from helpdesk.models.privacy_request import RequestOutcome
from helpdesk.models.ticket import Participant, Place, Status, Ticket
from helpdesk.privacy import access, chain, purging, retention
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.drafts import DraftText
from helpdesk.privacy.retention import NotDays, Retention
from tests import world

UTC = ZoneInfo("UTC")
CONTENT = (MessageContent, NoteContent, AttachmentContent, StoredFile, SearchText, FieldValue)
ROWS = (Attachment, MessageAddress, Note, Draft, Participant, Follower, TicketLink)


@pytest.fixture
def team(session: Session) -> Team:
    return world.a_team(session)


@pytest.fixture
def ada(session: Session, team: Team) -> Agent:
    return world.an_agent(session, team)


@pytest.fixture
def root(session: Session) -> Agent:
    return world.an_admin(session)


def in_the_trash(session: Session, ada: Agent, *, days: float = 31, **given: object) -> Ticket:
    ticket = world.a_ticket(session, ada.teams[0], **given)  # type: ignore[arg-type]
    with clock.stopped_at(world.days_ago(days)):
        places.put(session, ticket, Place.TRASH, by=ada)
    return ticket


def empty(session: Session, *, most: int = 50) -> None:
    """All of it in one transaction, as the job does it in many."""
    while tickets := purging.unfinished(session) or purging.begin(session, night=clock.now(), most=most):
        for name, ids in purging.left(session, tickets).items():
            purging.take(session, name, ids)
        purging.end(session, tickets)
        session.flush()
        session.expire_all()


def standing(ticket: Ticket) -> tuple[Place, datetime | None]:
    return ticket.place, ticket.trashed_at


def counted(session: Session, *models: type) -> dict[str, int]:
    session.flush()
    found = {one.__name__: session.scalar(select(func.count()).select_from(one)) or 0 for one in models}
    return {name: count for name, count in found.items() if count}


def test_all_that_was_written_on_it_goes_and_a_number_and_dates_stay(session: Session, ada: Agent, root: Agent):
    order = custom_fields.add(session, FieldKind.CHOICE, Wanted("Lamp", "Arc\nBow", is_personal=False), by=root)
    ticket = in_the_trash(session, ada, days=0, subject="The quetzal lamp", text="The quetzal flickers")
    other = world.a_ticket(session, ada.teams[0], subject="Another", text="Stays")
    links.link(session, ticket, other, by=ada)
    followers.follow(session, ticket, by=ada)
    custom_fields.fill_in(session, ticket, {order.id: "Arc"}, by=ada)
    world.a_note(session, ticket, ada, "A quetzal, he says")
    answer = world.a_message(session, ticket, text="Which quetzal?", direction=Direction.SENT)
    outbox.queue(session, ticket.mailbox, Purpose.REPLY, to=[Address("", "nils@customer.example")],
                 rfc_message_id="<1@desk.example>", message=answer)  # fmt: skip
    file = Attachment(message_id=answer.id, position=1, media_type="text/plain", size=7)
    session.add(file)
    session.flush()
    access.write_attachment(session, file, name="quetzal.txt", body=b"quetzal")
    drafts.save(session, ticket, DraftKind.REPLY, "one", DraftText("My quetzal"), by=ada, revision=0)
    opened, ticket.trashed_at = ticket.opened_at, world.days_ago(31)

    empty(session)

    assert counted(session, *CONTENT) == {
        "MessageContent": 1,
        "SearchText": counted(session, SearchText)["SearchText"],
    }
    assert access.search(session, [access.Phrase(("quetzal",))], by=root, among=Ticket.id > 0, limit=9) == []
    assert counted(session, *ROWS) == {"Participant": 1}  # of the other ticket
    delivery = session.scalars(select(Delivery)).one()
    assert (delivery.email, delivery.state) == ("", DeliveryState.CANCELLED)
    session.refresh(ticket)
    assert standing(ticket) == (Place.PURGED, None)
    assert (ticket.opened_at, ticket.message_count) == (opened, 2)
    assert access.glimpse(session, [other], by=ada, view="open")[other.id].subject == "Another"
    assert [event.object_id for event in world.trail(session, "ticket.purge")] == [ticket.id]


def test_nothing_goes_before_its_time_and_nothing_where_it_is_off(session: Session, ada: Agent, root: Agent):
    young, old = in_the_trash(session, ada, days=29), in_the_trash(session, ada, days=300)
    spam = world.a_ticket(session, ada.teams[0], at=world.days_ago(300))
    places.put(session, spam, Place.SPAM, by=ada)
    retention.choose(session, Retention(trash_days=0), by=root)
    empty(session)
    assert old.place is Place.TRASH

    retention.choose(session, Retention(trash_days=30), by=root)
    empty(session)

    assert [one.place for one in (young, old, spam)] == [Place.TRASH, Place.PURGED, Place.SPAM]


def test_what_was_restored_in_time_begins_anew_when_it_is_thrown_away_again(session: Session, ada: Agent):
    ticket = in_the_trash(session, ada, days=40)
    places.put(session, ticket, Place.DESK, by=ada)
    assert ticket.trashed_at is None
    places.put(session, ticket, Place.TRASH, by=ada)

    empty(session)

    assert ticket.place is Place.TRASH


def test_what_is_gone_is_read_answered_restored_and_merged_by_nobody(session: Session, ada: Agent, root: Agent):
    ticket, other = in_the_trash(session, ada), world.a_ticket(session, ada.teams[0])
    empty(session)
    session.refresh(ticket)

    for act in (
        lambda: access.read(session, ticket, by=ada),
        lambda: access.require(session, ticket, by=root),
        lambda: places.put(session, ticket, Place.DESK, by=ada),
        lambda: merges.merge(session, ticket, other, by=ada),
    ):
        with pytest.raises(AccessDenied):
            act()
    assert access.glimpse(session, [ticket], by=ada, view="trash") == {}


def test_a_ticket_goes_with_what_was_merged_into_it(session: Session, ada: Agent):
    cover, ticket = (world.a_ticket(session, ada.teams[0], subject=f"Lamp {number}") for number in (1, 2))
    merges.merge(session, cover, ticket, by=ada)
    with clock.stopped_at(world.days_ago(31)):
        places.put(session, ticket, Place.TRASH, by=ada)

    empty(session)

    assert {one.place for one in (cover, ticket)} == {Place.PURGED}
    assert counted(session, *CONTENT) == {}
    with pytest.raises((AccessDenied, merges.NotToBeUndone)):
        merges.undo(session, cover, by=ada)


def test_it_waits_for_a_request_over_somebodys_data(session: Session, ada: Agent, root: Agent):
    ticket = in_the_trash(session, ada)
    asked = privacy_requests.add(session, ticket, RequestKind.ACCESS, time_zone="UTC", by=root)
    expected = retention.expected(session, Retention(), clock.now())
    empty(session)
    assert (expected.tickets, expected.tickets_tonight, expected.tickets_asked_for) == (1, 0, 1)
    assert standing(ticket)[0] is Place.TRASH

    privacy_requests.end(session, asked, RequestOutcome.GIVEN, "Handed over.", by=root)
    empty(session)

    assert ticket.place is Place.PURGED


def test_reports_and_the_chain_are_the_same_before_and_after(session: Session, ada: Agent, root: Agent):
    for _ in range(3):
        in_the_trash(session, ada, status=Status.CLOSED, at=world.days_ago(35))
    world.a_ticket(session, ada.teams[0], at=world.days_ago(35))
    asked = reports.Asked(world.days_ago(60).date(), clock.now().date())
    before = reports.report(session, asked, by=root, zone=UTC)

    empty(session)

    assert reports.report(session, asked, by=root, zone=UTC) == before
    session.flush()
    while chain.seal(session, holder="here"):
        pass
    assert chain.verify(session).fault is None


def test_days_are_numbers_that_make_sense(session: Session, root: Agent):
    for wrong in (Retention(trash_days=-1), Retention(draft_days=3_651)):
        with pytest.raises(NotDays):
            retention.choose(session, wrong, by=root)
    retention.choose(session, Retention(trash_days=7, draft_days=0), by=root)
    assert [event.action for event in world.trail(session, "setting.change")] == ["setting.change"]


def test_drafts_go_when_nobody_touched_them_for_as_long_as_is_set(session: Session, ada: Agent, root: Agent):
    ticket = world.a_ticket(session, ada.teams[0])
    for age in (5, 15):
        with clock.stopped_at(world.days_ago(age)):
            drafts.save(session, ticket, DraftKind.NOTE, f"key {age}", DraftText(f"{age} days"), by=ada, revision=0)
    retention.choose(session, Retention(draft_days=10), by=root)
    assert retention.expected(session, retention.of(session), clock.now()).drafts_tonight == 1

    assert drafts.sweep(session, night=clock.now())[0] == 1
    assert drafts.sweep(session, night=clock.now())[0] == 0

    assert [draft.key for draft in drafts.of_ticket(session, ticket, by=ada)] == ["key 5"]
    assert len(world.trail(session, "draft.expire")) == 1
