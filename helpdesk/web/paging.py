"""Which list a page belongs to, and where in it: said in the address, so that it can be gone back to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from flask import request, url_for

from helpdesk.desk.inbox import Key, View
from helpdesk.web.numbers import whole

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list on screen: a view, a team's open tickets, or what a search found."""

    view: View = View.OPEN
    team_id: int | None = None
    words: str = ""
    after: Key | None = None
    is_turned: bool = False  # the other way around than the view is by itself

    @property
    def slug(self) -> str:
        if self.words:
            return "search"
        return self.view.value if self.team_id is None else f"team-{self.team_id}"

    @property
    def url(self) -> str:
        """The list itself, from its first page on."""
        if self.words:
            return url_for("search.show", q=self.words)
        if self.team_id is not None:
            return url_for("inbox.of_team", team_id=self.team_id, turned=self._turned)
        return url_for("inbox.show", view=self.view.value, turned=self._turned)

    @property
    def _turned(self) -> int | None:
        return 1 if self.is_turned else None

    def page_url(self, after: Key) -> str:
        joint = "&" if "?" in self.url else "?"
        return f"{self.url}{joint}after={written(after)}"

    def ticket_url(self, number: int, merged: int | None = None) -> str:
        """A ticket, opened from this list; `merged` is the number it was looked for by."""
        after = written(self.after) if self.after else None
        if self.words:
            return url_for("tickets.show", number=number, q=self.words, after=after, merged=merged)
        if self.team_id is not None:
            where, turned = self.team_id, self._turned
            return url_for("tickets.show", number=number, team=where, after=after, merged=merged, turned=turned)
        view, turned = self.view.value, self._turned
        return url_for("tickets.show", number=number, view=view, after=after, merged=merged, turned=turned)

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
    return Listed(
        view=View(view) if view in set(View) else View.OPEN,
        team_id=request.args.get("team", type=whole),
        words=request.args.get("q", "")[:200],
        after=after(),
        is_turned=is_turned(),
    )


def of_path(path: str) -> Listed | None:
    """The list that is shown at an address of ours: a view, a team's, a search, or the one beside a ticket."""
    asked = urlsplit(path)
    folder, _slash, name = asked.path.removeprefix("/").partition("/")
    given = dict(parse_qsl(asked.query))
    if folder in {"inbox", "tickets"}:
        given |= {"view": name} if folder == "inbox" else {}
    elif folder == "teams":
        given["team"] = name.partition("/")[0]
    elif folder != "search":
        return None
    view, team, words = given.get("view", ""), given.get("team", ""), given.get("q", "").strip()[:200]
    if words:
        return Listed(words=words)
    if team.isascii() and team.isdecimal() and len(team) < 18:
        return Listed(team_id=int(team))
    return Listed(view=View(view)) if view in set(View) else None


def is_turned() -> bool:
    return request.args.get("turned") == "1"


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
