"""The pages that connect a mailbox: consent is begun by POST, comes back by GET, counts once an admin says yes."""

import re
from html import unescape

from helpdesk.desk import mailbox_tokens
from helpdesk.models.mailbox import Mailbox
from tests.servers.token_server import CLIENT, CLIENT_SECRET, USER, TokenServer
from tests.web.desk import Desk
from workers import mailbox_tokens as jobs

PAGES = "/settings/mailbox-logins"


def form(provider: TokenServer) -> dict[str, str]:
    return {
        "provider": "other",
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "authorize_url": f"{provider.url}/authorize",
        "token_url": f"{provider.url}/token",
        "scope": "mail",
    }


def test_an_admin_connects_a_mailbox_and_sees_each_step(desk: Desk, token_server: TokenServer):
    with desk.runtime.db.transaction() as session:
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        mailbox.imap_port, mailbox.smtp_port = token_server.imap_port, token_server.smtp_port
        mailbox.imap_user = mailbox.smtp_user = USER
    root, page = desk.browser(desk.root), f"{PAGES}/{mailbox.id}"

    consent = root.post(page, form(token_server)).text
    (url,) = re.findall(r'href="([^"]+/authorize[^"]*)"', consent)
    back = token_server.agree(unescape(url))
    asked = root.get(f"{PAGES}/callback?state={back['state']}&code={back['code']}")
    assert "Yes, connect it" in asked.text
    assert token_server.asked == []
    shown = root.get(root.post(f"{PAGES}/callback", back).headers["Location"])
    assert "being tried" in shown.text
    jobs.connect(mailbox.id)

    done = root.get(page).text
    assert "is let in" in done
    assert "Incoming mail: login" in done
    assert CLIENT_SECRET not in done
    assert "by token" in root.get(PAGES).text


def test_a_refusal_and_a_foreign_state_are_told(desk: Desk, token_server: TokenServer):
    root, page = desk.browser(desk.root), f"{PAGES}/{desk.ticket.mailbox_id}"
    consent = root.post(page, form(token_server)).text
    back = token_server.agree(unescape(re.findall(r'href="([^"]+/authorize[^"]*)"', consent)[0]))

    refused = root.get(f"{PAGES}/callback?state={back['state']}&error=access_denied&error_description=No+<b>")

    assert (refused.status_code, "No &lt;b&gt;" in refused.text) == (422, True)
    assert root.get(f"{PAGES}/callback?state=x&code=y").status_code == 404
    assert root.post(page, {"provider": "mars", "client_id": "a"}).status_code == 422
    assert root.post(page, form(token_server) | {"token_url": "http://provider.example"}).status_code == 422


def test_what_stops_the_mail_is_shown_on_every_page_to_admins_and_to_who_answers_there(desk: Desk):
    with desk.runtime.db.transaction() as session:
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        mailbox.sending_paused_because = "535 no"
        assert mailbox_tokens.troubled(session) == []

    assert "its login does not work" in desk.browser(desk.root).get("/settings").text
    assert f"its login does not work. {desk.root.name} can mend it." in desk.browser(desk.ada).get("/settings").text
    assert "its login does not work" not in desk.browser(desk.otto).get("/settings").text
