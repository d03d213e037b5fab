"""Three months of a small company's desk as a series of events, the same on every machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from random import Random

from helpdesk.demo import attachments, letters, rhythm
from helpdesk.demo.company import Address, Member, Story, Writer, company, stories, tongues
from helpdesk.demo.letters import Thread
from helpdesk.demo.phrases import Facts, dice, facts, spell

ABUNDANCE = 1.0
"""How many times each story's `times` comes up."""


class Kind(StrEnum):
    LETTER = "letter"
    TAKE = "take"
    TAG = "tag"
    REPLY = "reply"
    NOTE = "note"
    WAIT = "wait"
    CLOSE = "close"


@dataclass(eq=False, slots=True)
class Conversation:
    """One matter: who wrote where, who answers, and how far it got."""

    mailbox: Address
    writer: Writer
    agent: Member
    thread: Thread = field(default_factory=Thread)
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a moment: an email came, or the agent did something."""

    at: datetime
    kind: Kind
    conversation: Conversation
    text: str = field(default="", repr=False)
    write: Callable[[Thread], bytes] | None = None
    files: tuple[attachments.File, ...] = ()


def events(now: datetime, zone: tzinfo, *, days: int = rhythm.DAYS) -> list[Event]:
    """What has happened in so many days up to now, in order; nothing is told from its middle."""
    happened: list[Event] = []
    for story in stories():
        for number in range(round(story.times * ABUNDANCE)):
            told = list(_told(story, number, now, zone))
            happened += told if told[0].at >= now - timedelta(days=days) else []
    return sorted((event for event in happened if event.at <= now), key=lambda event: event.at)


def _told(story: Story, number: int, now: datetime, zone: tzinfo) -> Iterator[Event]:
    throw = dice(story.language, story.name, number)
    begun = rhythm.moment(throw, now, zone, within=story.weeks * 7 if story.weeks else rhythm.DAYS)
    writer = _writer(story, number)
    mailbox = company().mailbox(story.to)
    talk = Conversation(mailbox, writer, _agent(throw, mailbox, story.language))
    known = facts(throw, writer, begun)
    subject = spell(throw.choice(story.subjects), known, throw)
    yield _letter(talk, subject, story.openings[number % len(story.openings)], known, throw, begun, story.files)
    yield from _handled(talk, story, subject, known, throw, begun, patience=now - begun)


def _handled(
    talk: Conversation,
    story: Story,
    subject: str,
    known: Facts,
    throw: Random,
    begun: datetime,
    *,
    patience: timedelta,
) -> Iterator[Event]:
    """What follows the first email; some of what came lately still lies there, some people never answer."""
    is_recent = patience < timedelta(days=18)
    luck = throw.random()
    if is_recent and luck < 0.1:
        return
    here = rhythm.at_work(begun, throw.lognormvariate(0.3, 0.9))
    yield Event(here, Kind.TAKE, talk)
    for tag in story.tags[: 1 if throw.random() < 0.7 else 2]:
        yield Event(here, Kind.TAG, talk, tag)
    if is_recent and luck < 0.22:
        return
    last = ""
    for who, *texts in story.talk:
        if who == "customer" and throw.random() < 0.3:
            break
        text = spell(throw.choice(texts), known, throw)
        last = who
        if who == "note":
            here = rhythm.at_work(here, throw.uniform(0.02, 0.4))
            yield Event(here, Kind.NOTE, talk, text)
        elif who == "agent":
            here = rhythm.at_work(here, throw.lognormvariate(-0.6, 0.9))
            yield _reply(talk, story, text, known, throw, here)
            yield Event(here + timedelta(seconds=1), Kind.WAIT, talk)
        else:
            here = rhythm.awake(here, throw.lognormvariate(1.6, 1.1))
            yield _letter(talk, subject, text, known, throw, here, ())
    is_over = last == "customer" and throw.random() < 0.85
    if not is_recent or is_over or throw.random() < 0.4:
        rest = throw.uniform(0.1, 1.5) if last == "customer" else throw.uniform(20, 60)
        yield Event(rhythm.at_work(here, rest), Kind.CLOSE, talk)


def _letter(
    talk: Conversation, subject: str, text: str, known: Facts, throw: Random, at: datetime, files: tuple[str, ...]
) -> Event:
    tongue = tongues()[talk.writer.language]
    greeting, farewell = throw.choice(tongue.greetings), throw.choice(tongue.farewells)
    words = spell(text, known, throw)
    if talk.writer.language == "en":
        words = words[0].upper() + words[1:] if throw.random() < 0.9 else words
    body = "\n\n".join(part for part in (greeting, words, f"{farewell}\n{_signed(talk.writer, throw)}") if part)
    made = tuple(attachments.make(kind, known, throw) for kind in files if throw.random() < 0.75)
    writer, to = talk.writer, talk.mailbox.address

    def write(thread: Thread) -> bytes:
        return letters.write(writer, to, subject, body, at=at, thread=thread, files=made)

    return Event(at, Kind.LETTER, talk, write=write)


def _reply(talk: Conversation, story: Story, text: str, known: Facts, throw: Random, at: datetime) -> Event:
    tongue = tongues()[talk.writer.language]
    greeting = spell(throw.choice(tongue.agent_greetings), known, throw)
    signature = f"{throw.choice(tongue.agent_farewells)}\n{talk.agent.first}\n{company().name}"
    files = tuple(attachments.make(kind, known, throw) for kind in story.reply_files)
    story_text = text[0].upper() + text[1:] if talk.writer.language == "en" else text
    return Event(at, Kind.REPLY, talk, f"{greeting}\n\n{story_text}\n\n{signature}", files=files)


def _signed(writer: Writer, throw: Random) -> str:
    return writer.name if throw.random() < 0.6 else writer.first


def _writer(story: Story, number: int) -> Writer:
    """Each story finds other people, so that nobody tells the same one twice before all have."""
    customers = list(tongues()[story.language].customers)
    dice("writers", story.language, story.name).shuffle(customers)
    return customers[number % len(customers)]


def _agent(throw: Random, mailbox: Address, language: str) -> Member:
    """Somebody of the mailbox's team, if possible one who speaks the language."""
    team = [member for member in company().members if mailbox.team in member.teams]
    speakers = [member for member in team if language in member.speaks]
    chosen = speakers or team
    return throw.choices(chosen, [member.share for member in chosen])[0]
