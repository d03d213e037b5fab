"""The event streams that are open in this process: one a login, and never so many that pages lack threads."""

import threading
from dataclasses import dataclass, field

from flask import Flask, current_app

_FOR_PAGES = 8  # threads of this process that no stream may take


@dataclass(eq=False)
class Stream:
    """One open stream; `must_end` when the same browser opened another, as it does on each new page."""

    login_id: int
    must_end: threading.Event = field(default_factory=threading.Event)


class Streams:
    def __init__(self, most: int) -> None:
        self.most = most
        self._open: dict[int, Stream] = {}
        self._lock = threading.Lock()

    def begin(self, login_id: int) -> Stream | None:
        """A place for a login's stream, taken over from its older one; None when there is none left."""
        with self._lock:
            older = self._open.get(login_id)
            if older is not None:
                older.must_end.set()
            elif len(self._open) >= self.most:
                return None
            stream = self._open[login_id] = Stream(login_id)
            return stream

    def end(self, stream: Stream) -> None:
        with self._lock:
            if self._open.get(stream.login_id) is stream:
                del self._open[stream.login_id]


def install(app: Flask, *, threads: int) -> None:
    app.extensions["streams"] = Streams(max(threads - _FOR_PAGES, 1))


def of_this_process() -> Streams:
    found = current_app.extensions["streams"]
    assert isinstance(found, Streams)  # noqa: S101  install() put it there
    return found
