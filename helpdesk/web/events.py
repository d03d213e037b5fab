"""Word of changes for open pages: a stream of ticket numbers, with login and permission checked at each one."""

import json
import time
from collections.abc import Iterator
from threading import Semaphore
from typing import Any, Final

import redis
from flask import Blueprint, Flask, Response, current_app, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import inbox, sign_in
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.storage.doorbell import CHANGES
from helpdesk.web.auth import browser, runtime, without_database

bp = Blueprint("events", __name__)

_BEAT: Final = 5.0  # seconds between signs of life: each checks the login, and whether anybody still listens
_GATHER: Final = 0.15  # what changes within this time is told at once
_LIFE: Final = 600.0  # then the browser connects anew
_FOR_PAGES: Final = 8  # threads of this process that no stream may take


def install(app: Flask, *, threads: int) -> None:
    app.extensions["event_streams"] = Semaphore(max(threads - _FOR_PAGES, 1))


@bp.get("/events")
@without_database
def stream() -> ResponseReturnValue:
    """Open no database session longer than a look takes. Without Redis or room: 503, and the page looks by itself."""
    here, secret = runtime(), browser().secret
    if _allowed(here, secret, set()) is None:
        return "", 401
    places: Semaphore = current_app.extensions["event_streams"]
    if not places.acquire(blocking=False):
        return "", 503  # a stream keeps a thread, and pages need some too
    try:
        return _opened(here, secret, places)
    except redis.RedisError:
        places.release()
        return "", 503


def _opened(here: Runtime, secret: str, places: Semaphore) -> Response:
    ear = here.doorbell.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    ear.subscribe(CHANGES)
    answer = Response(stream_with_context(_told(here, secret, ear)), mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(ear.close)
    answer.call_on_close(places.release)
    return answer


def _told(here: Runtime, secret: str, ear: Any) -> Iterator[str]:  # noqa: ANN401  redis gives its pubsub no type
    yield "retry: 5000\n\n"
    ends = time.monotonic() + _LIFE
    try:
        while time.monotonic() < ends:
            changed = _gathered(ear)
            allowed = _allowed(here, secret, changed)
            if allowed is None:
                yield "event: signed-out\ndata: {}\n\n"
                return
            yield f"event: changed\ndata: {json.dumps(allowed)}\n\n" if allowed else ": still here\n\n"
    except (redis.RedisError, DatabaseBusy, DatabaseUnreachable):
        return  # the browser connects anew, and looks by itself until it can


def _gathered(ear: Any) -> set[int]:  # noqa: ANN401
    """The tickets that changed, after at most a beat of silence."""
    changed: set[int] = set()
    said = ear.get_message(timeout=_BEAT)
    while said is not None:
        changed.update(json.loads(said["data"]))
        said = ear.get_message(timeout=_GATHER)
    return changed


def _allowed(here: Runtime, secret: str, changed: set[int]) -> list[int] | None:
    """Those of the changed tickets that this login may know of; None when nobody is signed in any more."""
    with here.db.reading() as session:
        login = sign_in.current(session, secret)
        if login is None:
            return None
        if not changed:
            return []
        visible = select(Ticket.id).where(Ticket.id.in_(changed), inbox.is_visible(login.agent))
        return sorted(session.scalars(visible))
