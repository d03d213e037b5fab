"""Looking at a random world on whatever path: what came out is held against the oracle and the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask

from helpdesk import clock
from helpdesk.runtime import Runtime
from tests.web.browser import Browser
from tests.worlds.asking import Asked, Asker
from tests.worlds.making import World
from tests.worlds.oracle import Piece, State, Trail, marks_in, tickets_linked


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
