"""Which list a page belongs to, and where in it: said in the address, so that it can be gone back to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import request, url_for

from helpdesk.desk import list_orders
from helpdesk.desk.inbox import ALL, Key, Part, View
from helpdesk.web.auth import agent, db
from helpdesk.web.numbers import LARGEST, between, whole

_FOLDERS = {"inbox": "view", "teams": "team", "mailboxes": "mailbox"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list on screen: a view, the open tickets of a team or a mailbox, or what a search found."""

    view: View = View.OPEN
    part: Part = ALL
    words: str = ""
    after: Key | None = None
    is_turned: bool = False  # the other way around than the view is by itself
    was_turned: bool = False  # so, when its reader had it last

    @property
    def slug(self) -> str:
        if self.words:
            return "search"
        if self.part.mailbox_id is not None:
            return f"mailbox-{self.part.mailbox_id}"
        return self.view.value if self.part.team_id is None else f"team-{self.part.team_id}"

    @property
    def url(self) -> str:
        """The list itself, from its first page on."""
        if self.words:
            return url_for("search.show", q=self.words)
        if self.part.mailbox_id is not None:
            return url_for("inbox.of_mailbox", mailbox_id=self.part.mailbox_id, turned=self._turned)
        if self.part.team_id is not None:
            return url_for("inbox.of_team", team_id=self.part.team_id, turned=self._turned)
        return url_for("inbox.show", view=self.view.value, turned=self._turned)

    @property
    def _turned(self) -> int | None:
        return None if self.is_turned == self.was_turned else int(self.is_turned)

    def page_url(self, after: Key) -> str:
        joint = "&" if "?" in self.url else "?"
        return f"{self.url}{joint}after={written(after)}"

    def ticket_url(self, number: int, **more: str | int) -> str:
        """A ticket, opened from this list; `merged` is the number it was looked for by, `message` one to forward."""
        after = written(self.after) if self.after else None
        where = self.asked if self.words else {**self.asked, "turned": self._turned}
        return url_for("tickets.show", number=number, **where, after=after, **dict[str, Any](more))

    @property
    def asked(self) -> dict[str, Any]:
        """Which list it is, as addresses name it."""
        if self.words:
            return {"q": self.words}
        if self.part.mailbox_id is not None:
            return {"mailbox": self.part.mailbox_id}
        return {"view": self.view.value} if self.part.team_id is None else {"team": self.part.team_id}

    def ticket_urls(self, numbers: Iterable[int]) -> dict[int, str]:
        """The same of many, by number: one is made, and the others like it."""
        before, _zero, after = self.ticket_url(0).partition("/0?")
        return {number: f"{before}/{number}?{after}" for number in numbers}

    @property
    def back_url(self) -> str:
        return self.page_url(self.after) if self.after else self.url

    def at(self, after: Key | None) -> "Listed":
        return replace(self, after=after)


def listed() -> Listed:
    """The list that a ticket's address names."""
    view = request.args.get("view", "")
    here = Listed(
        view=View(view) if view in set(View) else View.OPEN,
        part=Part(request.args.get("team", type=whole), request.args.get("mailbox", type=whole)),
        words=request.args.get("q", "")[:200],
    )
    return as_asked(here)


def as_asked(here: Listed) -> Listed:
    """From the place and in the order that the address says; else as its reader last had it."""
    kept, asked = list_orders.is_turned(db(), agent(), here.slug), request.args.get("turned", "")
    return replace(here, after=after(), was_turned=kept, is_turned=asked == "1" if asked in {"0", "1"} else kept)


def of_path(path: str) -> Listed | None:
    """The list that is shown at an address of ours: a view, a team's, a search, or the one beside a ticket."""
    asked = urlsplit(path)
    folder, _slash, name = asked.path.removeprefix("/").partition("/")
    given = dict(parse_qsl(asked.query))
    if folder in _FOLDERS:
        given[_FOLDERS[folder]] = name.partition("/")[0]
    elif folder not in {"tickets", "search"}:
        return None
    view, words = given.get("view", ""), given.get("q", "").strip()[:200]
    if words:
        return Listed(words=words)
    part = Part(between(given.get("team", ""), 0, LARGEST), between(given.get("mailbox", ""), 0, LARGEST))
    if part != ALL:
        return Listed(part=part)
    return Listed(view=View(view)) if view in set(View) else None


def after() -> Key | None:
    return read(request.args.get("after", ""))


def written(key: Key) -> str:
    return f"{(key.at - _EPOCH) // timedelta(microseconds=1)}.{key.ticket_id}"


def read(text: str) -> Key | None:
    """A key as written above; anything else is the beginning of the list."""
    microseconds, _, ticket_id = text.partition(".")
    if not (microseconds.isdecimal() and ticket_id.isdecimal() and len(microseconds) < 18 and len(ticket_id) < 18):
        return None
    return Key(_EPOCH + timedelta(microseconds=int(microseconds)), int(ticket_id))
