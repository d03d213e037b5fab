"""Rows become the emails they stand for: to exactly those people, with exactly those words, the same each time."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.config import Desk
from helpdesk.desk import compose, delivery, outbox, password_resets, people, replies
from helpdesk.mail import outbound, thread
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent
from helpdesk.models.message import Direction, Message
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.storage.vault import Vault
from tests.world import a_message, a_note, a_team, a_ticket, an_agent, trail

DESK = Desk(name="Lamps & Co", base_url="https://desk.example/help")
VAULT = Vault(bytes(32))
EVA = "eva@customer.example"


@pytest.fixture
def ada(session: Session) -> Agent:
    return an_agent(session, a_team(session))


@pytest.fixture
def ticket(session: Session, ada: Agent) -> Ticket:
    return a_ticket(session, ada.teams[0])


def composed(session: Session, message: Message) -> bytes:
    row = session.scalars(select(OutboundEmail).where(OutboundEmail.message_id == message.id)).one()
    return composed_row(session, row)


def composed_row(session: Session, row: OutboundEmail) -> bytes:
    claimed = outbox.claim(session, row.id)
    assert claimed is not None
    raw = outbound.compose(compose.email(session, claimed, desk=DESK, vault=VAULT))
    outbox.give_back(session, [claimed])
    return raw


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def part(email: EmailMessage, kind: str) -> str:
    body = email.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_reply_says_the_same_as_text_and_as_html(session: Session, ticket: Ticket, ada: Agent):
    text = 'Dear Nils,\n\nis 3 < 4 & "five"?\n  indented\n\n\nAda <script>alert(1)</script>'

    email = read(composed(session, replies.reply(session, ticket, text, by=ada)))

    assert part(email, "plain").rpartition("\n-- \n")[0].strip() == text
    html = part(email, "html")
    assert "is 3 &lt; 4 &amp; &#34;five&#34;?<br>  indented</p>" in html
    assert "<script>" not in html
    assert html.count("<p ") == 3


def test_a_reply_goes_from_the_mailbox_in_the_thread_of_the_ticket(session: Session, ticket: Ticket, ada: Agent):
    a_message(session, ticket, rfc_message_id="first@customer.example")
    ours = replies.reply(session, ticket, "Which lamp?", by=ada).rfc_message_id
    a_message(session, ticket, rfc_message_id="second@customer.example")

    message = replies.reply(session, ticket, "That one, then.", by=ada)
    email = read(composed(session, message))

    assert email["From"].addresses[0].addr_spec == ticket.mailbox.address
    assert email["Subject"] == "Re: The lamp flickers"
    assert email["Message-ID"] == f"<{message.rfc_message_id}>"
    assert email["In-Reply-To"] == "<second@customer.example>"
    assert email["References"].split() == ["<first@customer.example>", f"<{ours}>", "<second@customer.example>"]
    assert "Auto-Submitted" not in email


def test_a_long_conversation_has_short_references(session: Session, ticket: Ticket, ada: Agent):
    for number in range(60):
        a_message(session, ticket, rfc_message_id=f"{number}@customer.example")

    email = read(composed(session, replies.reply(session, ticket, "Still here.", by=ada)))

    ids = email["References"].split()
    assert ids[0] == "<0@customer.example>"
    assert ids[-1] == email["In-Reply-To"] == "<59@customer.example>"
    assert len(ids) <= 20


def test_what_comes_later_does_not_change_an_email(session: Session, ticket: Ticket, ada: Agent):
    message = replies.reply(session, ticket, "Please send it back.", by=ada, files=[a_file()])
    first = composed(session, message)

    a_message(session, ticket, rfc_message_id="later@customer.example")
    people.join(session, ticket, [(EVA, "Eva")])
    session.flush()

    assert composed(session, message) == first


def test_a_copy_for_the_late_ones_looks_like_the_first(session: Session, ticket: Ticket, ada: Agent):
    people.join(session, ticket, [(EVA, "Eva Holm")])
    session.flush()
    message = replies.reply(session, ticket, "To both.", by=ada)
    first = composed(session, message)
    row = session.scalars(select(OutboundEmail)).one()
    claimed = outbox.claim(session, row.id)
    assert claimed is not None

    delivery.mark(session, claimed, {claimed.recipients[0]: Answer.of(250, "OK"), EVA: Answer.of(451, "later")})

    with clock.stopped_at(clock.now() + delivery.WAITS[0]):
        assert composed(session, message) == first


def test_a_subject_is_not_answered_twice(session: Session, ada: Agent):
    ticket = a_ticket(session, ada.teams[0], subject="RE: The lamp\r\nBcc: x@evil.example")

    email = read(composed(session, replies.reply(session, ticket, "Hello", by=ada)))

    assert email["Subject"] == "RE: The lamp Bcc: x@evil.example"
    assert email["Bcc"] is None


def test_no_word_of_a_note_leaves(session: Session, ticket: Ticket, ada: Agent):
    a_note(session, ticket, ada, "This customer is unbearable.")

    raw = composed(session, replies.reply(session, ticket, "Thank you for your patience.", by=ada))

    assert b"unbearable" not in raw


def test_files_are_sent_with_their_names(session: Session, ticket: Ticket, ada: Agent):
    message = replies.reply(session, ticket, "The invoice.", by=ada, files=[a_file("Rechnung März.pdf")])

    (file,) = read(composed(session, message)).iter_attachments()

    assert (file.get_filename(), file.get_content_type()) == ("Rechnung März.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.7"


def test_reading_it_to_send_it_is_on_the_trail(session: Session, ticket: Ticket, ada: Agent):
    message = replies.reply(session, ticket, "The invoice.", by=ada, files=[a_file()])

    composed(session, message)

    events = [event for event in trail(session, "message.read") if event.actor_id == "delivery"]
    assert [(event.object_id, event.subject_id) for event in events] == [(message.id, ticket.customer_id)]
    assert events[0].basis.startswith("delivery:")
    assert [event.actor_id for event in trail(session, "attachment.read")] == ["delivery"]


@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello Ada Fischer,")])
def test_a_mailed_link_is_made_from_the_configured_address(
    session: Session, ticket: Ticket, ada: Agent, language: str, greeting: str
):
    ada.language = language
    reset = password_resets.begin(session, VAULT, ada, by=None)
    row = password_resets.mail(session, reset, ada)
    session.flush()

    email = read(composed_row(session, row))

    link = password_resets.link(DESK.base_url, VAULT, reset)
    assert link.startswith("https://desk.example/help/")
    assert link in part(email, "plain").split()
    assert f'<a href="{link}">' in part(email, "html")
    assert greeting in part(email, "plain")
    assert email["Subject"] == "Your password for Lamps & Co"
    assert [one.addr_spec for one in email["To"].addresses] == [ada.email]
    assert (email["Auto-Submitted"], email["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert password_resets.open_link(session, link.rpartition("/")[2]) is reset


def test_automatic_mail_has_no_return_path(session: Session, ticket: Ticket, ada: Agent):
    row = password_resets.mail(session, password_resets.begin(session, VAULT, ada, by=None), ada)
    claimed = outbox.claim(session, row.id)
    assert claimed is not None

    email = compose.email(session, claimed, desk=replace(DESK, language="xx"), vault=VAULT)

    assert email.envelope_sender == ""


def test_the_answer_to_our_email_finds_its_ticket(session: Session, ticket: Ticket, ada: Agent):
    email = read(composed(session, replies.reply(session, ticket, "Which lamp?", by=ada)))

    (pointer,) = thread.candidates([email["Message-ID"]], [])

    kept = select(Message.rfc_message_id).where(Message.direction == Direction.SENT)
    assert pointer.ticket_number == ticket.id
    assert pointer.secret == thread.secret_of(session.scalars(kept).one() or "")
    assert access.require(session, ticket, by=ada)


def a_file(name: str = "invoice.pdf") -> OutgoingAttachment:
    return OutgoingAttachment(name, "application/pdf", b"%PDF-1.7")
