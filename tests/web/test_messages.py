"""A letter in its frame: what is new in it first, the whole of it one click away."""

import re
from email.message import EmailMessage

from sqlalchemy import select

from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
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
