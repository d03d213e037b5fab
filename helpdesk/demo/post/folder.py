"""A folder that a client has open: its letters under the numbers that the client knows them by."""

import asyncio
from collections.abc import Callable, Iterable

from helpdesk.demo.post import fetch, search
from helpdesk.demo.post.office import Box, Letter, Office
from helpdesk.demo.post.words import NotUnderstood, Word, number_set, text


class Refused(Exception):
    """The command was understood and is not granted; the client is told NO."""


class OpenFolder:
    """What SELECT or EXAMINE opened, until it is closed."""

    def __init__(self, office: Office, box: Box, write: Callable[[bytes], None], *, read_only: bool) -> None:
        self.box = box
        self.read_only = read_only
        self.news = asyncio.Event()
        self._office = office
        self._write = write
        self._uids = [letter.uid for letter in office.letters(box)]
        office.listeners.add(self._hear)

    def leave(self) -> None:
        self._office.listeners.discard(self._hear)

    def greet(self) -> str:
        self._write(b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
        self._write(b"* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] kept")
        self._write(b"* %d EXISTS" % len(self._uids))
        self._write(b"* 0 RECENT")
        self._write(b"* OK [UIDVALIDITY %d] outlives restarts" % self.box.uidvalidity)
        self._write(b"* OK [UIDNEXT %d] next" % self.box.next_uid)
        return "[READ-ONLY] open" if self.read_only else "[READ-WRITE] open"

    def fetch(self, words: list[Word], *, by_uid: bool) -> str:
        which, what = exactly(2, words)
        asked = fetch.items(what)
        if fetch.marks_as_seen(asked) and not self.read_only:
            self._flag(self._chosen(which, by_uid=by_uid), {"\\Seen"}, "+")
        for number, letter in self._chosen(which, by_uid=by_uid):
            self._write(b"* %d FETCH " % number + fetch.answer(asked, letter, self._raw_of(letter)))
        return "done"

    def store(self, words: list[Word], *, by_uid: bool) -> str:
        which, how, what = exactly(3, words)
        self._must_be_writable()
        action = text(how).upper()
        flags = {text(flag) for flag in what} if isinstance(what, list) else {text(what)}
        chosen = self._chosen(which, by_uid=by_uid)
        self._flag(chosen, flags, action[:1])
        if not action.endswith(".SILENT"):
            for number, letter in self._chosen(which, by_uid=by_uid):
                self._write(b"* %d FETCH " % number + fetch.answer(["FLAGS"], letter, self._raw_of(letter)))
        return "done"

    def copy(self, words: list[Word], to: Box, *, by_uid: bool) -> str:
        """Copy to another folder; give what COPYUID tells."""
        letters = [letter for _, letter in self._chosen(words[0], by_uid=by_uid)]
        uids = self._office.copy(self.box, letters, to)
        return f"[COPYUID {to.uidvalidity} {_listed(letter.uid for letter in letters)} {_listed(uids)}]"

    def move(self, words: list[Word], to: Box, *, by_uid: bool) -> str:
        self._must_be_writable()
        letters = [letter for _, letter in self._chosen(words[0], by_uid=by_uid)]
        self._write(b"* OK " + self.copy(words, to, by_uid=by_uid).encode() + b" moved")
        self._office.remove(self.box, [letter.uid for letter in letters])
        return "done"

    def search(self, words: list[Word], *, by_uid: bool) -> str:
        numbered = self._numbered()
        last_uid = numbered[-1][1].uid if numbered else 0
        fits = search.question(words, count=len(numbered), last_uid=last_uid)
        found = [letter.uid if by_uid else number for number, letter in numbered if fits(number, letter)]
        self._write(" ".join(["* SEARCH", *map(str, found)]).encode())
        return "done"

    def expunge(self, words: list[Word], *, by_uid: bool) -> str:
        chosen = self._chosen(words[0], by_uid=True) if by_uid and words else self._numbered()
        if not self.read_only:
            self._office.remove(self.box, [letter.uid for _, letter in chosen if "\\Deleted" in letter.flags])
        return "done"

    def tell_news(self) -> None:
        """Announce what left and what came since the client last heard of it."""
        if not self.news.is_set():
            return
        self.news.clear()
        now = [letter.uid for letter in self._office.letters(self.box)]
        there = set(now)
        for number in range(len(self._uids), 0, -1):
            if self._uids[number - 1] not in there:
                self._write(b"* %d EXPUNGE" % number)
        if there - set(self._uids):
            self._write(b"* %d EXISTS" % len(now))
        self._uids = now

    def _hear(self, box_id: int) -> None:
        if box_id == self.box.id:
            self.news.set()

    def _numbered(self) -> list[tuple[int, Letter]]:
        number_of = {uid: number for number, uid in enumerate(self._uids, 1)}
        return [(number_of[one.uid], one) for one in self._office.letters(self.box) if one.uid in number_of]

    def _chosen(self, which: Word, *, by_uid: bool) -> list[tuple[int, Letter]]:
        numbered = self._numbered()
        largest = (numbered[-1][1].uid if by_uid else len(self._uids)) if numbered else 0
        wanted = number_set(which, largest)
        return [(number, one) for number, one in numbered if wanted(one.uid if by_uid else number)]

    def _flag(self, chosen: list[tuple[int, Letter]], flags: set[str], how: str) -> None:
        for _, letter in chosen:
            kept = letter.flags | flags if how == "+" else letter.flags - flags if how == "-" else flags
            self._office.flag(self.box, letter.uid, kept)

    def _raw_of(self, letter: Letter) -> Callable[[], bytes]:
        return lambda: self._office.raw(self.box, letter.uid)

    def _must_be_writable(self) -> None:
        if self.read_only:
            raise Refused("this folder was opened for reading only")


def exactly(count: int, words: list[Word]) -> list[Word]:
    if len(words) != count:
        raise NotUnderstood(f"{count} arguments were expected")
    return words


def _listed(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids)) or "0"
