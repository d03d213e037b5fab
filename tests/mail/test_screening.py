"""Automatic replies, lists, receipts, complaints, calendars: what may not be answered, and why."""

# ruff: noqa: E501 - lines as programs write them

import pytest

from helpdesk.mail.screening import Kind, screen
from tests.mail.automatic_fixtures import HEADERS, SUBJECTS
from tests.mail.reports import RETURNED, read, report


def test_a_letter_from_a_person_may_be_answered():
    screening = screen(read())

    assert screening.kind is Kind.ORDINARY
    assert screening.may_answer
    assert screening.reason == ""


@pytest.mark.parametrize("line", SUBJECTS)
def test_an_automatic_reply_is_known_by_its_subject(line):
    subject, text = line.split("|")

    screening = screen(read(text, Subject=subject))

    assert screening.kind is Kind.AUTOMATIC_REPLY
    assert not screening.may_answer


def test_who_answers_an_automatic_reply_is_a_person():
    text = "I can wait until then.\n\nOn 5 May 2026 at 10:30, Ada <ada@desk.example> wrote:\n> I am away.\n"

    screening = screen(read(text, Subject="Re: Automatic reply: My printer"))

    assert (screening.kind, screening.may_answer) == (Kind.ORDINARY, True)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_an_automatic_reply_is_known_by_its_headers(headers):
    screening = screen(read("Hello, please help me with order 4711.", **headers))

    assert screening.kind is Kind.AUTOMATIC_REPLY
    assert not screening.may_answer
    assert screening.reason


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "no"}, {"X_Autoreply": "no"}, {"Precedence": "first-class"}])
def test_a_header_that_says_no_means_no(headers):
    assert screen(read(**headers)).kind is Kind.ORDINARY


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office hours: may I call you?",
        "Absence: Tim, form 5b",
        "Urlaub: Antrag",
        "Out of office printer is broken",
        "Automatic reply does not work in your product",
        "Absence management module fails",
        "Automatic payment failed",
        "Autoreply feature request",
        "Vacation rental in May",
        "Abwesenheiten im Kalender werden falsch gezählt",
        "Automatische Antworten abschalten",
        "Réponse automatique ne fonctionne pas",
        "Automobile insurance",
        "Auto insurance claim",
    ],
)
def test_a_subject_about_automatic_replies_is_not_one(subject):
    assert screen(read(Subject=subject)).kind is Kind.ORDINARY


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Id": "Users <users.lists.example>"},
        {"List_Unsubscribe": "<mailto:leave@lists.example>"},
        {"List_Post": "<mailto:users@lists.example>"},
        {"Mailing_List": "contact users-help@lists.example"},
        {"Precedence": "bulk"},
        {"Precedence": "list"},
        {"Precedence": "junk"},
    ],
    ids=str,
)
def test_mail_to_many_is_not_answered(headers):
    screening = screen(read(**headers))

    assert screening.kind is Kind.LIST
    assert not screening.may_answer


@pytest.mark.parametrize("value", ["All", "OOF, AutoReply", "DR, RN, NRN, OOF, AutoReply"])
def test_who_asks_for_silence_gets_it(value):
    screening = screen(read(X_Auto_Response_Suppress=value))

    assert screening.kind is Kind.ORDINARY
    assert not screening.may_answer


@pytest.mark.parametrize(
    "sender",
    ["no-reply@shop.example", "noreply@shop.example", "do-not-reply@shop.example", "news.noreply@shop.example",
     "bounces+7=desk@shop.example", "nicht-antworten@shop.example", "ne-pas-repondre@shop.example"],
)  # fmt: skip
def test_a_sender_who_takes_no_answers_gets_none(sender):
    screening = screen(read(From=f"Shop <{sender}>"))

    assert screening.kind is Kind.ORDINARY
    assert not screening.may_answer


def test_a_no_reply_sender_with_an_address_for_answers_may_be_answered():
    assert screen(read(From="Shop <no-reply@shop.example>", Reply_To="ann@customer.example")).may_answer


