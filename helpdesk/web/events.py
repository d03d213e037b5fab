"""Word of changes for open pages: a stream of ticket numbers, with login and permission checked at each one."""

import json
import time
from collections.abc import Iterator
from typing import Any, Final

import redis
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import inbox, sign_in
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from helpdesk.storage import presence
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.storage.doorbell import CHANGES
from helpdesk.web import streams
from helpdesk.web.auth import browser, runtime, without_database
from helpdesk.web.streams import Stream

bp = Blueprint("events", __name__)

_BEAT: Final = 5.0  # seconds between signs of life: each checks the login, and whether anybody still listens
_STEP: Final = 0.5  # seconds until a stream notices that a newer one took its place
_GATHER: Final = 0.15  # what changes within this time is told at once
_LIFE: Final = 600.0  # then the browser connects anew
_AWAY: Final = "event: away\ndata: {}\n\n"  # the page looks by itself, and asks again later
_SIGNED_OUT: Final = "event: signed-out\ndata: {}\n\n"


@bp.get("/events")
@without_database
def stream() -> ResponseReturnValue:
    """Open no database session longer than a look takes. Without Redis or a free thread the page looks by itself."""
    here, secret = runtime(), browser().secret
    with here.db.reading() as session:
        login = sign_in.current(session, secret)
    if login is None or login.must_set_up:
        return "", 401
    opened = streams.of_this_process()
    place = opened.begin(login.id)
    if place is None:
        return _answer(iter([_AWAY]))
    answer = _answer(_told(here, secret, place))
    answer.call_on_close(lambda: opened.end(place))
    return answer


def _answer(lines: Iterator[str]) -> Response:
    answer = Response(lines, mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _told(here: Runtime, secret: str, place: Stream) -> Iterator[str]:
    ends = time.monotonic() + _LIFE
    ear = here.doorbell.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    try:
        ear.subscribe(CHANGES, presence.CHANGED)
        yield "retry: 5000\nevent: live\ndata: {}\n\n"
        while time.monotonic() < ends and not place.must_end.is_set():
            changed, met = _gathered(ear, place)
            with here.db.reading() as session:
                line = _line(session, secret, changed, met)
            yield line
            if line is _SIGNED_OUT:
                return
    except (redis.RedisError, DatabaseBusy, DatabaseUnreachable):
        yield _AWAY
    finally:
        ear.close()


def _gathered(ear: Any, place: Stream) -> tuple[set[int], set[int]]:  # noqa: ANN401  redis gives its pubsub no type
    """The tickets that changed, and those at which somebody came or left, after at most a beat of silence."""
    changed: set[int] = set()
    met: set[int] = set()
    beat = time.monotonic() + _BEAT
    said = None
    while said is None and time.monotonic() < beat and not place.must_end.is_set():
        said = ear.get_message(timeout=_STEP)
    while said is not None:
        if said["channel"] == presence.CHANGED.encode():
            met.add(int(said["data"]))
        else:
            changed.update(json.loads(said["data"]))
        said = ear.get_message(timeout=_GATHER)
    return changed, met


def _line(session: Session, secret: str, changed: set[int], met: set[int]) -> str:
    """What to tell this login: those of the tickets that it may know of."""
    login = sign_in.current(session, secret)
    if login is None or login.must_set_up:
        return _SIGNED_OUT
    visible = select(Ticket.id).where(Ticket.id.in_(changed | met), inbox.is_visible(login.agent))
    numbers = set(session.scalars(visible)) if changed or met else set()
    told = [("changed", sorted(numbers & changed)), ("presence", sorted(numbers & met))]
    lines = [f"event: {kind}\ndata: {json.dumps(which)}\n\n" for kind, which in told if which]
    return "".join(lines) or ": still here\n\n"
