"""Filter rules as values: what an email must be like, and what is done with one that is. Plain words, no patterns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from helpdesk.mail.parsed import Address, ParsedEmail
from helpdesk.mail.screened import Kind

LONGEST: Final = 300_000  # characters of a text that are looked through
_ENOUGH: Final = 2_000  # to tell a language


class Field(StrEnum):
    """What of an email a condition looks at."""

    FROM = "from"
    TO = "to"
    SUBJECT = "subject"
    TEXT = "text"
    HEADER = "header"
    ATTACHMENT = "attachment"
    MAILBOX = "mailbox"
    LANGUAGE = "language"
    LIST = "list"
    AUTOMATIC = "automatic"
    UNPROVEN = "unproven"
    SPAM = "spam"


# these ask a question of the email, and need no words
WORDLESS: Final = frozenset({Field.LIST, Field.AUTOMATIC, Field.UNPROVEN, Field.SPAM})
MAY_LACK_WORDS: Final = WORDLESS | {Field.ATTACHMENT, Field.HEADER}


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the words is enough. Of a header, `name` is its name, and without words it need only be there."""

    field: Field
    words: tuple[str, ...] = ()
    name: str = ""
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Actions:
    """What a rule does. Nothing here destroys: what is held waits, and spam is a place."""

    team_id: int | None = None
    tags: tuple[str, ...] = ()
    priority: str = ""
    holds: bool = False
    is_spam: bool = False

    def __bool__(self) -> bool:
        return bool(self.team_id or self.tags or self.priority or self.holds or self.is_spam)


@dataclass(frozen=True, slots=True)
class Rule:
    id: int
    name: str
    conditions: tuple[Condition, ...]
    actions: Actions
    needs_all: bool = True
    stops: bool = False


@dataclass(frozen=True)
class Seen:
    """An email as rules see it; what is costly is found out once, and only when a rule asks."""

    parsed: ParsedEmail = field(repr=False)
    mailbox: str
    is_proven: bool

    @cached_property
    def subject(self) -> str:
        return _plain(self.parsed.subject)

    @cached_property
    def text(self) -> str:
        return _plain(self.parsed.trimmed.shown or self.parsed.text)

    @cached_property
    def language(self) -> str:
        import py3langid  # type: ignore[import-untyped]  # noqa: PLC0415  a second and many megabytes: only where a rule asks for a language

        said = f"{self.parsed.subject}\n{self.parsed.trimmed.shown or self.parsed.text}"[:_ENOUGH]
        return str(py3langid.classify(said)[0]) if said.strip() else ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all rules together say; of several that want different things, the first has its way."""

    rules: tuple[Rule, ...] = ()

    @property
    def held_by(self) -> Rule | None:
        return next((rule for rule in self.rules if rule.actions.holds), None)

    @property
    def team_id(self) -> int | None:
        return next((rule.actions.team_id for rule in self.rules if rule.actions.team_id), None)

    @property
    def priority(self) -> str:
        return next((rule.actions.priority for rule in self.rules if rule.actions.priority), "")

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag for rule in self.rules for tag in rule.actions.tags))

    @property
    def is_spam(self) -> bool:
        return any(rule.actions.is_spam for rule in self.rules)


NO_RULE: Final = Judgement()


def judge(rules: Iterable[Rule], seen: Seen) -> Judgement:
    """Ask each rule in turn; one that stops is the last."""
    hit: list[Rule] = []
    for rule in rules:
        if hits(rule, seen):
            hit.append(rule)
            if rule.stops:
                break
    return Judgement(tuple(hit))


def hits(rule: Rule, seen: Seen) -> bool:
    answers = (_holds(condition, seen) is not condition.is_not for condition in rule.conditions)
    return bool(rule.conditions) and (all(answers) if rule.needs_all else any(answers))


def _holds(condition: Condition, seen: Seen) -> bool:
    return _LOOKS[condition.field](condition, seen)


def _has_header(condition: Condition, seen: Seen) -> bool:
    values = seen.parsed.headers.get(condition.name.lower(), ())
    if not condition.words:
        return bool(values)
    return any(_has_one_of(_plain(value), condition.words) for value in values)


def _is_list(_condition: Condition, seen: Seen) -> bool:
    return seen.parsed.screening.kind is Kind.LIST or "list-id" in seen.parsed.headers


def _is_one_of(people: Sequence[Address], words: Iterable[str]) -> bool:
    """An address is meant whole, @ and a domain with those below it; other words are looked for in both parts."""
    for word in map(_plain, words):
        for one in people:
            address = one.email.lower()
            if word.startswith("@"):
                if address.endswith((word, f".{word[1:]}")):
                    return True
            elif word == address or ("@" not in word and word in f"{_plain(one.name)} {address}"):
                return True
    return False


def _has_one_of(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in map(_plain, words) if word)


def _has_file(parsed: ParsedEmail, words: Sequence[str]) -> bool:
    """A file beside the text; with words, one whose name or type has one of them."""
    files = [file for file in parsed.attachments if not file.is_inline]
    if not words:
        return bool(files)
    return any(_has_one_of(f"{_plain(file.name)} {file.media_type}", words) for file in files)


def _plain(text: str) -> str:
    """Text as rules compare it: in lower case, with single spaces."""
    return " ".join(text[:LONGEST].casefold().split())


_MACHINES: Final = frozenset({Kind.AUTOMATIC_REPLY, Kind.CALENDAR_REPLY})
_LOOKS: Final[dict[Field, Callable[[Condition, Seen], bool]]] = {
    Field.FROM: lambda asked, seen: _is_one_of(seen.parsed.senders, asked.words),
    Field.TO: lambda asked, seen: _is_one_of((*seen.parsed.to, *seen.parsed.cc), asked.words),
    Field.SUBJECT: lambda asked, seen: _has_one_of(seen.subject, asked.words),
    Field.TEXT: lambda asked, seen: _has_one_of(seen.text, asked.words),
    Field.HEADER: _has_header,
    Field.ATTACHMENT: lambda asked, seen: _has_file(seen.parsed, asked.words),
    Field.MAILBOX: lambda asked, seen: seen.mailbox.lower() in {word.lower() for word in asked.words},
    Field.LANGUAGE: lambda asked, seen: seen.language in {word.lower() for word in asked.words},
    Field.LIST: _is_list,
    Field.AUTOMATIC: lambda _asked, seen: seen.parsed.screening.kind in _MACHINES,
    Field.UNPROVEN: lambda _asked, seen: not seen.is_proven,
    Field.SPAM: lambda _asked, seen: seen.parsed.screening.is_marked_spam,
}
