"""A letter in its frame: what is new in it first, the whole of it one click away."""

import re
from email.message import EmailMessage

from sqlalchemy import select

from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from tests import world
from tests.desk.test_intake import deliver
from tests.web.desk import Desk

ANSWER = "<p>The <b>new</b> bulb is dark too.</p>"
QUOTE = (
    '<div class="gmail_quote"><div class="gmail_attr">On Mon, 2 Nov 2026 at 10:00, Desk &lt;support@desk.example&gt;'
    ' wrote:<br></div><blockquote class="gmail_quote"><p>Try <img src="https://p.example/1.gif"> another bulb.</p>'
    "</blockquote></div>"
)


def a_letter(desk: Desk, html: str) -> Message:
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = "Nils <nils@customer.example>", "support@desk.example", "Re: Lamp"
    email.set_content(html, subtype="html")
    with desk.runtime.db.transaction() as session:
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        kept: InboundEmail = deliver(session, mailbox, email.as_bytes(), uidvalidity=7)
        return session.scalars(select(Message).where(Message.inbound_email_id == kept.id)).one()


def test_a_frame_shows_what_is_new_and_a_click_shows_the_whole(desk: Desk):
    message = a_letter(desk, ANSWER + QUOTE)
    ada = desk.browser(desk.ada)

    folded = ada.get(f"/messages/{message.id}/body").text
    (link,) = re.findall(r'href="(/messages/\d+/body\?whole=1)"', folded)
    whole = ada.get(link).text

    assert "bulb is dark" in folded
    assert "another bulb" not in folded
    assert "another bulb" in whole
    assert f'href="/messages/{message.id}/body"' in whole


def test_what_is_blocked_is_counted_in_the_whole_email(desk: Desk):
    assert a_letter(desk, ANSWER + QUOTE).blocked_count == 1


def test_a_letter_that_is_nothing_but_a_quote_is_shown_as_it_is(desk: Desk):
    message = a_letter(desk, QUOTE)

    page = desk.browser(desk.ada).get(f"/messages/{message.id}/body").text

    assert "another bulb" in page
    assert "whole=1" not in page


def test_a_link_to_a_message_or_a_note_leads_to_where_it_stands_now(desk: Desk):
    with desk.runtime.db.transaction() as session:
        note = world.a_note(session, desk.ticket, desk.ada)
    ada, otto, root = (desk.browser(one) for one in (desk.ada, desk.otto, desk.root))
    number = ada.post(f"/messages/{desk.message.id}/split").headers["Location"].partition("?")[0].rpartition("/")[2]

    assert number != str(desk.ticket.number)
    for browser in (ada, root):
        answer = browser.get(f"/messages/{desk.message.id}")
        assert answer.headers["Location"] == f"/tickets/{number}#message-{desk.message.id}"
        assert browser.get(f"/notes/{note.id}").headers["Location"] == f"/tickets/{desk.ticket.number}#note-{note.id}"
    assert otto.get(f"/messages/{desk.message.id}").status_code == 404
    assert otto.get(f"/notes/{note.id}").status_code == 404


def test_the_editor_says_which_email_it_forwards_and_offers_its_files_alone(desk: Desk):
    ada, url = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"
    chosen = desk.attachment.message_id

    page = ada.get(f"{url}?compose=forward&message={chosen}").text

    assert f'name="forwarded" value="{chosen}"' in page
    assert f'name="originals" value="{desk.attachment.id}" checked' in page
    assert "Below your text stands the email of" in page
    for other in ("987654", "nonsense"):
        assert 'name="forwarded" value=""' in ada.get(f"{url}?compose=forward&message={other}").text
    form = {"text": "Look", "mode": "forward", "forward_to": "kim@else.example", "forwarded": "987654"}
    refused = ada.post(f"{url}/replies", form)
    assert refused.status_code == 422
    assert "on another ticket by now: nothing was sent" in refused.text


def test_a_letter_that_may_no_longer_be_read_says_so_in_its_frame(desk: Desk):
    message = a_letter(desk, ANSWER)
    framed = {"Sec-Fetch-Dest": "iframe"}
    path = f"/messages/{message.id}/body"

    for browser, code in ((desk.browser(desk.otto), 404), (desk.browser(), 401)):
        told = browser.client.get(path, headers=framed)
        assert told.status_code == code
        assert "frame-ancestors 'self'" in told.headers["Content-Security-Policy"]
        assert "bulb" not in told.text
        assert "<form" not in told.text

        page = browser.get(path)
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
