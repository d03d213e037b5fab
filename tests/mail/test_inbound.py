"""What the desk understands of an email: who, what, when, and what it says."""

import base64
from datetime import UTC, datetime

import pytest

from helpdesk.mail import inbound
from helpdesk.mail.limits import Limits
from helpdesk.mail.parsed import Address, Protection
from tests.mail.letters import HEAD, PNG, attached, container, multipart, page, part, plain


def test_a_plain_letter_says_who_what_and_when():
    email = inbound.read(plain(b"It does not print.\r\n"))

    assert email.sender == Address("Alice Example", "alice@customer.example")
    assert email.to == (Address("", "support@desk.example"),)
    assert (email.subject, email.message_id) == ("Printer", "1@customer.example")
    assert email.date == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert email.text == "It does not print."
    assert email.return_path is None
    assert email.defects == ()


def test_of_two_alternatives_the_text_is_read_and_the_html_kept():
    raw = multipart(
        b"alternative",
        part(b"text/plain", b"It does not print."),
        part(b"text/html", b"<p>It does <b>not</b> print.</p>"),
    )

    email = inbound.read(raw)

    assert email.text == "It does not print."
    assert email.safe_html.html.strip() == "<p>It does <b>not</b> print.</p>"
    assert email.attachments == ()


def test_html_alone_is_read_as_text():
    email = inbound.read(page("<title>no</title><div>One</div><div>Two &amp; <br>three</div><script>no</script>"))

    assert email.text == "One\nTwo &\nthree"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        (b"", "Grüße aus Köln".encode("cp1252")),
        (b"; charset=no-such-thing", "Grüße aus Köln".encode()),
        (b"; charset=us-ascii", "Grüße aus Köln".encode("cp1252")),
        (b"; charset=utf-8", "Grüße aus Köln".encode("cp1252")),
        (b"; charset=iso-8859-1", "Grüße aus Köln".encode("cp1252")),
        (b"; charset=utf-8", "Grüße aus Köln".encode("utf-16")),
        (b"; charset=rot13", "Grüße aus Köln".encode()),
    ],
)
def test_a_wrong_or_missing_charset_loses_no_letter(declared, written):
    assert inbound.read(plain(written, b"text/plain" + declared)).text == "Grüße aus Köln"


def test_an_undeclared_japanese_letter_is_read():
    assert inbound.read(plain("こんにちは".encode("iso2022_jp"), b"text/plain")).text == "こんにちは"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=", "Grüße"),  # a letter cut in two
        (b"=?iso-8859-1?Q?Gr\xfc\xdfe?=", "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        ("Grüße".encode(), "Grüße"),
        (b"=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),  # its padding is missing
        (b"=?utf-8?q?Hello=0D=0ABcc:_victim@third.example?=", "Hello Bcc: victim@third.example"),
        (b"=?utf-8?q?nul=00and=E2=80=A8line?=", "nuland line"),
        (b"=?nonsense?q?a?= stays", "a stays"),
        (b"a =?", "a =?"),
    ],
)
def test_subjects_are_decoded_and_fit_one_line(written, read):
    assert inbound.read(HEAD.replace(b"Printer", written) + b"\r\nHello").subject == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b'"Alice, (Sales)" <alice@customer.example>', Address("Alice, (Sales)", "alice@customer.example")),
        (b"Alice (Sales) <alice@customer.example>", Address("Alice", "alice@customer.example")),
        (b"alice@customer.example (Alice)", Address("Alice", "alice@customer.example")),
        (b"J\xf6rg <joerg@customer.example>", Address("Jörg", "joerg@customer.example")),
        (b"Alice alice@customer.example", Address("", "alice@customer.example")),
        (b"MAILER-DAEMON (Mail Delivery System)", Address("Mail Delivery System", "MAILER-DAEMON")),
        (
            b'"support@desk.example" <mallory@evil.example>',
            Address("support@desk.example", "mallory@evil.example"),
        ),
        ("Jörg <jörg@müller.example>".encode(), Address("Jörg", "jörg@müller.example")),
    ],
)
def test_senders_are_read_as_they_are_written(written, read):
    raw = HEAD.replace(b"Alice Example <alice@customer.example>", written) + b"\r\nHello"

    assert inbound.read(raw).sender == read


