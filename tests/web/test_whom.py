"""Who may not, or comes too late, is told what is in the way and whom to ask; and nothing of what there is."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from helpdesk import clock
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import OwnRole
from helpdesk.runtime import Runtime
from tests import world
from tests.web.browser import PASSWORD_HASH, Browser
from tests.web.desk import Desk


def test_an_agent_at_a_page_of_the_settings_reads_what_it_needs_and_whom_to_ask(desk: Desk):
    answer = desk.browser(desk.ada).get("/settings/mailboxes")

    assert answer.status_code == 404
    assert "This is not yours to open" in answer.text
    assert "“Mailboxes” needs a right that your role does not have: Mailboxes, tags, rules, the look." in answer.text
    assert f"If you need it, ask {desk.root.name}." in answer.text


def test_at_what_is_not_visible_colleagues_are_named_and_nothing_else_is_told(desk: Desk):
    otto = desk.browser(desk.otto)

    for path in (f"/tickets/{desk.ticket.number}", "/tickets/987654", f"/tickets/{desk.ticket.number}/fields"):
        text = (otto.post(path) if path.endswith("fields") else otto.get(path)).text
        assert "There is nothing here" in text
        assert f"If you need it, ask {desk.root.name}." in text

    assert "If you need it" not in desk.browser().get("/feedback").text


def test_what_somebody_removed_in_the_meantime_leads_back_to_its_page_with_what_was_typed(desk: Desk):
    root = desk.browser(desk.root)
    with desk.runtime.db.transaction() as session:
        role = OwnRole(name="Lamplighter", permission_words="handle")
        session.add(role)
        session.flush()
        path = f"/settings/roles/{role.id}"
    assert root.post(f"{path}/removal").status_code == 303

    answer = root.post(path, {"name": "Keeper of lamps", "scope": "team"})

    assert answer.status_code == 404
    assert "This is not there any more" in answer.text
    assert 'href="/settings/roles">Roles</a>' in answer.text
    assert "Keeper of lamps" in answer.text


def test_a_page_of_trouble_leads_back_to_the_form_that_was_sent(desk: Desk):
    root = desk.browser(desk.root)
    root.token = ""

    answer = root.post("/settings/teams", {"name": "Vases"}, headers={"Referer": "http://localhost/settings/teams"})
    foreign = root.post("/settings/teams", headers={"Referer": "http://elsewhere.example/settings/teams"})

    assert answer.status_code == foreign.status_code == 400
    assert 'href="/settings/teams">Back to the form</a>' in answer.text
    assert "Back to the form" not in foreign.text


def test_a_mailbox_that_is_not_fetched_is_told_to_who_can_mend_it_and_to_who_answers_there(desk: Desk):
    before = clock.now() - timedelta(minutes=12)
    with desk.runtime.db.transaction() as session:
        session.execute(update(Mailbox).where(Mailbox.id == desk.ticket.mailbox_id).values(poll_error_since=before))
        dora = world.an_agent(session, name="Dora Pohl")
        dora.password_hash = PASSWORD_HASH
    root, ada, dora_, words = desk.browser(desk.root), desk.browser(desk.ada), desk.browser(dora), "(12 minutes)."

    told = root.get("/inbox/open").text
    assert words in told
    assert f'href="/settings/mailboxes/{desk.ticket.mailbox_id}">Mend it</a>' in told
    told = ada.get("/inbox/open").text
    assert f"{words} {desk.root.name} can mend it." in told
    assert "Mend it</a>" not in told
    assert words not in dora_.get("/inbox/open").text


def test_a_poller_that_does_not_run_is_told_once_to_everybody_whose_mail_it_is(desk: Desk):
    long_ago = clock.now() - timedelta(hours=2)
    with desk.runtime.db.transaction() as session:
        world.a_mailbox(session, session.get_one(Team, desk.ticket.team_id), "two@desk.example")
        session.execute(update(Mailbox).values(polled_at=long_ago))

    for who in (desk.root, desk.ada):
        told = desk.browser(who).get("/inbox/open").text
        assert told.count('class="alarm"') == 1
        assert "(2 hours): the part of the desk that does it is not running." in told


def test_a_role_that_was_removed_while_it_was_chosen_is_told_beside_it(desk: Desk):
    root = desk.browser(desk.root)

    for path in ("/settings/agents", f"/settings/agents/{desk.ada.id}"):
        answer = root.post(path, {"name": "Eva Lind", "email": "eva@desk.example", "role": "own:987654"})
        assert answer.status_code == 422
        assert 'id="wrong-here">This role is not there any more: choose another one.' in answer.text


def test_more_stopped_mailboxes_than_there_is_room_for_are_counted(desk: Desk):
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        for name in ("one", "two", "three"):
            world.a_mailbox(session, team, f"{name}@desk.example").poll_error_since = clock.now() - timedelta(hours=1)

    told = desk.browser(desk.root).get("/inbox/open").text

    assert told.count('class="alarm"') == 2
    assert 'And 2 mailboxes more. <a class="link" href="/settings/mailboxes">Mailboxes</a>' in told


def test_on_a_desk_without_a_mailbox_a_list_says_where_to_begin_or_whom_to_ask(runtime: Runtime, app: Flask):
    with runtime.db.transaction() as session:
        team = world.a_team(session, "Lamps")
        root, ada = world.an_admin(session), world.an_agent(session, team)
        for one in (root, ada):
            one.password_hash = PASSWORD_HASH
    told = []
    for one in (root, ada):
        browser = Browser(app)
        browser.sign_in(one.email)
        told.append(browser.get("/inbox/open").text)

    assert 'href="/settings/mailboxes/new">Set one up</a>' in told[0]
    assert f"{root.name} can set one up." in told[1]
    assert "Set one up</a>" not in told[1]
