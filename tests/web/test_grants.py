"""Asking for permission in the browser, and the customer's answer by a mailed link."""

import re
from datetime import timedelta

from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import permissions
from helpdesk.models.access_grant import AccessGrant, Approver, GrantState, Scope
from helpdesk.models.access_grant import Purpose as ReadingFor
from helpdesk.models.agent import Agent
from helpdesk.models.message import Attachment, Message
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import publication
from helpdesk.privacy.grants import Wish
from tests import world
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk


def test_an_agent_asks_the_customer_allows_shorter_revokes_and_the_next_click_is_refused(desk: Desk):
    otto, customer = desk.browser(desk.otto), desk.browser()
    ticket, link = f"/tickets/{desk.ticket.number}", f"/permission/{desk.secret}"
    assert otto.get(ticket).status_code == 404

    assert "May we read what you wrote?" in customer.get(link).text
    assert otto.get(ticket).status_code == 404  # looking at the link decides nothing
    assert customer.post(link, {"answer": "allow", "hours": "4"}).status_code == 303
    assert otto.get(ticket).status_code == 200

    page = customer.get(link).text
    assert "the conversation" in page
    assert "flickers" not in page
    assert customer.post(link, {"answer": "refuse"}).status_code == 303
    assert otto.get(ticket).status_code == 404


def test_the_customers_pages_set_no_cookie(desk: Desk):
    answer = desk.browser().get(f"/permission/{desk.secret}")

    assert "Set-Cookie" not in answer.headers


def test_asking_by_number_looks_the_same_whether_there_is_such_a_ticket_or_not(desk: Desk):
    otto = desk.browser(desk.otto)
    wish = {"purpose": "bug", "reason": "The export fails", "hours": "4"}

    real = otto.post("/grants", {**wish, "number": str(desk.ticket.number)})
    missing = otto.post("/grants", {**wish, "number": "987654"})

    assert (real.status_code, real.headers["Location"]) == (missing.status_code, missing.headers["Location"])
    listed = re.findall(r'<li class="grant">.*?</li>', otto.get("/grants").text, re.DOTALL)
    asked = [re.sub(r"#\d+", "#", one) for one in listed if "The export fails" in one and "· 4 hours ·" in one]
    assert len(asked) == 2
    assert len({re.sub(r"<time.*?</time>", "", one) for one in asked}) == 1


def test_nobody_allows_what_was_asked_for_before_it_was_there(desk: Desk):
    otto, root = desk.browser(desk.otto), desk.browser(desk.root)
    with desk.runtime.db.transaction() as session:
        policy = publication.publish(session, '[access]\napprover = "admin"\n')
        policy.effective_at = clock.now()
    otto.post("/grants", {"purpose": "bug", "reason": "Whoever comes next", "hours": "4", "number": "2"})
    with desk.runtime.db.transaction() as session:
        assert world.a_ticket(session).id == 2
        early = session.scalars(select(AccessGrant).order_by(AccessGrant.id.desc())).first()

    assert early is not None
    assert early.scope_id == 2
    assert "Whoever comes next" not in root.get("/grants").text
    assert root.post(f"/grants/{early.id}/approval").status_code == 422
    assert otto.get("/tickets/2").status_code == 404


def test_a_wish_that_can_not_be_granted_is_refused_whether_there_is_such_a_ticket_or_not(desk: Desk):
    otto = desk.browser(desk.otto)
    wish = {"purpose": "bug", "reason": "The export fails", "hours": "100000"}

    answers = [otto.post("/grants", {**wish, "number": number}) for number in (str(desk.ticket.number), "987654")]

    assert [answer.status_code for answer in answers] == [422, 422]


def test_who_holds_a_permission_asks_to_go_on_and_the_customer_decides_again(desk: Desk):
    otto, customer = desk.browser(desk.otto), desk.browser()
    customer.post(f"/permission/{desk.secret}", {"answer": "allow"})

    answer = otto.post(f"/grants/{desk.grant.id}/extension", {"reason": "It still fails", "hours": "4"})

    assert answer.status_code == 303
    with desk.runtime.db.reading() as session:
        further = session.query(AccessGrant).filter_by(parent_id=desk.grant.id).one()
        assert (further.state, further.asked_minutes) == (GrantState.REQUESTED, 240)
        assert session.query(OutboundEmail).filter_by(access_grant_id=further.id).count() == 1


def test_the_email_to_the_customer_is_queued_and_names_nothing_of_the_ticket(desk: Desk):
    with desk.runtime.db.reading() as session:
        asked = session.query(OutboundEmail).filter_by(purpose=Purpose.GRANT_REQUEST).one()
        assert asked.access_grant_id == desk.grant.id


def test_break_glass_opens_at_once_and_the_customer_is_told(desk: Desk):
    root = desk.browser(desk.root)
    assert root.get(f"/tickets/{desk.ticket.number}").status_code == 403

    wish = {"purpose": "security", "reason": "An account is being taken over", "hours": "24", "break_glass": "1"}
    root.post(f"/tickets/{desk.ticket.number}/grants", wish)

    assert root.get(f"/tickets/{desk.ticket.number}").status_code == 200
    with desk.runtime.db.reading() as session:
        assert session.query(OutboundEmail).filter_by(purpose=Purpose.GRANT_NOTICE).count() == 1


def test_a_wish_without_a_reason_comes_back_with_what_was_typed(desk: Desk):
    root = desk.browser(desk.root)

    answer = root.post(f"/tickets/{desk.ticket.number}/grants", {"purpose": "bug", "reason": " ", "hours": "4"})

    assert answer.status_code == 422
    assert "Say why" in answer.text