def test_a_second_sender_or_subject_is_told():
    raw = b"From: mallory@evil.example\r\nSubject: Other\r\n" + HEAD + b"\r\nHello"

    email = inbound.read(raw)

    assert [each.email for each in email.senders] == ["mallory@evil.example", "alice@customer.example"]
    assert email.subject == "Other"
    assert set(email.defects) == {"it names more than one sender", "it has more than one subject"}


def test_behind_a_group_stands_a_person():
    group = HEAD.replace(b"Alice Example <alice@customer.example>", b"'Alice' via Sales <sales@group.example>")
    told = b"Reply-To: Alice <alice@customer.example>\r\nX-Original-From: Alice <alice@customer.example>\r\n"
    other = b"Reply-To: Alice <alice@customer.example>\r\nX-Original-From: Bob <bob@customer.example>\r\n"

    named = inbound.read(told + group + b"\r\nx").author
    unnamed = inbound.read(other + group + b"\r\nx").author

    assert named == Address("Alice", "alice@customer.example")
    assert unnamed == Address("'Alice' via Sales", "sales@group.example")


def test_the_null_path_is_told_from_none():
    assert inbound.read(b"Return-Path: <>\r\n" + HEAD + b"\r\nx").return_path == ""
    assert inbound.read(b"Return-Path: <a@b.example>\r\n" + HEAD + b"\r\nx").return_path == "a@b.example"


def test_an_attached_email_stays_a_file_and_out_of_the_text():
    inner = HEAD.replace(b"Printer", b"The first letter") + b"\r\nThe text inside."
    raw = multipart(b"mixed", part(b"text/plain", b"See below."), part(b"message/rfc822", inner))

    email = inbound.read(raw)

    assert email.text == "See below."
    assert [(each.name, each.media_type) for each in email.attachments] == [
        ("The first letter.eml", "message/rfc822")
    ]
    assert b"The text inside." in email.attachments[0].payload
    assert [(each.subject, each.text) for each in email.nested] == [("The first letter", "The text inside.")]


def test_an_attached_email_that_was_encoded_is_opened_all_the_same():
    inner = HEAD.replace(b"Printer", b"The first letter") + b"\r\nThe text inside."
    encoded = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(inner)
    raw = multipart(b"mixed", part(b"text/plain", b"See below."), encoded)

    email = inbound.read(raw)

    assert [each.name for each in email.attachments] == ["The first letter.eml"]
    assert b"The text inside." in email.attachments[0].payload
    assert [(each.subject, each.text) for each in email.nested] == [("The first letter", "The text inside.")]
    assert "an attached email was encoded, which is not allowed" in email.defects


def test_a_report_gives_its_machine_readable_part():
    status = (
        b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; gone@customer.example\r\nStatus: 5.1.1\r\n"
    )
    raw = multipart(
        b"report; report-type=delivery-status",
        part(b"text/plain", b"It failed."),
        part(b"message/delivery-status", status),
        part(b"text/rfc822-headers", b"Message-ID: <ours@desk.example>\r\nSubject: Re: Printer\r\n"),
    )

    email = inbound.read(raw)

    report = next(each for each in email.parts if each.media_type == "message/delivery-status")
    assert "Final-Recipient: rfc822; gone@customer.example" in report.text
    assert "Status: 5.1.1" in report.text
    assert email.nested[0].message_id == "ours@desk.example"
    assert email.text == "It failed."


def test_soft_line_breaks_are_undone():
    body = b"This is one \r\nsentence.\r\n> quoted \r\n> text\r\n-- \r\nAlice"

    email = inbound.read(plain(body, b"text/plain; charset=utf-8; format=flowed"))

    assert email.text == "This is one sentence.\n> quoted text\n-- \nAlice"


def test_parts_without_a_boundary_are_found():
    inner = part(b"text/plain", b"Found.")
    raw = HEAD + b"Content-Type: multipart/mixed\r\n\r\n--x\r\n" + inner + b"\r\n--x--\r\n"

    email = inbound.read(raw)

    assert email.text == "Found."
    assert "the boundary between its parts is missing or wrong" in email.defects


def test_a_multipart_without_parts_keeps_its_text():
    assert inbound.read(HEAD + b"Content-Type: multipart/mixed\r\n\r\nJust text.").text == "Just text."


