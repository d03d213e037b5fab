"""Bounces and delays: who, why, and which email of ours; and what only looks like one."""

# ruff: noqa: E501, ISC004 - texts as mail servers write them

import pytest

from helpdesk.mail.screening import Kind, screen
from tests.mail.reports import RETURNED, read, report

FIELDS = """Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ann@customer.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user"""


def test_a_report_for_machines_is_believed_first():
    screening = screen(report("It could not be delivered to bob@wrong.example.", FIELDS, RETURNED))

    assert screening.kind is Kind.BOUNCE
    assert not screening.may_answer
    assert [(f.address, f.status, f.action) for f in screening.failures] == [
        ("ann@customer.example", "5.1.1", "failed")
    ]
    assert "no such user" in screening.failures[0].diagnostic
    assert screening.answers == "t.7.secret@desk.example"


def test_each_recipient_has_its_own_fate():
    fields = (
        "Reporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822;ann@customer.example\nAction: failed\nStatus: 5.2.2\n\n"
        "Final-Recipient: rfc822;carol@partner.example\nAction: delivered\nStatus: 2.0.0\n\n"
        "Original-Recipient: rfc822;dave@other.example\nFinal-Recipient: rfc822;d@inner.example\nAction: failed\n"
        "Status: 5.0.0 (no)\nDiagnostic-Code: smtp; 554-5.7.1\n rejected by policy"
    )

    failures = screen(report("Some failed.", fields, RETURNED)).failures

    assert [(f.address, f.status) for f in failures] == [
        ("ann@customer.example", "5.2.2"),
        ("dave@other.example", "5.7.1"),
    ]


def test_a_delay_is_no_failure():
    fields = FIELDS.replace("failed", "delayed").replace("5.1.1", "4.4.1").replace("550", "450")

    screening = screen(report("This is a warning only.", fields, RETURNED))

    assert screening.kind is Kind.DELAY
    assert screening.is_about_delivery
    assert not screening.is_bounce
    assert not screening.failures[0].is_permanent


@pytest.mark.parametrize(
    "words",
    [
        "Su mensaje aún no se ha entregado tras 24 horas a:",
        "Votre message n'a pas encore été remis à:",
        "Ihre Nachricht wurde noch nicht zugestellt an:",
        "Il messaggio non è ancora stato consegnato a:",
        "A sua mensagem ainda não foi entregue a:",
        "Uw bericht is nog niet bezorgd bij:",
        "Ditt meddelande är ännu inte levererat till:",
        "Wiadomość jeszcze nie została dostarczona do:",
        "Ваше сообщение ещё не доставлено:",
    ],
)
def test_a_delay_is_told_in_words_of_many_languages(words):
    text = f"{words}\n\n  ann@customer.example\n    450 4.2.1 mailbox temporarily unavailable\n"
    sender = "Mail Delivery System <mailer-daemon@mx.example>"

    screening = screen(read(text, From=sender, Return_Path="<>", Subject="Delivery status"))

    assert screening.kind is Kind.DELAY
    assert screening.failures[0].address == "ann@customer.example"


def test_news_of_success_is_no_bounce():
    fields = FIELDS.replace("failed", "delivered").replace("5.1.1", "2.0.0").replace("550", "250")

    screening = screen(report("Your message was delivered.", fields, RETURNED))

    assert not screening.is_about_delivery
    assert not screening.may_answer


WORDS = {
    "qmail": (
        "Hi. This is the mail program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following"
        " addresses.\n\n<ann@customer.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 unknown"
        "\nGiving up.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <support@desk.example>\n",
        "5.1.1",
    ),
    "exim": (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be"
        " delivered to one or more of its recipients. The following address(es) failed:\n\n  ann@customer.example\n"
        "    SMTP error from remote mail server after RCPT TO:<ann@customer.example>:\n    host mx.customer.example"
        " [192.0.2.1]: 552 5.2.2 mailbox full\n\n------ This is a copy of the message, including all the headers. ------\n"
        "\nReturn-path: <support@desk.example>\n",
        "5.2.2",
    ),
    "postfix": (
        "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n"
        "<ann@customer.example> (expanded from <staff@customer.example>): host mx[192.0.2.1] said: 550\n    5.7.1"
        " blocked (in reply to RCPT TO command)\n",
        "5.7.1",
    ),
    "sendmail": (
        "   ----- The following addresses had permanent fatal errors -----\n<ann@customer.example>\n    (reason: 550 5.1.1"
        " User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.customer.example.:\n>>> DATA"
        "\n<<< 550 5.1.1 User unknown\n",
        "5.1.1",
    ),
    "exchange": (
        "Delivery has failed to these recipients or groups:\n\nann@customer.example<mailto:ann@customer.example>\nThe email"
        " address you entered couldn't be found.\n\nDiagnostic information for administrators:\n\nGenerating server: mx\n\n"
        "ann@customer.example\nRemote Server returned '550 5.1.10 RecipientNotFound'\n\nOriginal message headers:\n\n"
        "Received: from x\nFrom: support@desk.example\n",
        "5.1.10",
    ),
    "a table of labels": (
        "Delivery failed.\n\nRecipient: ann@customer.example\nReason: 550 5.4.4 host not found\n\n----- Original message"
        " -----\n\nTo: other@customer.example\n",
        "5.4.4",
    ),
    "a sentence": (
        "We had trouble delivering your message. Server <mx.example> rejected recipient <ann@customer.example>. It said:"
        " [550 5.1.1 User unknown]\n",
        "5.1.1",
    ),
    "german": (
        "Ihre Nachricht konnte nicht zugestellt werden:\n\nann@customer.example\n\n550 5.1.1 unbekannt\n",
        "5.1.1",
    ),
    "japanese": (
        "以下のメールアドレスへの送信に失敗しました。\nann@customer.example\n\n550 5.1.1 unknown user\n",
        "5.1.1",
    ),
    "french": ("Votre message n'a pas pu être remis à :\n<ann@customer.example>\n552 5.2.2 boîte pleine\n", "5.2.2"),
}