@pytest.mark.parametrize("sender", ["norepinephrine@lab.example", "postma@customer.example", "bouncer@club.example"])
def test_a_name_that_begins_alike_is_a_name(sender):
    assert screen(read(From=sender)).may_answer


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your message, we will answer soon. 17",
        "We have received your request.\nOne of us will look, and our team will get back to you within a day.",
        "Vielen Dank für Ihre Nachricht. Wir melden uns so bald wie möglich.",
        "Merci de votre message. Nous vous répondrons dans les meilleurs délais.",
        "Gracias por su mensaje. Le responderemos lo antes posible.",
        "Grazie per il tuo messaggio. Ti risponderemo al più presto.",
        "Bedankt voor uw bericht. Wij nemen zo snel mogelijk contact met u op.",
    ],
)
def test_another_desks_acknowledgement_is_kept_as_a_letter_and_answered_by_no_program(text):
    screening = screen(read(text))

    assert screening.kind is Kind.ORDINARY
    assert not screening.may_answer


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your message. It works now.",
        "Thank you for your answer. Will you reply to the invoice, too? We will wait.",
        "We will answer your tender, and need the drawing of the lamp first.",
        "Vielen Dank für Ihre Mühe, die Lampe leuchtet.",
        "Thank you for the lamp. " + "It shines, and we like it. " * 30 + "We will reply to your survey.",
    ],
)
def test_a_person_who_thanks_may_be_answered(text):
    assert screen(read(text)).may_answer


def test_a_receipt_is_tied_to_the_email_that_was_opened():
    fields = "Final-Recipient: rfc822; ann@customer.example\nOriginal-Message-ID: <t.7.secret@desk.example>\nDisposition: x"

    screening = screen(
        report("It was displayed.", fields, kind="disposition-notification", Subject="Read: Re: My printer")
    )

    assert screening.kind is Kind.RECEIPT
    assert not screening.may_answer
    assert screening.answers == "t.7.secret@desk.example"


def test_a_complaint_names_the_email_it_is_about():
    screening = screen(
        report("This is an abuse report.", "Feedback-Type: abuse\nVersion: 1", RETURNED, kind="feedback-report")
    )

    assert screening.kind is Kind.FEEDBACK_REPORT
    assert not screening.may_answer
    assert screening.answers == "t.7.secret@desk.example"


def test_a_complaint_without_fields_is_one_if_the_email_is_in_it():
    body = f"--frontier\nContent-Type: message/rfc822\n\n{RETURNED}\n--frontier--"
    mixed = 'multipart/mixed; boundary="frontier"'

    complaint = screen(read(body, Subject="complaint about message from 192.0.2.1", Content_Type=mixed))

    assert complaint.kind is Kind.FEEDBACK_REPORT
    assert complaint.answers == "t.7.secret@desk.example"
    assert screen(read(Subject="Complaint about message from your colleague")).kind is Kind.ORDINARY


def test_an_opt_out_that_a_program_sent_is_a_complaint():
    assert screen(read(Subject="unsubscribe", Auto_Submitted="auto-generated")).kind is Kind.FEEDBACK_REPORT
    assert screen(read(Subject="unsubscribe")).kind is Kind.ORDINARY


def test_a_calendars_answer_is_not_a_persons():
    calendar = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:1\nDTSTAMP:20260601T100000Z\n"
        "DTSTART:20260602T100000Z\nORGANIZER:mailto:support@desk.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@customer"
        ".example\nSUMMARY:Visit\nEND:VEVENT\nEND:VCALENDAR"
    )
    body = (
        "--frontier\nContent-Type: text/plain\n\nAnn has accepted.\n--frontier\nContent-Type: text/calendar;"
        f" method=REPLY; charset=utf-8\n\n{calendar}\n--frontier--"
    )

    answer = read(body, Content_Type='multipart/alternative; boundary="frontier"', Subject="Accepted: Visit")
    asked = read(
        body.replace("REPLY", "REQUEST"), Content_Type='multipart/alternative; boundary="frontier"', Subject="Visit"
    )

    assert screen(answer).kind is Kind.CALENDAR_REPLY
    assert screen(asked).kind is Kind.ORDINARY


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Spam_Flag": "YES"},
        {"X_Spam_Status": "Yes, score=7.1 required=5.0"},
        {"X_SES_Spam_Verdict": "FAIL"},
        {"X_Forefront_Antispam_Report": "CIP:192.0.2.1;SFV:SPM;H:x"},
        {"X_MS_Exchange_Organization_SCL": "6"},
    ],
    ids=str,
)
def test_the_mark_of_a_spam_filter_is_honoured(headers):
    screening = screen(read(**headers))

    assert screening.is_marked_spam
    assert not screening.may_answer


@pytest.mark.parametrize(
    "headers", [{"X_Spam_Flag": "NO"}, {"X_Spam_Status": "No, score=1"}, {"X_Spam_Score": "9"}], ids=str
)
def test_the_mark_of_innocence_is_honoured_too(headers):
    assert not screen(read(**headers)).is_marked_spam