def test_nested_parts_that_share_a_boundary_are_read():
    inner = container(b"mixed", b"\r\nhi", boundary=b"a")

    assert inbound.read(HEAD + container(b"mixed", inner, boundary=b"a")).defects


def test_lines_that_lost_their_fold_do_not_hide_the_sender():
    raw = b"Received: from a\r\nby b; today\r\n" + HEAD + b"\r\nHello"

    email = inbound.read(raw)

    assert email.sender is not None
    assert email.text == "Hello"


def test_a_body_cannot_pass_for_the_header():
    raw = b"From: alice@customer.example\r\nno header\r\nFrom: mallory@evil.example\r\n\r\nHello"

    assert [each.email for each in inbound.read(raw).senders] == ["alice@customer.example"]


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        (b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", Protection.SMIME_ENCRYPTED),
        (b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", Protection.SMIME_SIGNED),
    ],
)
def test_smime_is_shown_as_such(content_type, kind):
    assert inbound.read(plain(b"MIIB", content_type)).protection is kind


def test_pgp_is_shown_as_such():
    signed = multipart(b'signed; protocol="application/pgp-signature"', part(b"text/plain", b"Hello"))

    assert inbound.read(signed).protection is Protection.PGP_SIGNED
    assert inbound.read(plain(b"-----BEGIN PGP MESSAGE-----\r\n")).protection is Protection.PGP_ENCRYPTED


def test_a_calendar_answer_is_understood_and_kept():
    calendar = (
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:7\r\nSUMMARY:Visit\r\nDTSTART:20261105T090000Z\r\n"
        b"ORGANIZER:mailto:support@desk.example\r\nATTENDEE;PARTSTAT=ACCEPTED;CN=Alice:mailto:alice@customer.example\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    raw = multipart(b"alternative", part(b"text/plain", b"Yes."), part(b"text/calendar; method=REPLY", calendar))

    email = inbound.read(raw)

    assert email.invitation is not None
    assert (email.invitation.method, email.invitation.summary) == ("REPLY", "Visit")
    assert email.invitation.starts == datetime(2026, 11, 5, 9, tzinfo=UTC)
    assert [(each.address.email, each.answer) for each in email.invitation.attendees] == [
        ("alice@customer.example", "ACCEPTED")
    ]
    assert [each.media_type for each in email.attachments] == ["text/calendar"]


def test_past_the_limits_an_email_is_kept_and_marked():
    many = multipart(b"mixed", *[part(b"text/plain", b"x")] * 30)
    deep = b"Content-Type: text/plain\r\n\r\nbottom"
    for level in range(20):
        deep = container(b"mixed", deep, boundary=b"b%d" % level)
    long = HEAD + b"X-Long: " + b"a" * 5000 + b"\r\n\r\nHello"
    limits = Limits(parts=10, depth=5, header_bytes=2000, email_bytes=20_000)

    assert inbound.read(many, limits).defects == ("more parts than the limit: the rest was not opened",)
    assert inbound.read(HEAD + deep, limits).defects == ("nested deeper than the limit: the rest was not opened",)
    assert inbound.read(long, limits).text == "Hello"
    assert inbound.read(plain(b"x" * 30_000), limits).subject == "Printer"
    assert (
        "it is larger than the limit: only its header was read" in inbound.read(plain(b"x" * 30_000), limits).defects
    )


def test_bottomless_nesting_leaves_the_header():
    email = inbound.read(HEAD + b"".join(b"Content-Type: message/rfc822\r\n\r\nSubject: s\r\n" for _ in range(2000)))

    assert email.subject == "Printer"


def test_nothing_is_unreadable():
    with pytest.raises(inbound.Unreadable):
        inbound.read(b"\r\n\0 ")


def test_an_image_shown_in_the_html_is_marked_inline():
    picture = attached(b"image/png; name=logo.png", PNG, headers=b"Content-ID: <logo@x>\r\n")
    raw = multipart(b"related", part(b"text/html", b'<img src="cid:logo@x"><img src="cid:gone@x">'), picture)

    email = inbound.read(raw)

    assert email.attachments[0].is_inline
    assert 'src="parts/0"' in email.safe_html.html
    assert email.safe_html.unplaced_images == 1
