"""Screening costs next to nothing for ordinary mail, and little for hostile reports."""

import time

import pytest

from helpdesk.mail.parsed import Address, ParsedEmail, Part
from helpdesk.mail.screening import Kind, screen

UNITS = [
    "a", "a@b ", "<a@b.c>:\n", "-", "-- original message ", "Final-Recipient: rfc822; a@b.c\nAction: failed\n\n",
    "Final-Recipient: rfc822; a@b.c\n", "following address \n", "following recipients:\n", "deliver to ", "550 ",
    "5.1.1 ", "recipient: <", "could not be ", "[mailto:", '"@', "\n", "\t\n", "Received: x\n",
    "a@b.c (generated from",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_hostile_report_is_screened_in_well_under_a_second(unit):
    text = unit * (64 * 1024 // len(unit))
    email = ParsedEmail(
        subject="Undelivered",
        senders=(Address("", "mailer-daemon@mx.example"),),
        return_path="",
        text=text,
        headers={"content-type": ("multipart/report; report-type=delivery-status",)},
        parts=(Part("text/plain", text), Part("message/delivery-status", text)),
    )

    started = time.process_time()
    screening = screen(email)

    assert time.process_time() - started < 1.0
    assert len(screening.failures) <= 200


@pytest.mark.parametrize("unit", ["auto", "re: ", "[a]", "out of ", "deliver ", "-"])
def test_a_hostile_subject_is_screened_at_once(unit):
    started = time.process_time()
    screen(ParsedEmail(subject=unit * 2000, senders=(Address("", "ann@customer.example"),)))

    assert time.process_time() - started < 0.1


def test_an_ordinary_email_is_decided_without_reading_its_text():
    email = ParsedEmail(
        subject="My printer",
        senders=(Address("Ann", "ann@customer.example"),),
        return_path="ann@customer.example",
        parts=(Part("text/plain", "550 5.1.1 could not be delivered\n" * 2000),),
    )

    started = time.process_time()
    screenings = [screen(email) for _ in range(100)]

    assert time.process_time() - started < 0.1
    assert {screening.kind for screening in screenings} == {Kind.ORDINARY}
