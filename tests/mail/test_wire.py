"""The bytes of our emails are those that the standard library's own generator would write."""

import hashlib
from datetime import UTC, datetime
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.mail import outbound, wire
from helpdesk.mail.outbound import OutgoingAttachment, OutgoingEmail
from helpdesk.mail.parsed import Address

WORDS = st.text(st.sampled_from("aä電\n\r.>= -–\t") | st.characters(exclude_categories=["Cs"]), max_size=300)
FILES = st.builds(
    OutgoingAttachment,
    name=WORDS,
    media_type=st.sampled_from(["text/plain", "image/png", "message/rfc822"]),
    payload=st.binary(max_size=200),
    content_id=st.sampled_from(["", "", "one@picture"]),
)
ADDRESSES = st.sampled_from([Address("Ada Ångström", "ada@desk.example"), Address("", "jü@köln.example")])
EMAILS = st.builds(
    OutgoingEmail,
    message_id=st.just("t.7.0123456789abcdef@desk.example"),
    sender=ADDRESSES,
    to=st.lists(ADDRESSES, min_size=1, max_size=2, unique=True).map(tuple),
    subject=WORDS,
    text=WORDS,
    html=st.none() | WORDS,
    attachments=st.lists(FILES, max_size=3).map(tuple),
    references=st.lists(st.just("one@customer.example"), max_size=1).map(tuple),
    date=st.just(datetime(2026, 6, 1, 10, tzinfo=UTC)),
)


def by_the_library(message: EmailMessage, seed: str) -> bytes:
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary("=_" + hashlib.sha256(f"{number} {seed}".encode()).hexdigest()[:32])
    return message.as_bytes()


@given(EMAILS)
@settings(max_examples=150, deadline=None)
def test_what_is_written_at_once_is_what_the_library_writes_line_by_line(email: OutgoingEmail):
    message = outbound.message(email)

    assert wire.written(message, email.message_id) == by_the_library(message, email.message_id)
