"""Mail that is no customer's question: newsletters, lists, bounces, automatic replies, strangers."""

import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from functools import cache
from random import Random
from typing import Any

from helpdesk.demo import odd_letters, rhythm
from helpdesk.demo.company import TEXTS, Writer, company
from helpdesk.demo.letters import Thread
from helpdesk.demo.odd_letters import Build
from helpdesk.demo.phrases import dice
from helpdesk.demo.stories import Conversation, Event, Kind


@cache
def texts() -> dict[str, Any]:
    return tomllib.loads((TEXTS / "oddities.toml").read_text(encoding="utf-8"))


def events(ordinary: list[Event], now: datetime, zone: tzinfo) -> list[Event]:
    """What comes on top of the ordinary events, some of it about them."""
    happened = [*_unasked(now, zone), *_undeliverable(now, zone), *_about(ordinary)]
    return [event for event in happened if ordinary[0].at <= event.at <= now]


def _unasked(now: datetime, zone: tzinfo) -> Iterator[Event]:
    """Emails that open a ticket, mostly one to be closed with a sigh."""
    told = texts()
    for number, one in enumerate(told["newsletter"] * 2):
        yield from _single(f"newsletter {number}", one, odd_letters.newsletter(one), "support", now, zone)
    for number, one in enumerate(told["list"]):
        yield from _single(f"list {number}", one, odd_letters.list_post(one), "workshop", now, zone)
    for one in told["phishing"]:
        yield from _single("phishing", one, odd_letters.phishing(one), one["to"], now, zone)
    for number, one in enumerate(told["inline"]):
        yield from _single(f"inline {number}", one, odd_letters.with_picture(one), one["to"], now, zone, lately=True)
    for name, build in (("invitation", odd_letters.invitation), ("forwarded", odd_letters.forwarded)):
        one = told[name]
        yield from _single(name, one, build(one), one.get("to", "workshop"), now, zone, lately=True)
    yield from _single("nobody", {}, odd_letters.without_sender(told["nobody"]), "support", now, zone, lately=True)


def _single(
    name: str, one: dict[str, Any], build: Build, to: str, now: datetime, zone: tzinfo, *, lately: bool = False
) -> Iterator[Event]:
    throw = dice("odd", name)
    at = now - timedelta(days=throw.uniform(0.2, 4)) if lately else rhythm.moment(throw, now, zone)
    talk = _conversation(one, to, throw)
    yield Event(at, Kind.LETTER, talk, write=_writing(build, talk, at, throw))
    if not lately:
        closed = rhythm.at_work(at.astimezone(zone), throw.uniform(0.2, 3))
        yield Event(closed, Kind.TAKE, talk)
        yield Event(closed, Kind.TAG, talk, "not for us")
        yield Event(closed + timedelta(seconds=5), Kind.CLOSE, talk)


def _undeliverable(now: datetime, zone: tzinfo) -> Iterator[Event]:
    """Somebody asks, is answered, and the answer comes back."""
    for number, one in enumerate(texts()["gone"]):
        throw = dice("gone", number)
        at = (now - timedelta(days=3 + 20 * number)).astimezone(zone)
        talk = _conversation(one, one["to"], throw)
        yield Event(at, Kind.LETTER, talk, write=_writing(odd_letters.question(one), talk, at, throw))
        answered = rhythm.at_work(at, 1.5)
        yield Event(answered, Kind.TAKE, talk)
        text = f"Hello {talk.writer.first},\n\n{one['answer']}\n\nBest regards,\n{talk.agent.first}\n{company().name}"
        yield Event(answered, Kind.REPLY, talk, text)
        back = answered + timedelta(seconds=40)
        yield Event(back, Kind.LETTER, talk, write=_writing(odd_letters.bounce, talk, back, throw))


def _about(ordinary: list[Event]) -> Iterator[Event]:
    """Machines and strangers answer some of our replies."""
    replies = [event for event in ordinary if event.kind is Kind.REPLY]
    told = texts()
    kinds: list[tuple[int, Callable[[Event], Build]]] = [
        (len(replies) // 4, lambda _event: odd_letters.out_of_office(told["out_of_office"])),
        (len(replies) // 2, lambda _event: odd_letters.out_of_office(told["out_of_office"])),
        (len(replies) * 3 // 4, lambda _event: odd_letters.receipt(told["receipt"])),
        (len(replies) - 9, lambda _event: odd_letters.out_of_office(told["out_of_office"])),
        (len(replies) - 6, lambda _event: odd_letters.stranger(told["stranger"][0])),
        (len(replies) - 14, lambda _event: odd_letters.stranger(told["stranger"][1])),
    ]
    for place, build in kinds:
        reply = replies[place]
        at = reply.at + timedelta(seconds=20)
        talk = reply.conversation
        yield Event(at, Kind.LETTER, talk, write=_writing(build(reply), talk, at, dice("about", place)))


def _writing(build: Build, talk: Conversation, at: datetime, throw: Random) -> Callable[[Thread], bytes]:
    return lambda thread: build(talk.writer, talk.mailbox.address, at, thread, throw)


def _conversation(one: dict[str, Any], to: str, throw: Random) -> Conversation:
    mailbox = company().mailbox(to)
    team = [member for member in company().members if mailbox.team in member.teams]
    writer = Writer(one.get("writer", one.get("name", "")), one.get("email", ""), "en")
    return Conversation(mailbox, writer, throw.choice(team))
