"""What we send says what was meant, to whom it was meant, and nothing of this machine."""

import re
import socket
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string, policy
from email.utils import getaddresses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.mail import outbound, thread
from helpdesk.mail.address import AddressRefused, safe_name, wire_address
from helpdesk.mail.outbound import Automatic, NotComposed, OutgoingAttachment, OutgoingEmail, compose
from helpdesk.mail.parsed import Address

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def a_reply(**more) -> OutgoingEmail:
    settings: dict[str, Any] = {
        "message_id": "<t.7.0123456789abcdef0123456789abcdef@candour.example>",
        "sender": Address("Candour Support", "support@candour.example"),
        "to": (Address("Ada Customer", "ada@customer.example"),),
        "subject": "Re: Your order",
        "text": "Dear Ada,\n\nit is on its way.\n",
        "date": datetime(2026, 6, 1, 10, tzinfo=UTC),
    }
    return OutgoingEmail(**settings | more)


def read(raw: bytes):
    return message_from_bytes(raw, policy=policy.default)


def test_a_reply_with_everything_reads_back_as_it_was_meant():
    email = a_reply(
        to=(Address("Jürgen Groß", "juergen@kunde.example"), Address("", "foo..bar@docomo.example")),
        cc=(Address("李 明", "li@customer.example"),),
        reply_to=Address("", "support+reply@candour.example"),
        subject="Re: Grüße aus Köln — 你好",
        text="Grüße\n.\nFrom here on\n" + "x" * 2000,
        html='<p>Grüße <img src="cid:logo@candour"></p>',
        attachments=(
            OutgoingAttachment("Räume/2026\r\nX: y.pdf", "application/pdf", b"%PDF-1.7"),
            OutgoingAttachment("logo.png", "image/png", PNG, content_id="logo@candour"),
            OutgoingAttachment("old.eml", "message/rfc822", b"Subject: x\n\ny"),
        ),
        in_reply_to="<CAE=x@mail.customer.example>",
        references=("<first@customer.example>", "<CAE=x@mail.customer.example>"),
    )
    message = read(compose(email))

    assert [address.addr_spec for address in message["To"].addresses] == [
        "juergen@kunde.example",
        "foo..bar@docomo.example",
    ]
    assert message["To"].addresses[0].display_name == "Jürgen Groß"
    assert message["Cc"].addresses[0].display_name == "李 明"
    assert message["Subject"] == "Re: Grüße aus Köln — 你好"
    assert message["In-Reply-To"] == "<CAE=x@mail.customer.example>"
    assert message["References"].split() == ["<first@customer.example>", "<CAE=x@mail.customer.example>"]
    assert message.get_body(("plain",)).get_content().split() == email.text.split()
    assert message.get_body(("html",)).get_content().strip() == email.html
    assert [(part.get_filename(), part.get_content_type()) for part in message.iter_attachments()] == [
        ("Räume_2026 X: y.pdf", "application/pdf"),
        ("old.eml", "application/octet-stream"),
    ]
    assert [part.get_content() for part in message.walk() if part["Content-ID"] == "<logo@candour>"] == [PNG]
    assert email.envelope_sender == "support@candour.example"
    assert email.recipients == ("juergen@kunde.example", "foo..bar@docomo.example", "li@customer.example")


def test_composed_twice_it_is_the_same_email_byte_for_byte():
    email = a_reply(html="<p>x</p>", attachments=(OutgoingAttachment("a.txt", "text/plain", b"a"),))
    assert compose(email) == compose(email)


def test_every_byte_is_ascii_and_no_line_too_long_for_any_server():
    raw = compose(
        a_reply(
            subject="ü" * 5000,
            text="ü" * 5000,
            references=tuple(f"<{'a' * 200}{n}@customer.example>" for n in range(500)),
        )
    )
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert len(read(raw)["References"].split()) == outbound.MOST_REFERENCES


def test_long_ids_of_other_systems_are_repeated_as_they_are():
    """The standard library would encode them, and the customer's mail client lose the thread."""
    outlook = f"<AM0PR04MB{'1234567890ABCDEF' * 4}@AM0PR04MB1234.eurprd04.prod.outlook.com>"
    raw = compose(a_reply(in_reply_to=outlook, references=("<x@y.example>", outlook)))
    assert b"\r\n" + f"In-Reply-To: {outlook}".encode() + b"\r\n" in raw
    assert b"References: <x@y.example>\r\n " + outlook.encode() + b"\r\n" in raw


def test_what_a_machine_writes_says_so_and_wants_no_answer():
    email = a_reply(automatic=Automatic.REPLIED)
    message = read(compose(email))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert email.envelope_sender == ""
    assert "Auto-Submitted" not in read(compose(a_reply()))


def test_nothing_of_this_machine_travels_along():
    raw = compose(a_reply(html="<p>x</p>", attachments=(OutgoingAttachment("a", "text/plain", b"a"),)))
    assert socket.gethostname().encode() not in raw
    assert not re.search(rb"\d+\.\d+\.\d+\.\d+", raw)
    assert read(raw)["Date"].datetime.utcoffset().total_seconds() == 0
    assert {name.lower() for name in read(raw)} == {
        "date", "from", "to", "subject", "message-id", "mime-version", "content-type",
    }  # fmt: skip


