"""Files that come with an email: none is lost, each has a label and the type that its bytes have."""

import binascii
import re

import pytest

from helpdesk.mail import attachments, inbound, labels
from tests.mail.letters import PDF, PNG, attached, multipart, part, plain, winmail

_UNFIT = re.compile("[\x00-\x1f\x7f/\\\\\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@pytest.mark.parametrize(
    ("disposition", "label"),
    [
        (b"attachment; filename=invoice.pdf", "invoice.pdf"),
        (b'attachment; filename="in\\"voice.pdf"', 'in"voice.pdf'),
        (b"attachment; filename=This is it.pdf", "This is it.pdf"),
        (b"attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"attachment; filename*0*=utf-8''Gr%C3%BC; filename*1=sse; filename*2=.pdf", "Grüsse.pdf"),
        (b'attachment; filename="=?utf-8?q?Gr=C3=BC=C3=9Fe.pdf?="', "Grüße.pdf"),
        (b'attachment; filename="Gr\xfc\xdfe.pdf"', "Grüße.pdf"),
        (b"attachment; filename*" + b"9" * 4301 + b"=x; filename=y.pdf", "y.pdf"),
        (b"attachment", "attachment-1.pdf"),
    ],
)
def test_names_are_read_in_every_spelling(disposition, label):
    file = attached(b"application/pdf", PDF, headers=b"Content-Disposition: " + disposition + b"\r\n")

    email = inbound.read(multipart(b"mixed", part(b"text/plain", b"Here."), file))

    assert [each.name for each in email.attachments] == [label]
    assert email.attachments[0].payload == PDF


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\temp\\a.exe", "C:_temp_a.exe"),
        ("in\u202efdp.exe", "infdp.exe"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("e\u0301.txt", "é.txt"),
        ("..", ""),
        ("   ", ""),
    ],
)
def test_labels_are_never_paths(name, label):
    assert labels.label(name) == label
    assert not _UNFIT.search(labels.label(name))


def test_a_long_label_keeps_its_extension():
    label = labels.label("ü" * 400 + ".pdf")

    assert len(label.encode()) <= labels.LONGEST
    assert label.endswith("ü.pdf")


@pytest.mark.parametrize(
    ("payload", "declared", "media_type"),
    [
        (PNG, "image/jpeg", "image/png"),
        (PNG, "application/octet-stream", "image/png"),
        (PDF, "text/plain", "application/pdf"),
        (b"<script>alert(1)</script>", "image/png", "application/octet-stream"),
        (b"PK\x03\x04" + b"\0" * 40, "", "application/zip"),
        (
            b"PK\x03\x04" + b"\0" * 40,
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.text",
        ),
        (b"hello", "text/csv", "text/csv"),
    ],
)
def test_bytes_decide_what_a_browser_may_show(payload, declared, media_type):
    assert attachments.media_type_of(payload, declared) == media_type


def test_a_uuencoded_file_is_taken_out_of_the_text():
    body = b"Here:\r\n\r\nbegin 644 note.txt\r\n" + binascii.b2a_uu(b"A note.") + b"`\nend\n\r\nBye"

    email = inbound.read(plain(body))

    assert [(each.name, each.payload) for each in email.attachments] == [("note.txt", b"A note.")]
    assert "begin 644" not in email.text
    assert email.text.startswith("Here:")
    assert email.text.endswith("Bye")
    assert "begin 644" in email.text_with_files


def test_a_sentence_that_begins_with_begin_stays_text():
    assert "begin 644 of" in inbound.read(plain(b"begin 644 of the book\r\nis here.\r\nend")).text


def test_a_winmail_dat_is_unpacked():
    file = attached(b"application/ms-tnef; name=winmail.dat", winmail("offer.pdf", PDF))

    email = inbound.read(multipart(b"mixed", part(b"text/plain", b"Here."), file))

    assert [(each.name, each.media_type, each.payload) for each in email.attachments] == [
        ("offer.pdf", "application/pdf", PDF)
    ]


def test_a_damaged_winmail_dat_stays_a_file():
    file = attached(b"application/ms-tnef; name=winmail.dat", winmail("offer.pdf", PDF)[:40])

    email = inbound.read(multipart(b"mixed", part(b"text/plain", b"Here."), file))

    assert [each.name for each in email.attachments] in (["winmail.dat"], [])
    assert email.text == "Here."


def test_the_same_name_twice_is_two_files():
    file = attached(b"image/png; name=a.png", PNG)

    assert len(inbound.read(multipart(b"mixed", file, file)).attachments) == 2


def test_more_html_beside_a_page_is_a_file_of_it():
    page = part(b"text/html", b"<p>Look at the picture.</p>")

    email = inbound.read(multipart(b"related", page, attached(b"image/png", PNG), part(b"text/html", b"<p>more</p>")))

    assert email.text == "Look at the picture."
    assert [each.media_type for each in email.attachments] == ["image/png", "text/html"]


def test_plain_text_before_its_html_is_no_page_yet():
    email = inbound.read(multipart(b"related", part(b"text/plain", b"Plain."), part(b"text/html", b"<p>Rich.</p>")))

    assert email.attachments == ()
    assert "Rich." in email.text


def test_an_encoded_part_that_does_not_say_what_it_is_reads_as_text_and_is_a_file_too():
    unsaid = b"Content-Transfer-Encoding: quoted-printable\r\n\r\nA fax for =C3=84gidius."

    email = inbound.read(multipart(b"mixed", attached(b"application/pdf", PDF), unsaid))

    assert "A fax for Ägidius." in email.text
    assert [each.name for each in email.attachments] == ["attachment-1.pdf", "file"]