def test_a_permission_for_a_team_leads_to_no_ticket_of_the_same_number(desk: Desk):
    with desk.runtime.db.transaction() as session:
        wish = Wish(Scope.TEAM, desk.ticket.id, ReadingFor.QUALITY, "How we answer", 60)
        permissions.ask(session, desk.runtime.vault, wish, by=session.get_one(Agent, desk.ada.id))

    page = desk.browser(desk.root).get("/grants").text

    assert "All tickets of team Lamps" in page
    assert f'href="/tickets/{desk.ticket.id}">All tickets' not in page


def test_a_mail_scanner_that_follows_all_it_finds_decides_nothing(desk: Desk):
    scanner, link = desk.browser(), f"/permission/{desk.secret}"
    for _ in range(3):
        page = scanner.get(link)
        assert scanner.client.head(link).status_code == 200
        assert scanner.client.options(link).status_code == 200
        for found in re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text):
            scanner.get(found)
        for answer in ("allow", "refuse"):
            scanner.get(f"{link}?answer={answer}&hours=4")

    with desk.runtime.db.reading() as session:
        assert session.get_one(AccessGrant, desk.grant.id).state is GrantState.REQUESTED
    assert desk.browser().post(link, {"answer": "allow"}).status_code == 303  # and it is not used up by being seen


def test_a_colleague_allows_shorter_than_asked_and_sees_whose_tickets_it_opens(desk: Desk):
    with desk.runtime.db.transaction() as session:
        wish = Wish(Scope.TEAM, desk.ticket.team_id, ReadingFor.BUG, "The export fails", 24 * 60)
        wide = permissions.ask(session, desk.runtime.vault, wish, by=session.get_one(Agent, desk.otto.id))
        session.get_one(AccessGrant, desk.grant.id).approver = Approver.ADMIN
        second = world.an_admin(session)
        second.password_hash = PASSWORD_HASH
    root, other = desk.browser(desk.root), desk.browser(second)

    page = root.get("/grants").text
    assert "All tickets of team Lamps" in page
    assert "by two colleagues<" in page
    assert root.post(f"/grants/{desk.grant.id}/approval", {"hours": "4"}).status_code == 303
    assert root.post(f"/grants/{wide.id}/approval", {"hours": "1"}).status_code == 303
    assert f"/grants/{wide.id}/approval" not in root.get("/grants").text
    assert "by two colleagues, one has allowed it" in other.get("/grants").text
    assert other.post(f"/grants/{wide.id}/approval", {"hours": "9000"}).status_code == 303

    with desk.runtime.db.reading() as session:
        ends = [session.get_one(AccessGrant, number).expires_at for number in (desk.grant.id, wide.id)]
    hours = [round((end - clock.now()).total_seconds() / 3600) for end in ends if end]
    assert hours == [4, 24]


def test_why_something_is_not_possible_is_said_in_the_readers_language(desk: Desk):
    root = desk.browser(desk.root)
    root.post("/settings/account", {"name": desk.root.name, "language": "de"})
    wish = {"purpose": "bug", "reason": "The export fails", "hours": "100000"}

    page = root.post(f"/tickets/{desk.ticket.number}/grants", wish)

    assert page.status_code == 422
    assert "Fragen Sie nach einer Minute bis " in page.text


def test_who_may_not_read_is_sent_to_those_who_may_and_to_nobody_who_would_have_to_ask_too(desk: Desk):
    root, url = desk.browser(desk.root), f"/tickets/{desk.ticket.number}"
    assert "If you need it, ask Ada Fischer." in root.get(url).text

    with desk.runtime.db.transaction() as session:
        ticket = session.get_one(Ticket, desk.ticket.id)
        ticket.status, ticket.closed_at = Status.CLOSED, clock.now() - timedelta(days=30)

    assert "If you need it" not in root.get(url).text


def test_a_permission_goes_along_with_its_ticket_where_that_is_merged(desk: Desk):
    ada, otto = desk.browser(desk.ada), desk.browser(desk.otto)
    with desk.runtime.db.transaction() as session:
        mine = session.merge(desk.ticket)
        other = world.a_ticket(session, mine.team, subject="A chair without a leg", text="The chair lost its leg.")
        own = session.scalars(select(Message.id).where(Message.ticket_id == mine.id)).all()
        foreign = session.scalars(select(Message.id).where(Message.ticket_id == other.id)).one()
        file = session.scalars(select(Attachment.id).where(Attachment.message_id.in_(own))).first()
        number = other.number
    desk.browser().post(f"/permission/{desk.secret}", {"answer": "allow", "hours": "4"})
    ticket = f"/tickets/{desk.ticket.number}"
    before = re.findall(r'id="message-(\d+)"', otto.get(ticket).text)
    assert ada.post(f"{ticket}/merge", {"number": str(number)}).status_code == 303
    assert ada.get(ticket).status_code == 302

    page = otto.get(ticket)

    assert page.status_code == 200
    assert re.findall(r'id="message-(\d+)"', page.text) == before
    assert "this is what came from it" in page.text
    assert "lost its leg" not in page.text
    assert "reply-form" not in page.text
    assert otto.get(f"/messages/{own[0]}").headers["Location"] == f"{ticket}#message-{own[0]}"
    assert otto.get(f"/messages/{own[0]}/body").status_code == 200
    assert otto.get(f"/attachments/{file}").status_code == 200
    assert f'href="{ticket}#message-' in otto.get(f"/attachments/{file}/view").text
    for closed in (f"/tickets/{number}", f"/messages/{foreign}", f"/messages/{foreign}/body"):
        assert otto.get(closed).status_code == 404
    desk.browser().post(f"/permission/{desk.secret}", {"answer": "refuse"})
    for closed in (ticket, f"/messages/{own[0]}/body", f"/attachments/{file}"):
        assert otto.get(closed).status_code == 404