INJECTIONS = [
    "\r\nBcc: victim@third.example",
    "x\nBcc: victim@third.example",
    "x\rBcc: victim@third.example",
    "x\u2028Bcc: victim@third.example",
    "x\u2029Bcc: victim@third.example",
    "x\x85Bcc: victim@third.example",
    "x\x0bBcc: victim@third.example",
    "x\x0cBcc: victim@third.example",
    "x\x00\r\n\r\nBcc: victim@third.example",
    "=?utf-8?q?x=0D=0ABcc:_victim@third.example?=",
    "victim@third.example, " + "y" * 80,
    '"victim@third.example, x" <victim@third.example>',
    "victim@third.example>, <",
    "undisclosed: victim@third.example;",
    "(comment) victim@third.example \\",
    "\ud800\udfff",
    "\u202egro.elpmaxe\u202c",
    "=?utf-8?b?" + "A" * 3000 + "?=",
]


@pytest.mark.parametrize("poison", INJECTIONS)
def test_no_field_can_add_a_header_or_a_recipient(poison: str):
    email = a_reply(
        to=(Address(poison, "ada@customer.example"),),
        cc=(Address(poison * 3, "bob@customer.example"),),
        sender=Address(poison, "support@candour.example"),
        subject=poison,
        in_reply_to=poison,
        references=(poison, "<x@y.example>"),
        attachments=(OutgoingAttachment(poison, poison, b"x"),),
        text=poison.replace("\ud800\udfff", ""),
    )
    raw = compose(email)
    header = raw.partition(b"\r\n\r\n")[0].decode()

    names = [line.partition(":")[0].lower() for line in header.split("\r\n") if line[:1] not in " \t"]
    assert set(names) <= {
        "date", "from", "to", "cc", "subject", "message-id", "in-reply-to", "references",
        "mime-version", "content-type",
    }  # fmt: skip
    for name, meant in (("To", "ada@customer.example"), ("Cc", "bob@customer.example")):
        assert [address.addr_spec for address in read(raw)[name].addresses] == [meant]
        assert [found for _name, found in getaddresses([message_from_bytes(raw)[name]])] == [meant]
    assert email.recipients == ("ada@customer.example", "bob@customer.example")


names = st.text(max_size=120)
addresses = st.builds(
    "{}@{}".format,
    st.text("abcXYZ019.!#$%&'*+-/=?^_`{|}~üж漢", min_size=1, max_size=20).filter(lambda local: local[0] != "."),
    st.from_regex(r"[a-z0-9]{1,10}(\.[a-zü0-9]{1,10}){0,3}", fullmatch=True),
)


@given(
    to=st.lists(st.builds(Address, names, addresses), min_size=1, max_size=6),
    cc=st.lists(st.builds(Address, names, addresses), max_size=4),
    subject=st.text(max_size=300),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=500),
)
@settings(max_examples=150, deadline=None)
def test_recipients_read_back_are_the_recipients_meant(to, cc, subject, text):
    email = a_reply(to=tuple(to), cc=tuple(cc), subject=subject, text=text)
    message = message_from_string(compose(email).decode(), policy=policy.default)  # UTF-8 where addresses need it
    meant = [wire_address(one.email) for one in (*to, *cc)]
    found = [one.addr_spec for name in ("To", "Cc") for value in message.get_all(name, []) for one in value.addresses]
    assert found == meant
    assert email.recipients == tuple(dict.fromkeys(meant))


@given(st.from_regex(outbound._ONE_MAILBOX, fullmatch=True))
@settings(max_examples=150, deadline=None)
def test_a_line_that_is_taken_as_it_stands_is_read_so_by_everybody(line):
    (strict,) = outbound._policy_of(utf8=False).header_fetch_parse("To", line).addresses

    assert [strict.addr_spec] == [found for _name, found in getaddresses([line])] == [outbound._plain(line)]


@pytest.mark.parametrize(
    "line",
    ["<a@b.example", "a@b.example>", '"a" b@c.example', '"a" <a@b.example>, c@d.example', "a@b.example c@d.example",
     '"a\\" <a@b.example>', '"a" <a@b.example> (c)', "a..b@c.example", "a@b.example\n", "g: a@b.example;"],
)  # fmt: skip
def test_any_other_line_is_read_as_receivers_would(line):
    assert outbound._plain(line) is None


@pytest.mark.parametrize(
    "bad",
    ["", "ada", "@x.example", "ada@", "a b@x.example", "a@b@x.example", "a,b@x.example", "<a@x.example>",
     "a@x..example",
     "a@-x.example", "a@x.example\r\nBcc: b@y.example", "a\u2028b@x.example", "a@[127.0.0.1]",
     "a@stra\u00dfe.example",
     "a" * 65 + "@x.example", "\u202ea@x.example", "a\x00@x.example", '"a b"@x.example'],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_not_repeated(bad: str):
    with pytest.raises(AddressRefused) as refused:
        compose(a_reply(to=(Address("", bad),)))
    assert not bad or bad not in str(refused.value)


def test_names_keep_letters_of_every_script():
    assert safe_name("O'Brien-Müller, Dr. (Sales) <x@y>") == "O'Brien-Müller Dr. Sales x y"
    assert safe_name("प्रिया शर्मा") == "प्रिया शर्मा"
    assert safe_name("\r\n,;<>@") == ""


def test_an_email_to_nobody_or_with_a_foreign_id_is_not_made():
    with pytest.raises(NotComposed):
        compose(a_reply(to=()))
    with pytest.raises(NotComposed):
        compose(replace(a_reply(), message_id="x\r\nBcc: y"))


def test_addresses_beyond_ascii_are_written_as_they_are():
    raw = compose(a_reply(to=(Address("Jürgen", "jürgen@kunde.example"),)))
    assert "jürgen@kunde.example".encode() in raw
    assert thread.secret_of(read(raw)["Message-ID"]) is not None
