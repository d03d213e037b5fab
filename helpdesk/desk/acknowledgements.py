"""Acknowledging new tickets: off, always, or outside of business hours; fixed words, nothing of what came in."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import ClassVar, Final

from babel import Locale, UnknownLocaleError
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.config import Desk
from helpdesk.desk import automatic, business_hours, outbox
from helpdesk.desk.letters import N_, say
from helpdesk.mail import language, thread
from helpdesk.mail.parsed import Address, ParsedEmail
from helpdesk.models.acknowledgement import Acknowledgement, Acknowledges
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Verdict
from helpdesk.models.outbound_email import Purpose
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import audit, settings
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import later

FRESH: Final = timedelta(hours=12)  # what was fetched later than that is not news to its writer
LONGEST: Final = 4000
VARIABLES: Final = ("desk", "number")
_VARIABLE: Final = re.compile(r"\{([^{}\n]{0,40})\}")
_BUILT_IN: Final = ("en", "de")
SUBJECT: Final = N_("We have received your email (#%(number)s)")
TEXT: Final = (
    N_("Your email has reached %(desk)s. Its number is %(number)s."),
    N_("Somebody will read it and answer you. If you have something to add, just answer this email."),
    N_("This message was sent by a machine; nobody has read your email yet."),
)


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in one language."""

    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What admins wrote instead of the built-in words: a language each, as JSON."""

    key: ClassVar = "acknowledgement"
    texts: tuple[str, ...] = ()


class WordsRefused(ValueError):
    """Words that can't be sent; `why` is what is wrong, `what` the part of them."""

    def __init__(self, why: str, what: str = "") -> None:
        super().__init__(why)
        self.why, self.what = why, what


def all_words(session: Session) -> Mapping[str, Words]:
    """What is said, by language: the built-in words, and before them an admin's own."""
    own = (Words(**json.loads(one)) for one in settings.of(session, OwnWords).texts)
    return {one: _built_in(one) for one in _BUILT_IN} | {one.language: one for one in own}


def choose_words(session: Session, words: Words, *, by: Reader) -> None:
    """Say it in these words in their language; empty words are the built-in ones again. Raises WordsRefused."""
    words = Words(words.language.strip().lower(), " ".join(words.subject.split()), words.text.strip())
    kept = {one["language"]: one for one in map(json.loads, settings.of(session, OwnWords).texts)}
    kept.pop(words.language, None)
    if words.subject or words.text:
        _check(words)
        kept[words.language] = asdict(words)
    texts = tuple(json.dumps(kept[one], sort_keys=True) for one in sorted(kept))
    settings.change(session, OwnWords(texts), by=by)


def choose_when(session: Session, mailbox: Mailbox, when: Acknowledges, *, by: Reader) -> None:
    """When a mailbox acknowledges; the same again changes nothing."""
    if mailbox.acknowledges is not when:
        mailbox.acknowledges = when
        facts: dict[str, object] = {"acknowledges": when.value}
        audit.record(session, "mailbox.acknowledge", by=by, on=("mailbox", mailbox.id), facts=facts)


def filled(words: Words, *, desk: str, number: int) -> Words:
    """The words with their variables filled."""
    values = {"desk": desk, "number": str(number)}

    def fill(text: str) -> str:
        return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)

    return Words(words.language, fill(words.subject), fill(words.text))


def acknowledge(
    session: Session, ticket: Ticket, email: InboundEmail, parsed: ParsedEmail, proven: Verdict, *, desk: Desk
) -> bool:
    """Tell the writer of a new ticket that it arrived, once; whether they are told.

    Never for what was held, imported, old or marked as spam, whose sender is not to be believed, or that a machine
    wrote; and no more often than the brakes of automatic emails allow.
    """
    mailbox = ticket.mailbox
    if not _is_wanted(session, ticket, desk) or not _is_news(email, mailbox) or proven is Verdict.FAIL:
        return False
    if ticket.place is not Place.DESK or session.get(Acknowledgement, ticket.id) is not None:
        return False
    if not automatic.may_answer(session, parsed):
        return False
    known = all_words(session)
    spoken = language.language_of(parsed.text, known) or ticket.customer.language or desk.language
    words = filled(known.get(spoken) or known["en"], desk=desk.name, number=ticket.number)
    queued = outbox.queue(
        session,
        mailbox,
        Purpose.ACKNOWLEDGEMENT,
        to=[Address("", parsed.senders[0].email)],
        rfc_message_id=thread.new_message_id(ticket.id, mailbox.address.rpartition("@")[2]),
    )
    later.add(session, Acknowledgement, ticket_id=ticket.id, outbound_email_id=queued.id, **asdict(words))
    facts: dict[str, object] = {"outbound_email": queued.id, "language": words.language}
    audit.record(
        session,
        "ticket.acknowledge",
        by=Machine.INTAKE,
        on=("ticket", ticket.id),
        subject_id=ticket.customer_id,
        facts=facts,
    )
    return True


def _is_wanted(session: Session, ticket: Ticket, desk: Desk) -> bool:
    when = ticket.mailbox.acknowledges
    if when is Acknowledges.CLOSED:
        return not business_hours.of(session, ticket.team_id, time_zone=desk.time_zone).is_open(clock.now())
    return when is Acknowledges.ALWAYS


def _is_news(email: InboundEmail, mailbox: Mailbox) -> bool:
    is_ours_to_answer = email.arrived_at >= mailbox.go_live_at and email.ruling is None
    return is_ours_to_answer and email.arrived_at > clock.now() - FRESH


def _built_in(code: str) -> Words:
    """In a language of the desk, with the variables as an admin would write them."""
    values = {"desk": "{desk}", "number": "{number}"}
    return Words(code, say(SUBJECT, code, **values), "\n\n".join(say(one, code, **values) for one in TEXT))


def _check(words: Words) -> None:
    try:
        Locale.parse(words.language)
    except (UnknownLocaleError, ValueError):
        raise WordsRefused("language", words.language[:20]) from None
    if not words.subject or not words.text:
        raise WordsRefused("empty")
    if len(words.subject) > 200 or len(words.text) > LONGEST:
        raise WordsRefused("long")
    for found in _VARIABLE.findall(f"{words.subject} {words.text}"):
        if found not in VARIABLES:
            raise WordsRefused("variable", f"{{{found}}}")
