"""The pages of acknowledgements and of our emails: chosen, previewed, and nothing in a preview loads anything."""

from helpdesk.desk import letters, signatures
from helpdesk.models.acknowledgement import Acknowledges
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from tests.house.test_letters import look_at
from tests.web.desk import Desk
from tests.world import a_mailbox

PAGE = "/settings/acknowledgements"


def test_an_admin_chooses_when_and_in_which_words(desk: Desk):
    root = desk.browser(desk.root)

    root.post(f"{PAGE}/mailboxes/{desk.ticket.mailbox_id}", {"when": "closed"})
    root.post(f"{PAGE}/words", {"language": "fr", "subject": "Reçu #{number}", "text": "Merci <b> {desk}"})

    shown = root.get(PAGE).text
    assert "Reçu #4711" in shown
    assert "Merci &lt;b&gt; Candour" in shown
    with desk.runtime.db.reading() as session:
        assert session.get_one(Mailbox, desk.ticket.mailbox_id).acknowledges is Acknowledges.CLOSED


def test_what_can_not_be_said_is_refused_beside_what_was_typed(desk: Desk):
    root = desk.browser(desk.root)

    answer = root.post(f"{PAGE}/words", {"language": "fr", "subject": "Reçu", "text": "{mood}"})

    assert answer.status_code == 422
    assert "{mood} is filled by nothing" in answer.text
    assert root.post(f"{PAGE}/mailboxes/{desk.ticket.mailbox_id}", {"when": "sometimes"}).status_code == 404
    assert root.post(f"{PAGE}/mailboxes/987654", {"when": "off"}).status_code == 404


def test_each_of_our_emails_is_shown_in_each_language_and_loads_nothing(desk: Desk):
    root = desk.browser(desk.root)

    for name in letters.NAMES:
        for language in ("en", "de"):
            page = root.get(f"/settings/letters?name={name}&in={language}")
            body = root.get(f"/settings/letters/body?name={name}&in={language}")
            assert (page.status_code, body.status_code) == (200, 200), name
            assert not look_at(body.text).loads
            assert "default-src 'none'" in body.headers["Content-Security-Policy"]
    assert root.get("/settings/letters?name=../reply").status_code == 404


def test_an_answer_is_shown_with_the_signature_of_whoever_looks_at_the_mailbox_that_is_chosen(desk: Desk):
    root = desk.browser(desk.root)
    with desk.runtime.db.transaction() as session:
        other = a_mailbox(session, session.get_one(Team, desk.ticket.team_id))
        signatures.choose(session, "{{agent.name}} at {{mailbox.address}}", mailbox_id=other.id, by=desk.root)

    for page in ("letters", "letters/body"):
        assert f"Root Admin at {other.address}" in root.get(f"/settings/{page}?from={other.id}").text
        assert "Root Admin at" not in root.get(f"/settings/{page}?from={desk.ticket.mailbox_id}").text
    assert "Root Admin" in root.get("/settings/letters?name=delivery_failed&from=x").text
