"""Notes about a customer on the page: beside their tickets, in their own record, and nowhere else."""

from sqlalchemy import event

from helpdesk.models.agent import Agent
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import customer_notes
from tests.web.desk import Desk
from tests.web.test_record import address, asked, code


def noted(desk: Desk, text: str = "Deaf: never ring.") -> int:
    with desk.runtime.db.transaction() as session:
        ticket, ada = session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.ada.id)
        customer_notes.place(session, ticket, "Lighthouse Ltd", by=ada)
        return customer_notes.note(session, ticket, text, by=ada).id


def test_a_note_is_written_read_and_removed_beside_the_ticket(desk: Desk):
    ada, page = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"
    assert "None so far." in ada.get(page).text

    ada.post(f"{page}/customer/notes", {"about": "Deaf: <b>never</b> ring."})
    ada.post(f"{page}/customer/organisation", {"organisation": "Lighthouse Ltd"})

    shown = ada.get(page).text
    assert "Deaf: &lt;b&gt;never&lt;/b&gt; ring." in shown
    assert '<dt>Organisation</dt><dd dir="auto">Lighthouse Ltd</dd>' in shown
    removal = shown.partition('class="about-note" method="post" action="')[2].partition('"')[0]
    ada.post(removal)
    assert "Deaf" not in ada.get(page).text
    refused = ada.post(f"{page}/customer/notes", {"about": "x" * 2001})
    assert refused.status_code == 422
    assert "x" * 2001 in refused.text


def test_who_may_not_read_the_ticket_sees_and_writes_nothing_of_it(desk: Desk):
    noted(desk)
    page = f"/tickets/{desk.ticket.number}"

    assert "Deaf" not in desk.browser(desk.root).get(page).text
    assert "Lighthouse" not in desk.browser(desk.root).get(page).text
    for browser in (desk.browser(desk.otto), desk.browser(desk.root)):
        assert browser.post(f"{page}/customer/notes", {"about": "Mine"}).status_code == 404
    for lists in ("/inbox/open", "/search?q=deaf", "/search?q=lighthouse"):
        assert "Deaf" not in desk.browser(desk.ada).get(lists).text
        assert "Lighthouse" not in desk.browser(desk.ada).get(lists).text


def test_the_person_reads_it_in_their_own_record_with_who_read_it(desk: Desk):
    noted(desk)
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    browser = desk.browser()
    place = asked(browser, address(desk))
    assert "Deaf" not in browser.get(place).text  # before the code is given
    browser.post(place, {"code": code(desk)})

    page = browser.get(place).text

    assert "What we noted about you" in page
    assert "Deaf: never ring." in page
    assert "Lighthouse Ltd" in page
    assert "what is noted about you" in page
    assert "Ada Fischer" not in page


def test_a_ticket_with_many_notes_costs_two_statements_more_than_one_with_none(desk: Desk):
    browser, page, counts = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}", []
    for number in range(3):
        if number:
            for _ in range(10):
                noted(desk)
        browser.get(page)
        found: list[str] = []
        hear = lambda _connection, _cursor, statement, *_more, into=found: into.append(statement)  # noqa: E731
        event.listen(desk.runtime.db.engine, "before_cursor_execute", hear)
        browser.get(page)
        event.remove(desk.runtime.db.engine, "before_cursor_execute", hear)
        counts.append(len(found))

    assert counts[1] <= counts[0] + 2
    assert counts[2] == counts[1]
