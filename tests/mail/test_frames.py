"""What comes back from the sandbox is rebuilt as the values it should be, or refused."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from helpdesk.mail import frames
from helpdesk.mail.parsed import Address, Invitation, ParsedAttachment, ParsedEmail, Protection

EMAIL = ParsedEmail(
    message_id="1@a.example",
    senders=(Address("Ä", "a@a.example"),),
    date=datetime(2026, 11, 2, tzinfo=UTC),
    attachments=(ParsedAttachment("a.bin", "application/zip", b"\0\xff"), ParsedAttachment("b", "text/csv", b"")),
    invitation=Invitation("REQUEST", starts=date(2026, 11, 3), ends=datetime(2026, 11, 3, 9, tzinfo=UTC)),
    headers={"received": ("a", "b")},
    protection=Protection.PGP_SIGNED,
)


def test_every_value_comes_back_as_it_went():
    assert frames.value_of(ParsedEmail, *frames.unpack(frames.pack_value(EMAIL))) == EMAIL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("message_id", 7),
        ("senders", "x"),
        ("senders", 5),
        ("date", "soon"),
        ("protection", "none of these"),
        ("headers", ("a",)),
        ("attachments", (7,)),
    ],
)
def test_a_forged_answer_is_refused(name, value):
    forged = frames.pack_value(replace(EMAIL, **{name: value}))

    with pytest.raises(frames.REFUSALS):
        frames.value_of(ParsedEmail, *frames.unpack(forged))


def test_another_value_is_refused():
    with pytest.raises(frames.REFUSALS):
        frames.value_of(ParsedEmail, *frames.unpack(frames.pack_value(Address("a", "b"))))