@pytest.mark.parametrize("server", WORDS)
def test_the_words_of_a_server_are_enough(server):
    words, status = WORDS[server]

    screening = screen(
        read(words, From="MAILER-DAEMON@mx.example", Return_Path="<>", Subject="failure notice", Message_ID="<2@mx>")
    )

    assert screening.kind is Kind.BOUNCE
    assert [(f.address, f.status) for f in screening.failures] == [("ann@customer.example", status)]


def test_the_header_of_failed_recipients_counts():
    screening = screen(
        read(
            "It failed.\n", From="mailer-daemon@mx.example", X_Failed_Recipients="ann@customer.example, bob@b.example"
        )
    )

    assert [f.address for f in screening.failures] == ["ann@customer.example", "bob@b.example"]


def test_a_report_without_a_name_is_about_whom_we_wrote_to():
    screening = screen(report("It could not be delivered.", "Reporting-MTA: dns; mx.example", RETURNED))

    assert [f.address for f in screening.failures] == ["ann@customer.example"]


def test_the_words_know_more_than_a_general_status():
    fields = FIELDS.replace("5.1.1", "5.0.0").replace("Diagnostic-Code: smtp; 550 5.0.0 no such user", "X: y")

    screening = screen(report("Sorry:\n\nann@customer.example: 550 5.7.26 not authenticated\n", fields))

    assert [f.status for f in screening.failures] == ["5.7.26"]


LETTERS = {
    "a forwarded bounce": {
        "Subject": "Fwd: Undelivered Mail Returned to Sender",
        "body": "I got this:\n\n<bob@b.example>: host mx said: 550 5.1.1 unknown\n\nFinal-Recipient: rfc822; bob@b.example\n"
        "Action: failed\nStatus: 5.1.1\n",
    },
    "a question about a bounce": {"body": "You answered 550 5.1.1 user unknown when I wrote to sales@desk.example."},
    "a parcel that did not arrive": {
        "Subject": "Delivery failed again",
        "body": "Delivery of my parcel failed. Write to ann@customer.example. It could not be delivered.",
    },
    "returned mail, in the other sense": {
        "Subject": "Returned mail",
        "body": "My letter was returned to sender by the post.",
    },
    "a complaint with the very subject": {
        "Subject": "Undelivered Mail Returned to Sender",
        "body": "Your last email bounced back, it was returned to me. My address is ann@customer.example.",
    },
}


@pytest.mark.parametrize("case", LETTERS)
def test_a_person_who_writes_about_bounces_is_a_person(case):
    fields = dict(LETTERS[case])

    screening = screen(read(fields.pop("body"), **fields))

    assert screening.kind is Kind.ORDINARY
    assert screening.may_answer
    assert not screening.failures


def test_a_bounce_attached_by_a_person_is_an_attachment():
    inside = (
        "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=inner\n\n"
        f"--inner\nContent-Type: text/plain\n\nIt failed.\n--inner\nContent-Type: message/delivery-status\n\n{FIELDS}\n"
        "--inner--"
    )
    body = (
        "--frontier\nContent-Type: text/plain\n\nWhat is this?\n--frontier\nContent-Type: message/rfc822\n\n"
        f"{inside}\n--frontier--"
    )

    screening = screen(read(body, Content_Type='multipart/mixed; boundary="frontier"'))

    assert screening.kind is Kind.ORDINARY


def test_an_absent_person_who_names_others_is_no_bounce():
    screening = screen(
        read(
            "I no longer work here; this mailbox is no longer active. Please write to new@customer.example.",
            Return_Path="<>",
            Subject="Re: My printer",
        )
    )

    assert screening.kind is Kind.AUTOMATIC_REPLY
    assert not screening.failures


def test_a_letter_from_a_daemon_that_tells_of_no_failure_is_not_answered():
    screening = screen(
        read(From="MAILER-DAEMON <mailer-daemon@mx.example>", Return_Path="<>", Subject="failure notice")
    )

    assert screening.kind is Kind.AUTOMATIC_REPLY
    assert not screening.may_answer
