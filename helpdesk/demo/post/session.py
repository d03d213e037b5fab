"""One IMAP client's session with the sandbox (RFC 3501, with IDLE, MOVE, UIDPLUS and LITERAL+)."""

import asyncio
import base64
import binascii
import hmac
import re
from datetime import UTC, datetime

from helpdesk import clock
from helpdesk.demo.post.folder import OpenFolder, Refused, exactly
from helpdesk.demo.post.office import Box, Office
from helpdesk.demo.post.words import NotUnderstood, Word, quoted, split, text

CAPABILITIES = "IMAP4rev1 AUTH=PLAIN SASL-IR IDLE MOVE UIDPLUS LITERAL+ ID UNSELECT NAMESPACE"
LONGEST_LITERAL = 40_000_000
MOST_PIECES = 200
_LITERAL = re.compile(rb"\{(\d{1,10})(\+?)\}\r?\n$")


class ImapSession:
    def __init__(
        self, office: Office, password: str, token: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._office, self._password, self._token = office, password, token
        self._reader, self._writer = reader, writer
        self._address: str | None = None
        self._folder: OpenFolder | None = None
        self._over = False

    async def run(self) -> None:
        """Answer commands until the client leaves."""
        try:
            self._say(f"* OK [CAPABILITY {CAPABILITIES}] Candour sandbox {self._token}")
            while not self._over and (pieces := await self._command()):
                await self._answer(pieces)
                await self._writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            self._leave()
            self._writer.close()

    async def _command(self) -> list[bytes]:
        pieces = [await self._reader.readline()]
        while (announced := _LITERAL.search(pieces[-1])) and len(pieces) < MOST_PIECES:
            size = int(announced[1])
            if size > LONGEST_LITERAL:
                raise ConnectionError
            if not announced[2]:
                self._say("+ go on")
                await self._writer.drain()
            pieces += [await self._reader.readexactly(size), await self._reader.readline()]
        return pieces if pieces[0].strip() else []

    async def _answer(self, pieces: list[bytes]) -> None:
        tag = pieces[0].split(b" ", 1)[0].strip().decode("ascii", "replace")[:60] or "*"
        try:
            words = split(pieces)
            name = text(words[1]).upper() if len(words) > 1 else ""
            by_uid = name == "UID" and len(words) > 2
            if by_uid:
                name, words = text(words[2]).upper(), words[1:]
            done = await self._carry_out(name, words[2:], by_uid=by_uid)
            if self._folder and (by_uid or name not in {"FETCH", "STORE", "SEARCH"}):
                self._folder.tell_news()
            self._say(f"{tag} OK {done}")
        except NotUnderstood as error:
            self._say(f"{tag} BAD {error}")
        except Refused as error:
            self._say(f"{tag} NO {error}")

    async def _carry_out(self, name: str, words: list[Word], *, by_uid: bool) -> str:
        if name == "IDLE":
            return await self._idle()
        if name == "AUTHENTICATE":
            return await self._authenticate(words)
        if name in {"FETCH", "STORE", "COPY", "MOVE", "SEARCH", "EXPUNGE", "CLOSE", "UNSELECT"}:
            return self._in_folder(name, words, by_uid=by_uid)
        verb = {
            "CAPABILITY": self._capability, "NOOP": self._noop, "CHECK": self._noop, "ID": self._id,
            "LOGOUT": self._logout, "LOGIN": self._login, "NAMESPACE": self._namespace, "LIST": self._list,
            "LSUB": self._list, "CREATE": self._create, "SUBSCRIBE": self._noop, "STATUS": self._status,
            "SELECT": self._select, "EXAMINE": self._examine, "APPEND": self._append,
        }.get(name)  # fmt: skip
        if verb is None:
            raise NotUnderstood(f"the sandbox does not know {name[:20] or 'this'}")
        return verb(words)

    # before a box is open

    def _capability(self, _words: list[Word]) -> str:
        self._say(f"* CAPABILITY {CAPABILITIES}")
        return "done"

    def _noop(self, _words: list[Word]) -> str:
        return "done"

    def _id(self, _words: list[Word]) -> str:
        self._say('* ID ("name" "Candour sandbox")')
        return "done"

    def _logout(self, _words: list[Word]) -> str:
        self._say("* BYE good day")
        self._over = True
        return "done"

    def _login(self, words: list[Word]) -> str:
        user, password = (text(word) for word in exactly(2, words))
        return self._let_in(user, password)

    async def _authenticate(self, words: list[Word]) -> str:
        if not words or text(words[0]).upper() != "PLAIN":
            raise Refused("only PLAIN")
        answer = text(words[1]) if len(words) > 1 else await self._asked("+ ")
        try:
            _, user, password = base64.b64decode(answer, validate=True).decode().split("\0")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise NotUnderstood("this is no PLAIN answer") from None
        return self._let_in(user, password)

    def _let_in(self, user: str, password: str) -> str:
        if not hmac.compare_digest(password.encode(), self._password.encode()):
            raise Refused("[AUTHENTICATIONFAILED] wrong password")
        self._address = user.lower()
        return f"[CAPABILITY {CAPABILITIES}] welcome"

    def _namespace(self, _words: list[Word]) -> str:
        self._say('* NAMESPACE (("" "/")) NIL NIL')
        return "done"

    def _list(self, words: list[Word]) -> str:
        _, pattern = (text(word) for word in exactly(2, words))
        parts = (re.escape(part) for part in re.split(r"[*%]", pattern))
        fits = re.compile(".*".join(parts), re.IGNORECASE)
        if not pattern:
            self._say('* LIST (\\Noselect) "/" ""')
        for folder in self._office.folders(self._who()):
            if fits.fullmatch(folder):
                self._write(b'* LIST (\\HasNoChildren) "/" ' + quoted(folder))
        return "done"

    def _create(self, words: list[Word]) -> str:
        self._office.box(self._who(), text(exactly(1, words)[0]))
        return "done"

    def _status(self, words: list[Word]) -> str:
        name, asked = exactly(2, words)
        box = self._known(text(name))
        letters = self._office.letters(box)
        facts = {
            "MESSAGES": len(letters), "RECENT": 0, "UIDNEXT": box.next_uid, "UIDVALIDITY": box.uidvalidity,
            "UNSEEN": sum("\\Seen" not in letter.flags for letter in letters),
        }  # fmt: skip
        chosen = [text(one).upper() for one in asked] if isinstance(asked, list) else []
        told = " ".join(f"{fact} {facts[fact]}" for fact in chosen if fact in facts)
        self._write(b"* STATUS " + quoted(box.folder) + f" ({told})".encode())
        return "done"

    def _select(self, words: list[Word]) -> str:
        return self._open(text(words[0]) if words else "", read_only=False)

    def _examine(self, words: list[Word]) -> str:
        return self._open(text(words[0]) if words else "", read_only=True)

    def _open(self, folder: str, *, read_only: bool) -> str:
        self._leave()
        self._folder = OpenFolder(self._office, self._known(folder), self._write, read_only=read_only)
        return self._folder.greet()

    def _append(self, words: list[Word]) -> str:
        if len(words) < 2 or not isinstance(words[-1], bytes):
            raise NotUnderstood("APPEND needs a folder and a literal")
        box = self._known(text(words[0]))
        flags = [text(flag) for word in words[1:-1] if isinstance(word, list) for flag in word]
        dates = [text(word) for word in words[1:-1] if not isinstance(word, list)]
        uid = self._office.append(box, words[-1], _moment(dates[0]) if dates else clock.now(), flags)
        return f"[APPENDUID {box.uidvalidity} {uid}] kept"

    # in an open folder

    def _in_folder(self, name: str, words: list[Word], *, by_uid: bool) -> str:
        if self._folder is None:
            raise Refused("open a folder first")
        folder = self._folder
        match name:
            case "FETCH":
                return folder.fetch(words, by_uid=by_uid)
            case "STORE":
                return folder.store(words, by_uid=by_uid)
            case "SEARCH":
                return folder.search(words, by_uid=by_uid)
            case "COPY":
                return folder.copy(words, self._known(text(exactly(2, words)[1])), by_uid=by_uid) + " copied"
            case "MOVE":
                return folder.move(words, self._known(text(exactly(2, words)[1])), by_uid=by_uid)
            case "CLOSE" | "EXPUNGE":
                folder.expunge(words, by_uid=by_uid)
        if name != "EXPUNGE":
            self._leave()
        return "done"

    def _leave(self) -> None:
        if self._folder:
            self._folder.leave()
            self._folder = None

    async def _idle(self) -> str:
        if self._folder is None:
            raise Refused("open a folder first")
        folder = self._folder
        self._say("+ idling")
        done = asyncio.ensure_future(self._reader.readline())
        try:
            while not done.done():
                folder.tell_news()
                await self._writer.drain()
                news = asyncio.ensure_future(folder.news.wait())
                await asyncio.wait({done, news}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
        finally:
            done.cancel()
        if not done.result():
            raise ConnectionError
        return "awake"

    def _who(self) -> str:
        if self._address is None:
            raise Refused("log in first")
        return self._address

    def _known(self, folder: str) -> Box:
        address = self._who()
        name = "INBOX" if folder.upper() == "INBOX" else folder
        if name not in self._office.folders(address):
            raise Refused("[TRYCREATE] there is no such folder")
        return self._office.box(address, name)

    async def _asked(self, prompt: str) -> str:
        self._say(prompt)
        await self._writer.drain()
        return (await self._reader.readline()).strip().decode("ascii", "replace")

    def _say(self, line: str) -> None:
        self._write(line.encode())

    def _write(self, line: bytes) -> None:
        self._writer.write(line + b"\r\n")


def _moment(words: str) -> datetime:
    try:
        return datetime.strptime(words.strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        raise NotUnderstood("a date such as 01-Feb-2026 10:00:00 +0000 was expected") from None
