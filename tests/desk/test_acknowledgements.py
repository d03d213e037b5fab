"""Acknowledgements: to people, once, in their language; none for machines, imports, spam, or beyond the brakes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.config import Desk
from helpdesk.desk import acknowledgements, compose, intake, outbox
from helpdesk.desk.acknowledgements import Words, WordsRefused
from helpdesk.mail import inbound
from helpdesk.mail.outbound import OutgoingEmail
from helpdesk.mail.outbound import compose as as_bytes
from helpdesk.models.acknowledgement import Acknowledgement, Acknowledges
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.storage.vault import Vault
from tests.world import a_mailbox, a_team

DESK = Desk(name="Lamps & Co", base_url="https://desk.example")
LETTER = (
    b"From: Nils <nils@customer.example>\r\nTo: support@desk.example\r\nSubject: The secret subject\r\n"
    b"Message-ID: <one@customer.example>\r\nReturn-Path: <nils@customer.example>\r\n"
)
GERMAN = "Guten Tag, meine Lampe flackert seit Montag, und ich weiß nicht, woran das liegen kann."
ENGLISH = "Good morning, since Monday my lamp flickers every evening and I do not know why that is."


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    mailbox = a_mailbox(session, a_team(session), "support@desk.example")
    mailbox.go_live_at = clock.now() - timedelta(days=1)
    mailbox.acknowledges = Acknowledges.ALWAYS
    return mailbox


def arrive(
    session: Session,
    mailbox: Mailbox,
    uid: int = 1,
    *,
    text: str = ENGLISH,
    head: bytes = LETTER,
    at: datetime | None = None,
) -> Outcome:
    raw = head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode() + b"\r\n"
    email = InboundEmail(
        mailbox_id=mailbox.id, folder="INBOX", uidvalidity=1, uid=uid, sha256=uid.to_bytes(32, "big"),
        size=len(raw), arrived_at=at or clock.now(), outcome=Outcome.STORED,
    )  # fmt: skip
    session.add(email)
    session.flush()
    access.keep_raw_email(session, email, raw)
    return intake.receive(session, email, inbound.read(raw), at=intake.arrival(session, mailbox, desk=DESK))


def told(session: Session) -> list[OutgoingEmail]:
    chosen = (
        select(OutboundEmail.id).where(OutboundEmail.purpose == Purpose.ACKNOWLEDGEMENT).order_by(OutboundEmail.id)
    )
    found = [outbox.claim(session, one) for one in session.scalars(chosen)]
    vault = Vault(b"k" * 32)
    return [compose.email(session, one, desk=DESK, vault=vault, by=Machine.DELIVERY) for one in found if one]


def test_who_opens_a_ticket_is_told_so_once_and_nothing_of_theirs_is_in_it(session: Session, mailbox: Mailbox):
    arrive(session, mailbox)

    (email,) = told(session)
    raw = as_bytes(email)
    number = session.scalars(select(Acknowledgement.ticket_id)).one()
    assert email.recipients == ("nils@customer.example",)
    assert email.envelope_sender == ""
    assert b"Auto-Submitted: auto-replied" in raw
    assert b"X-Auto-Response-Suppress: All" in raw
    assert f"#{number}" in email.subject
    assert "Lamps & Co" in email.text
    assert b"secret subject" not in raw
    assert "Nils" not in raw.decode()
    assert "flickers" not in raw.decode()
    assert raw == as_bytes(email)


@pytest.mark.parametrize(
    ("text", "language"),
    [(GERMAN, "de"), (ENGLISH, "en"), ("Здравствуйте, моя лампа мигает каждый вечер.", "en"), ("?", "en")],
)
def test_it_speaks_the_customers_language_where_it_can(session: Session, mailbox: Mailbox, text: str, language: str):
    arrive(session, mailbox, text=text)

    assert session.scalars(select(Acknowledgement.language)).one() == language


def test_an_answer_to_it_is_on_the_same_ticket_and_not_acknowledged_again(session: Session, mailbox: Mailbox):
    arrive(session, mailbox)
    (email,) = told(session)

    answer = LETTER.replace(b"<one@", b"<two@") + f"In-Reply-To: <{email.message_id.strip('<>')}>\r\n".encode()
    outcome = arrive(session, mailbox, 2, head=answer)

    assert outcome is Outcome.APPENDED
    assert session.scalar(select(func.count()).select_from(Acknowledgement)) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"Auto-Submitted: auto-replied", b"Precedence: bulk", b"List-Id: <list.customer.example>",
        b"X-Auto-Response-Suppress: All", b"X-Spam-Flag: YES",
    ],
)  # fmt: skip
def test_machines_lists_and_spam_are_never_acknowledged(session: Session, mailbox: Mailbox, line: bytes):
    arrive(session, mailbox, head=LETTER + line + b"\r\n")

    assert told(session) == []


def test_off_is_the_default_and_imports_and_old_mail_are_taken_in_silently(session: Session, mailbox: Mailbox):
    arrive(session, mailbox, 1, at=mailbox.go_live_at - timedelta(seconds=1))
    arrive(session, mailbox, 2, at=clock.now() - timedelta(hours=13), head=LETTER.replace(b"<one@", b"<two@"))
    mailbox.acknowledges = Acknowledges.OFF
    arrive(session, mailbox, 3, head=LETTER.replace(b"<one@", b"<three@"))

    assert told(session) == []
    assert Mailbox.__table__.c.acknowledges.default.arg is Acknowledges.OFF


@pytest.mark.parametrize(
    ("moment", "count"), [("2026-11-25T12:00", 0), ("2026-11-25T20:00", 1), ("2026-11-28T12:00", 1)]
)
def test_outside_of_business_hours_means_the_teams(session: Session, mailbox: Mailbox, moment: str, count: int):
    mailbox.acknowledges = Acknowledges.CLOSED
    with clock.stopped_at(datetime.fromisoformat(moment).replace(tzinfo=UTC)):
        mailbox.go_live_at = clock.now() - timedelta(days=1)
        arrive(session, mailbox)

        assert len(told(session)) == count


def test_somebody_who_writes_again_and_again_is_told_five_times_an_hour(session: Session, mailbox: Mailbox):
    for uid in range(1, 9):
        arrive(session, mailbox, uid, head=LETTER.replace(b"<one@", b"<%d@" % uid))

    assert len(told(session)) == 5


@pytest.mark.parametrize(("is_stripped", "most"), [(False, 0), (True, 5)])
def test_two_desks_that_acknowledge_each_other_stop_within_the_brake(
    session: Session, mailbox: Mailbox, *, is_stripped: bool, most: int
):
    """The other desk's answer to each of ours comes in as a new letter, even with what marks it as automatic gone."""
    said, sent = ENGLISH, 0
    for turn in range(1, 31):
        head = LETTER.replace(b"nils@customer", b"help@other").replace(b"<one@", b"<%d@" % turn)
        arrive(
            session,
            mailbox,
            turn,
            text=said,
            head=head if is_stripped else head + b"Auto-Submitted: auto-replied\r\n",
        )
        if not (news := told(session)):
            break
        said, sent = news[0].text, sent + 1

    assert sent == most


def test_words_of_an_admin_go_first_and_an_unknown_variable_is_refused(session: Session, mailbox: Mailbox):
    french = Words("fr", "Reçu (#{number})", "Merci d’avoir écrit à {desk}.")
    acknowledgements.choose_words(session, french, by=Machine.COMMAND)
    arrive(
        session,
        mailbox,
        text="Bonjour, ma lampe clignote tous les soirs et je ne sais pas pourquoi, merci de votre aide.",
    )

    (email,) = told(session)
    assert "Merci d’avoir écrit à Lamps & Co." in email.text
    for wrong, why in (
        (Words("fr", "a", "{subject}"), "variable"),
        (Words("xx-yy-zz", "a", "b"), "language"),
        (Words("fr", "a", ""), "empty"),
        (Words("fr", "a", "b" * 5000), "long"),
    ):
        with pytest.raises(WordsRefused) as refused:
            acknowledgements.choose_words(session, wrong, by=Machine.COMMAND)
        assert refused.value.why == why
    acknowledgements.choose_words(session, Words("fr", "", ""), by=Machine.COMMAND)
    assert set(acknowledgements.all_words(session)) == {"de", "en"}
