"""Reading email in a limited child process: what is hostile may kill the child, never the desk."""

import fcntl
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from types import TracebackType
from typing import IO, Self, TypeVar

from helpdesk.mail import frames, preview, sandbox_child
from helpdesk.mail.html import POLICY_VERSION
from helpdesk.mail.limits import Limits
from helpdesk.mail.parsed import ParsedEmail, SafeHtml
from helpdesk.mail.preview import Preview

IN_FLIGHT = 4
"""So many emails are on their way at once, so that the child never waits for the next."""

MOST_IDLE = 2
"""So many children are kept for the next asker."""

T = TypeVar("T")

_CHUNK = 256 * 1024
_PIPE = 1024 * 1024
_GRACE = 1.0
_JPEG = b"\xff\xd8\xff"
_ENDINGS = {
    -signal.SIGXCPU: "it took more processor time than the limit",
    sandbox_child.NO_MEMORY: "it took more memory than the limit",
}


class Quarantined(Exception):
    """This email could not be read; the reason is in plain words and holds nothing of it."""

    @property
    def reason(self) -> str:
        return str(self)


class Sandbox:
    """Children that read emails, each replaced when it dies or has read enough; to be shared between threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._idle: list[_Child] = []
        self._lock = threading.Lock()

    def read(self, raw: bytes) -> ParsedEmail:
        """Read one email, or raise Quarantined."""
        for outcome in self.read_all([raw]):
            if isinstance(outcome, Quarantined):
                raise outcome
            return outcome
        raise Quarantined("the reader gave no answer")

    def read_all(self, raws: Iterable[bytes]) -> Iterator[ParsedEmail | Quarantined]:
        """Read many, in order; one that cannot be read gives its Quarantined in its place.

        A few are read ahead while the caller is busy with the one it got.
        """
        for outcome in self._ask(frames.pack({"do": "read"}, raw) for raw in raws):
            yield _value(ParsedEmail, outcome)

    def sanitise(self, html: str, inline: Mapping[str, int], *, with_pictures: bool = False) -> SafeHtml:
        """Apply today's policy to stored HTML; what is too much for it is shown as text."""
        request = frames.pack(
            {"do": "sanitise", "inline": dict(inline), "pictures": with_pictures}, html.encode("utf-8", "replace")
        )
        for outcome in self._ask([request]):
            safe = _value(SafeHtml, outcome)
            if isinstance(safe, SafeHtml):
                return safe
        return SafeHtml(policy_version=POLICY_VERSION, too_complex=True)

    def look_at(self, body: bytes, media_type: str) -> Preview | Quarantined:
        """What a file shows and says; nothing that the child gives back is larger than it may be."""
        for outcome in self._ask([frames.pack({"do": "look", "type": media_type}, body)]):
            made = _value(Preview, outcome)
            if isinstance(made, Quarantined):
                return made
            pages = [one for one in made.pages if one.startswith(_JPEG) and len(one) <= preview.MOST_BYTES]
            return Preview(made.text[: preview.MOST_TEXT], tuple(pages[: preview.MOST_PICTURES]))
        return Quarantined("the reader gave no answer")

    def close(self) -> None:
        """Stop the children."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, requests: Iterable[bytes]) -> Iterator[bytes | Quarantined]:
        """Keep a few requests on their way and give the answers in order."""
        with self._lock:
            child = self._idle.pop() if self._idle else None
        line = _Line(self.limits, child)
        coming = iter(requests)
        try:
            while True:
                line.take(islice(coming, IN_FLIGHT - len(line.waiting)))
                if not line.waiting:
                    return
                yield line.answer()
        finally:
            self._put_back(line)

    def _put_back(self, line: "_Line") -> None:
        """Keep its child for the next, unless answers are outstanding that nobody waits for any more."""
        with self._lock:
            if line.child is not None and not line.waiting and len(self._idle) < MOST_IDLE:
                self._idle.append(line.child)
                line.child = None
        line.let_go()


class _Line:
    """The requests of one asker, and the child that works on them."""

    def __init__(self, limits: Limits, child: "_Child | None") -> None:
        self.child = child
        self.waiting: deque[bytes] = deque()
        self._limits = limits

    def take(self, requests: Iterable[bytes]) -> None:
        self.waiting.extend(requests)

    def answer(self) -> bytes | Quarantined:
        """Wait for the answer to the first; if the child dies over it, try that one again, once and alone."""
        try:
            answer: bytes | Quarantined = self._asked(self.waiting)
        except _Died:
            self.let_go()
            answer = self._alone(self.waiting[0])
        self.waiting.popleft()
        return answer

    def let_go(self) -> None:
        child, self.child = self.child, None
        if child is not None:
            child.stop()

    def _alone(self, request: bytes) -> bytes | Quarantined:
        try:
            return self._asked([request])
        except _Died as death:
            self.let_go()
            return Quarantined(str(death))

    def _asked(self, requests: Iterable[bytes]) -> bytes:
        """Send what was not sent yet and wait for one answer."""
        if self.child is None:
            self.child = _Child(self._limits)
        for request in islice(requests, self.child.outstanding, None):
            self.child.send(request)
        return self.child.answer(self._limits.wall_seconds)


def _value(kind: type[T], outcome: bytes | Quarantined) -> T | Quarantined:
    """Make a value of an answer. The child may have been taken over: nothing in it is believed unseen."""
    if isinstance(outcome, Quarantined):
        return outcome
    try:
        head, payload = frames.unpack(outcome)
        if "unreadable" in head:
            return Quarantined(str(head["unreadable"])[:200])
        return frames.value_of(kind, head, payload)
    except frames.REFUSALS:
        return Quarantined("the reader's answer makes no sense")


class _Died(Exception):
    """The child is gone or had to be stopped; the message says over what."""


class _Child:
    """One process and its two pipes."""

    def __init__(self, limits: Limits) -> None:
        self.outstanding = 0
        """So many requests wait for their answer."""
        self._unsent = bytearray()
        self._received = bytearray()
        # Nothing of our environment but what Python needs: no secret is there to be found.
        environment = {
            "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            sandbox_child.command_line(limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
            process_group=0,  # Ctrl-C is for us: we stop it in order
        )
        assert self._process.stdin is not None  # noqa: S101 - PIPE was asked for
        assert self._process.stdout is not None  # noqa: S101
        self._into, self._out_of = self._process.stdin, self._process.stdout
        os.set_blocking(self._into.fileno(), False)
        _widen(self._into, self._out_of)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out_of, selectors.EVENT_READ)

    def send(self, request: bytes) -> None:
        self.outstanding += 1
        if not self._unsent:
            self._selector.register(self._into, selectors.EVENT_WRITE)
        self._unsent += request

    def answer(self, seconds: float) -> bytes:
        """Wait for the next answer, sending meanwhile what is to be sent."""
        until = time.monotonic() + seconds
        while (frame := self._frame()) is None:
            left = until - time.monotonic()
            if left <= 0:
                raise _Died("it took longer than the time limit")
            for ready, _ in self._selector.select(left):
                if ready.fileobj is self._out_of:
                    self._read()
                else:
                    self._write()
        self.outstanding -= 1
        return frame

    def stop(self) -> None:
        """End the process and leave no zombie, whatever it is doing."""
        self._selector.close()
        for pipe in (self._into, self._out_of):
            pipe.close()
        if self.outstanding:
            self._process.terminate()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _frame(self) -> bytes | None:
        if len(self._received) < frames.HEAD:
            return None
        length = frames.HEAD + sum(frames.lengths(self._received))
        if len(self._received) < length:
            return None
        frame = bytes(self._received[:length])
        del self._received[:length]
        return frame

    def _write(self) -> None:
        try:
            sent = os.write(self._into.fileno(), self._unsent[:_CHUNK])
        except BlockingIOError:
            return
        except BrokenPipeError as error:
            raise _Died(self._cause()) from error
        del self._unsent[:sent]
        if not self._unsent:
            self._selector.unregister(self._into)

    def _read(self) -> None:
        received = os.read(self._out_of.fileno(), _CHUNK)
        if not received:
            raise _Died(self._cause())
        self._received += received

    def _cause(self) -> str:
        """Say in plain words what ended the process."""
        try:
            code = self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            return "the reader stopped answering"
        if code in _ENDINGS:
            return _ENDINGS[code]
        return f"the reader ended with signal {-code}" if code < 0 else f"the reader ended with code {code}"


def _widen(*pipes: IO[bytes]) -> None:
    """Let a pipe hold an email or two, where the system can (Linux): the child need not wait for a busy parent."""
    if sys.platform != "linux":
        return
    for pipe in pipes:
        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
