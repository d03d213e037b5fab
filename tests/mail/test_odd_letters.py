"""Letters as programs write them that never read a standard: nothing of them is lost."""

import pytest

from helpdesk.mail import inbound
from helpdesk.mail.parsed import Address
from tests.mail.letters import HEAD, PDF, attached, multipart, part, plain

TEXT = part(b"text/plain", b"It does not print.")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b'ann@one.example; bob@two.example; "Lee; C" <c@three.example>', ["ann@", "bob@", "c@"]),
        (b"Friends: ann@one.example, Bob <bob@two.example>;", ["ann@", "bob@"]),
        (b"Friends: ann@one.example;, bob@two.example", ["ann@", "bob@"]),
        (b"undisclosed-recipients:;", []),
    ],
)
def test_no_recipient_is_lost_whatever_stands_between_them(written, meant):
    raw = plain(b"x").replace(b"To: support@desk.example", b"To: " + written)

    assert [one.email.partition("@")[0] + "@" for one in inbound.read(raw).to] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"Doe, John <john@customer.example>", Address("Doe, John", "john@customer.example")),
        (b"=?utf-8?Q?M=C3=BCller,?= Eva <eva@customer.example>", Address("Müller, Eva", "eva@customer.example")),
        (b'"odd local"@customer.example', Address("", '"odd local"@customer.example')),
        (b"John <john @ customer.example>", Address("John", "john@customer.example")),
    ],
)
def test_a_sender_is_read_as_meant(written, meant):
    raw = plain(b"x").replace(b"From: Alice Example <alice@customer.example>", b"From: " + written)

    assert inbound.read(raw).sender == meant


def test_enriched_text_is_read_without_its_commands():
    said = (
        b"<bold>Now</bold> it does\r\nnot print.\r\n\r\n<color><param>red</param>a <<b</color>\r\n"
        b"<nofill>one\r\ntwo</nofill>"
    )

    assert inbound.read(plain(said, b"text/enriched")).text == "Now it does not print.\na <b one\ntwo"


def test_the_older_richtext_too():
    said = b"<bold>It</bold> does<nl>not <lt>print>\r\nat all.<comment>no</comment>"

    assert inbound.read(plain(said, b"text/richtext")).text == "It does\nnot <print> at all."


def test_of_alternatives_the_plainest_is_read_and_none_is_a_file():
    raw = multipart(b"alternative", TEXT, part(b"text/enriched", b"<bold>It does not print.</bold>"))

    email = inbound.read(raw)

    assert (email.text, email.attachments) == ("It does not print.", ())


def test_a_letter_of_a_type_that_is_none_is_read():
    assert inbound.read(plain(b"It does not print.", b"plain/text; charset=utf8")).text == "It does not print."


def test_a_file_of_a_type_that_is_none_stays_a_file():
    raw = multipart(b"mixed", TEXT, attached(b'pdf/application; name="a.pdf"', PDF))

    assert [(file.name, file.media_type) for file in inbound.read(raw).attachments] == [("a.pdf", "application/pdf")]


def test_text_that_nobody_can_read_as_it_is_is_a_file():
    email = inbound.read(plain(rb"{\rtf1\ansi Hello}", b"text/rtf"))

    assert (email.text, [file.name for file in email.attachments]) == ("", ["attachment-1.rtf"])


def test_a_uuencoded_part_is_decoded_whatever_its_line_ends():
    headers = b"Content-Disposition: attachment; filename=a.txt\r\nContent-Transfer-Encoding: x-uuencode\r\n"
    raw = multipart(
        b"mixed",
        TEXT,
        part(b"application/octet-stream", b"begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n", headers=headers),
    )

    assert inbound.read(raw).attachments[0].payload == b"Cat"


def test_a_word_behind_the_encoding_does_not_matter():
    raw = plain(b"SGVsbG8=", headers=b"Content-Transfer-Encoding: Base64 (of old)\r\n")

    assert inbound.read(raw).text == "Hello"


def test_blank_lines_above_the_header_do_not_make_a_text_of_it():
    email = inbound.read(b"\r\n\r\n" + plain(b"Hello"))

    assert (email.subject, email.text) == ("Printer", "Hello")
    assert email.defects == ("blank lines stand above its header",)


def test_blank_lines_above_a_text_leave_it_a_text():
    assert inbound.read(b"\r\n\r\nNote: it burns.\r\n").text == "Note: it burns."


def test_an_invitation_without_a_letter_says_what_it_is_about():
    said = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261105T100000Z\r\nDTEND:20261105T110000Z\r\n"
        b"SUMMARY:Visit\r\nLOCATION:Room 5\r\nDESCRIPTION:Bring the printer\\, please.\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    email = inbound.read(plain(said, b"text/calendar; method=REQUEST"))

    assert email.text == "Visit\n2026-11-05 10:00 UTC – 2026-11-05 11:00 UTC\nRoom 5\nBring the printer, please."
    assert [file.name for file in email.attachments] == ["invitation-1.ics"]


def test_a_letter_beside_an_invitation_is_what_is_read():
    raw = HEAD + multipart(b"mixed", TEXT, part(b"text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"), head=b"")

    assert inbound.read(raw).text == "It does not print."
