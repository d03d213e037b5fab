"""Two records of one person: shown and found together; no right to read widens, and wishes hold for both."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import customers, search, uniting
from helpdesk.desk.uniting import NotToBeUnited
from helpdesk.models.access_grant import Purpose, Scope
from helpdesk.models.agent import Agent, Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer
from helpdesk.models.erasure import Erasure
from helpdesk.models.objection import Objection, Wish
from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeReport, ThemeShare
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import access, erasure, grants, objections, protection
from helpdesk.privacy.grants import Wish as GrantWish
from helpdesk.storage.vault import Vault
from tests import world

HOME, WORK = "nils@home.example", "nils@work.example"


@pytest.fixture
def home(session: Session, team: Team) -> Ticket:
    return world.a_ticket(session, team, customer=world.a_customer(session, HOME), subject="From home")


@pytest.fixture
def work(session: Session, team: Team) -> Ticket:
    return world.a_ticket(session, team, customer=world.a_customer(session, WORK), subject="From work")


def addresses(session: Session, ticket: Ticket, ada: Agent) -> set[str]:
    return {one.email for one in customers.record(session, ticket, by=ada).addresses}


def found(session: Session, words: str, ada: Agent) -> set[int]:
    return {one.id for one in search.search(session, words, by=ada).tickets}


def test_both_addresses_and_tickets_stand_beside_each_other_until_they_are_parted(
    session: Session, ada: Agent, home: Ticket, work: Ticket
):
    uniting.unite(session, home, f" {WORK.upper()} ", by=ada)

    for ticket, other in ((home, work), (work, home)):
        assert addresses(session, ticket, ada) == {HOME, WORK}
        assert [one.id for one in customers.record(session, ticket, by=ada).others] == [other.id]
    for words in (HOME, f"from:{WORK}"):
        assert found(session, words, ada) == {home.id, work.id}
    told = select(AuditEvent.subject_id).where(AuditEvent.action == "customer.unite")
    assert set(session.scalars(told)) == {home.customer_id, work.customer_id}

    uniting.part(session, home, work.customer_id, by=ada)
    uniting.part(session, home, work.customer_id, by=ada)

    assert addresses(session, home, ada) == {HOME}
    assert addresses(session, work, ada) == {WORK}
    assert found(session, HOME, ada) == {home.id}


def test_a_third_record_joins_both_and_the_one_it_came_to_can_leave(
    session: Session, ada: Agent, team: Team, home: Ticket, work: Ticket
):
    third = world.a_ticket(session, team, customer=world.a_customer(session, "nils@club.example"))
    uniting.unite(session, work, "nils@club.example", by=ada)

    uniting.unite(session, home, "nils@club.example", by=ada)

    assert addresses(session, third, ada) == {HOME, WORK, "nils@club.example"}
    with pytest.raises(NotToBeUnited):
        uniting.unite(session, third, HOME, by=ada)
    uniting.part(session, work, home.customer_id, by=ada)
    assert addresses(session, third, ada) == {HOME, "nils@club.example"}


def test_reports_of_themes_count_them_once_and_keep_nothing_of_who_parts(
    session: Session, ada: Agent, home: Ticket, work: Ticket
):
    report = ThemeReport(scope="{}", state=ReportState.DONE, messages=12, themed=12, customers=6)
    session.add(report)
    session.flush()
    theme = ReportTheme(
        report_id=report.id, number=1, is_group=False, within=1, language="en", name="lamp", name_said_by=6,
        terms='[["lamp", 6]]', messages=12, customers=6, weekly="[12]", is_suppressed=False, trend="new", ratio=None,
    )  # fmt: skip
    session.add(theme)
    session.flush()
    others = [world.a_customer(session).id for _number in range(4)]
    for customer_id in (home.customer_id, work.customer_id, *others):
        session.add(ThemeShare(report_theme_id=theme.id, customer_id=customer_id, messages=2, weekly="[2]"))
    session.flush()

    uniting.unite(session, home, WORK, by=ada)

    theirs = select(ThemeShare.customer_id, ThemeShare.messages).where(ThemeShare.customer_id.not_in(others))
    assert [tuple(row) for row in session.execute(theirs)] == [(home.customer_id, 4)]
    assert (report.customers, theme.customers, theme.messages, theme.name_said_by) == (5, 5, 12, 5)

    uniting.part(session, home, work.customer_id, by=ada)

    assert session.execute(theirs).all() == []
    assert (report.customers, report.messages, theme.messages, theme.name) == (4, 8, 8, "")


def test_nobody_may_read_more_than_before(session: Session, ada: Agent, team: Team, home: Ticket):
    old = world.a_ticket(
        session, team, customer=world.a_customer(session, WORK), status=Status.CLOSED, at=world.days_ago(200)
    )
    open_one = world.a_ticket(session, team, customer=old.customer)
    holder = world.an_agent(session, world.a_team(session, "Others"))
    wish = GrantWish(Scope.CUSTOMER, home.customer_id, Purpose.BUG, "The export fails here", 60)
    grants.break_glass(session, wish, by=holder)
    uniting.unite(session, home, WORK, by=ada)
    open_one.status, open_one.closed_at = Status.CLOSED, world.days_ago(200)
    session.flush()

    with pytest.raises(access.AccessDenied):  # an open ticket of the other record makes no old one readable
        access.read(session, old, by=ada)
    access.read(session, home, by=holder)
    with pytest.raises(access.AccessDenied):
        access.read(session, old, by=holder)


def test_who_may_not_read_one_of_the_two_unites_nothing_and_learns_nothing(
    session: Session, ada: Agent, home: Ticket
):
    foreign = world.a_ticket(session, world.a_team(session, "Others"), customer=world.a_customer(session, WORK))

    said = set()
    for address in (WORK, "nobody@nowhere.example", HOME, ""):
        with pytest.raises(NotToBeUnited) as refused:
            uniting.unite(session, home, address, by=ada)
        said.add(str(refused.value))
    with pytest.raises(access.AccessDenied):
        uniting.unite(session, foreign, HOME, by=ada)

    assert len(said) == 1
    assert addresses(session, home, ada) == {HOME}


def test_an_objection_and_protection_hold_for_both_and_stay_when_they_are_parted(
    session: Session, ada: Agent, home: Ticket, work: Ticket
):
    objections.note(session, home.customer, Wish.OBJECTION, by=ada)
    protection.protect(session, work.customer, by=ada)
    protection.state(session, work, Purpose.ANSWER, by=ada)

    uniting.unite(session, home, WORK, by=ada)
    objections.note(session, work.customer, Wish.RESTRICTION, by=ada)
    uniting.part(session, work, home.customer_id, by=ada)

    assert set(session.scalars(objections.left_out())) == {home.customer_id, work.customer_id}
    assert len(session.scalars(select(Objection)).all()) == 4
    assert home.customer.is_protected


def test_withdrawn_with_one_address_an_objection_is_withdrawn_with_both(
    session: Session, ada: Agent, home: Ticket, work: Ticket
):
    uniting.unite(session, home, WORK, by=ada)
    noted = objections.note(session, work.customer, Wish.OBJECTION, by=ada)

    objections.end(session, noted, by=ada)

    assert session.scalars(objections.left_out()).all() == []


def test_erasing_the_person_erases_every_record_and_one_that_is_going_is_not_united(
    session: Session, ada: Agent, team: Team, home: Ticket, work: Ticket
):
    uniting.unite(session, home, WORK, by=ada)
    assert erasure.plan(session, work.customer).counts["addresses"] == 2

    erasure.begin(session, Vault(b"k" * 32), work.customer, by=ada)

    assert set(session.scalars(select(Erasure.customer_id))) == {home.customer_id, work.customer_id}
    later = world.a_ticket(session, team, customer=world.a_customer(session, "eva@home.example"))
    with pytest.raises(NotToBeUnited):
        uniting.unite(session, later, HOME, by=ada)
    assert session.get_one(Customer, later.customer_id).part_of_id is None
