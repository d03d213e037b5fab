"""In which language a customer writes: learnt once at intake, so that languages can be counted."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.customer import Customer
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.statistic import Metric
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import categories
from helpdesk.privacy.statistics.plan import Usage
from tests.desk.test_intake import an_email, deliver
from tests.privacy.statistics.small import counted, due, month
from tests.world import a_mailbox, a_team

GERMAN = "Guten Tag, die Lampe ist zerbrochen angekommen. Was kann ich jetzt tun? Viele Grüße\n"


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


def saying(language: str) -> bytes:
    """A German email whose header names a language."""
    return f"Content-Language: {language}\n".encode() + an_email(text=GERMAN)


def counting_languages(session: Session) -> Usage:
    usage = Usage(since="2026-10", extras=(Metric.LANGUAGE.value,))
    settings.change(session, usage, by=Machine.COMMAND)
    return usage


def writer(session: Session, mailbox: Mailbox, raw: bytes) -> Customer:
    email = deliver(session, mailbox, raw)
    return session.get_one(Customer, session.get_one(Ticket, email.ticket_id).customer_id)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("de-DE", "de"), ("fr", "fr"), ("en-US, de", None), ("tlh", None), ("x" * 500, None), ("", None),
        ("vo", None),
    ],
)  # fmt: skip
def test_the_header_tells_where_it_names_one_language_that_can_be_counted(
    session: Session, mailbox: Mailbox, said: str, kept: str | None
):
    assert writer(session, mailbox, saying(said)).language == kept


def test_where_languages_are_counted_the_words_tell_and_the_count_knows(session: Session, mailbox: Mailbox):
    usage = counting_languages(session)

    ticket = session.get_one(Ticket, deliver(session, mailbox, saying("en-US")).ticket_id)

    assert session.get_one(Customer, ticket.customer_id).language == "de"
    ticket.opened_at = ticket.opened_at.replace(year=2026, month=10, day=5)
    session.flush()
    counts = counted(session, due(month(), usage)).counts[Metric.LANGUAGE]
    assert counts[categories.LANGUAGES.index("de")] == sum(counts) == 1


def test_what_was_learnt_stays_whatever_mail_says_later(session: Session, mailbox: Mailbox):
    counting_languages(session)
    customer = writer(session, mailbox, an_email(text=GERMAN))

    english = an_email(
        "Something else", "Good morning, the new lamp is too bright for the kitchen. What can I do about that?\n"
    )
    assert writer(session, mailbox, english) is customer
    assert customer.language == "de"


def test_too_few_words_say_nothing(session: Session, mailbox: Mailbox):
    counting_languages(session)

    assert writer(session, mailbox, an_email(text="ok\n")).language is None
