"""The words of IMAP commands: atoms, quoted strings, literals, lists and sets of numbers (RFC 3501, 9)."""

import re
from collections.abc import Callable, Sequence

Word = str | bytes | list["Word"]
"""An atom or quoted string, a literal, or words in parentheses."""

_TOKEN = re.compile(
    rb'\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|\{(\d+)\+?\}$|((?:[^\s()"{\[]|\[[^\]]*\]|\{)+))', re.DOTALL
)

MOST_NESTED = 10


class NotUnderstood(ValueError):
    """A command is not what RFC 3501 allows, or more than the sandbox can do; the client is told BAD."""


def split(pieces: Sequence[bytes]) -> list[Word]:
    """Cut a command into words. Its pieces are lines and, between them, the literals they announced."""
    stack: list[list[Word]] = [[]]
    for number, piece in enumerate(pieces):
        if number % 2:
            stack[-1].append(piece)
        else:
            _split_line(piece, stack)
    if len(stack) > 1:
        raise NotUnderstood("a parenthesis is left open")
    return stack[0]


def _split_line(line: bytes, stack: list[list[Word]]) -> None:
    place = 0
    line = line.rstrip(b"\r\n ")
    while place < len(line):
        found = _TOKEN.match(line, place)
        if not found:
            raise NotUnderstood("a word is malformed")
        place = found.end()
        opened, closed, quoted, literal, atom = found.groups()
        if opened:
            if len(stack) > MOST_NESTED:
                raise NotUnderstood("too deeply nested")
            stack.append([])
        elif closed:
            if len(stack) == 1:
                raise NotUnderstood("a parenthesis too many")
            inner = stack.pop()
            stack[-1].append(inner)
        elif quoted is not None:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", quoted).decode("utf-8", "replace"))
        elif literal is None:
            stack[-1].append(atom.decode("utf-8", "replace"))


def text(word: Word) -> str:
    """A word as text, whether it came as an atom, a quoted string or a literal."""
    if isinstance(word, list):
        raise NotUnderstood("a list where a word was expected")
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else word


def quoted(words: str) -> bytes:
    return b'"' + words.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def number_set(word: Word, largest: int) -> Callable[[int], bool]:
    """Whether a number is in a set such as `1,4:7,9:*`; a range ends at the largest number there is."""
    ranges = []
    for part in text(word).split(","):
        first, _, last = part.partition(":")
        ends = sorted(_number(end, largest) for end in (first, last or first))
        ranges.append((ends[0], ends[1]))
    return lambda number: any(low <= number <= high for low, high in ranges)


def _number(word: str, largest: int) -> int:
    if word == "*":
        return largest
    if not word.isascii() or not word.isdigit() or len(word) > 10:
        raise NotUnderstood("a number was expected")
    return int(word)
