"""Random worlds: on no path is content obtained without a basis, and each obtaining is on the trail.

An oracle in plain Python says who may obtain what (oracle.py). HELPDESK_WORLDS=200 looks at so many worlds,
HELPDESK_WORLD=17 at one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.runtime import Runtime
from tests.web.browser import Browser
from tests.worlds.asking import Asked, Asker
from tests.worlds.making import WORD, Maker, World
from tests.worlds.oracle import Piece, State, Trail, marks_in, tickets_linked

_ONE = os.environ.get("HELPDESK_WORLD")
SEEDS = [int(_ONE)] if _ONE else list(range(int(os.environ.get("HELPDESK_WORLDS", "2"))))

# by these clicks, and by no others, somebody may come to a basis for a ticket they could not read before
GAINS = {
    "grants.ask",  # break-glass: reviewed, and the customer is told
    "grants.approve",  # the other person's; one's own is refused
    "tickets.state_purpose",
    "tickets.assign",  # makes it theirs whose scope is "mine"; only a member of the team
    "waiting.rule",
    "agents.change",
    "agents.disable",
    "teams.choose_members",
    "roles.change",
}


@dataclass
class Look:
    """One agent (or nobody) at one world: everything that came back is held against the oracle."""

    here: Runtime
    made: World
    asker: Asker
    trail: Trail
    state: State
    wrong: list[str] = field(default_factory=list)
    obtained: int = 0

    def judge(self, who: str | None, asked: Asked, *states: State) -> None:
        about = f"{who} {asked.method} {asked.url} ({asked.status})"
        if asked.status >= 500:
            self.wrong.append(f"{about} broke")
        for mark in marks_in(asked.text):
            allowed = self._allowed(who, mark, states)
            if not allowed:
                self.wrong.append(
                    f"{about} shows {mark} of {sorted(map(str, states[0].pieces[mark]))} without a basis"
                )
            elif not self._covered(who, allowed):
                self.wrong.append(f"{about} shows {sorted(map(str, allowed))}, and the trail does not say so")
            else:
                self.obtained += 1
        if who is None and asked.status in {302, 303}:
            return  # to the sign-in page, and back to what was asked for
        for ticket_id in tickets_linked(asked.text):
            if not any(state.knows(who, ticket_id) or state.writes_on(who, ticket_id) for state in states):
                self.wrong.append(f"{about} names ticket {ticket_id}, which is not visible")

    def _allowed(self, who: str | None, mark: str, states: tuple[State, ...]) -> set[Piece]:
        return {piece for state in states for piece in state.pieces[mark] if state.may_obtain(who, piece)}

    def _covered(self, who: str | None, pieces: set[Piece]) -> bool:
        actor = f"agent {self.state.agents[who or '']['id']}"
        self.trail.look()
        return any(self.trail.covers(actor, piece) for piece in pieces)


@pytest.fixture(params=SEEDS)
def random(request: pytest.FixtureRequest) -> Random:
    return Random(request.param)  # noqa: S311  the same world for the same seed


@pytest.fixture
def look(runtime: Runtime, app: Flask, random: Random) -> Look:
    with runtime.db.transaction() as session:
        made = Maker(session, random).build()
    trail = Trail(runtime.db)
    trail.look()
    return Look(runtime, made, Asker(app, runtime.db, random), trail, State(runtime.db, made))


@contextmanager
def days_later(days: float) -> Iterator[None]:
    with clock.stopped_at(clock.now() + timedelta(days=days)):
        yield


def signed_in(app: Flask, who: str | None) -> Browser:
    browser = Browser(app)
    if who is None:
        browser.get("/sign-in")
    else:
        browser.sign_in(who)
    return browser


def test_nothing_is_obtained_without_a_basis_and_all_that_is_stands_on_the_trail(
    look: Look, app: Flask, random: Random
):
    for days, agents in ((0, 1), (random.choice((0.5, 2, 12)), 1)):
        with days_later(days):
            look.state = State(look.here.db, look.made)
            first = look.made.agents[:1] if not days else []
            for who in [*first, *random.sample(look.made.agents[1:], agents), None]:
                read_everything(look, app, who, random)
    with days_later(0.01):
        change_everything(look, app, random.choice(look.made.agents))

    assert not look.wrong, "\n".join(look.wrong[:20])
    assert look.obtained


def read_everything(look: Look, app: Flask, who: str | None, random: Random) -> None:
    browser = signed_in(app, who)
    for rule in look.asker.routes("GET"):
        for url in look.asker.addresses(rule, 2 if who else 1):
            look.judge(who, look.asker.ask(browser, "GET", rule, url), look.state)
    if who is not None:
        search_for_each_word(look, browser, who, random)


def search_for_each_word(look: Look, browser: Browser, who: str, random: Random) -> None:
    """A search tells by finding: what is found by a word must be readable, not only visible."""
    readable = look.state.readable_tickets(who)
    for mark in random.sample(sorted(look.state.pieces), 6):
        found = tickets_linked(browser.get(f"/search?q={mark}").text)
        if not found <= readable:
            look.wrong.append(f"{who} finds {sorted(found - readable)} by {mark}, a word they may not read")
    if not readable and tickets_linked(browser.get(f"/search?q={WORD}").text):
        look.wrong.append(f"{who} finds tickets by {WORD}, and may read none")


def change_everything(look: Look, app: Flask, who: str) -> None:
    """Every form, sent with rows of all kinds; what comes back is held against before and after."""
    browser = signed_in(app, who)
    before = State(look.here.db, look.made)
    for rule in look.asker.routes("POST"):
        for url in look.asker.addresses(rule, 1):
            asked = look.asker.ask(browser, "POST", rule, url)
            after = State(look.here.db, look.made)
            look.judge(who, asked, before, after)
            gained = after.readable_tickets(who) - before.readable_tickets(who)
            if gained & set(look.made.tickets) and rule.endpoint not in GAINS:
                look.wrong.append(f"{who} POST {url} ({asked.status}) opens tickets {sorted(gained)} to its sender")
            before = after
