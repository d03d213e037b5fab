"""The fictional company of the demo and the people who write to it, read from texts/."""

import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the staff; `share` is how often tickets fall to them."""

    name: str
    email: str
    teams: tuple[str, ...]
    speaks: tuple[str, ...]
    share: int
    role: str = "agent"

    @property
    def first(self) -> str:
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class Address:
    address: str
    name: str
    team: str

    @property
    def local(self) -> str:
        return self.address.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Template:
    """A saved reply: a team's, or everybody's."""

    name: str
    text: str
    actions: tuple[str, ...] = ()
    team: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    domain: str
    time_zone: str
    password: str
    teams: tuple[str, ...]
    mailboxes: tuple[Address, ...]
    members: tuple[Member, ...]
    saved_replies: tuple["Template", ...]
    products: dict[str, float]

    def mailbox(self, local: str) -> Address:
        return next(one for one in self.mailboxes if one.local == local)


@dataclass(frozen=True, slots=True)
class Tongue:
    """How people of a language are called, greet, and take leave."""

    language: str
    names: tuple[str, ...]
    domains: tuple[str, ...]
    greetings: tuple[str, ...]
    farewells: tuple[str, ...]
    agent_greetings: tuple[str, ...]
    agent_farewells: tuple[str, ...]
    wrote: str
    mail_names: tuple[str, ...] = ()

    @property
    def customers(self) -> tuple["Writer", ...]:
        """Everybody of this language, each with one address for good."""
        return tuple(
            Writer(name, f"{self._mail_name(number)}@{self.domains[number % len(self.domains)]}", self.language)
            for number, name in enumerate(self.names)
        )

    def _mail_name(self, number: int) -> str:
        return self.mail_names[number] if self.mail_names else plain(self.names[number]).lower().replace(" ", ".")


@dataclass(frozen=True, slots=True)
class Writer:
    """A fictional customer, as their mail program names them."""

    name: str
    email: str
    language: str

    @property
    def first(self) -> str:
        return self.name.split()[-1 if self.language == "ja" else 0]


@dataclass(frozen=True, slots=True)
class Story:
    """A situation that comes up now and then: texts with alternatives, and what follows from them."""

    name: str
    to: str
    language: str
    times: int
    tags: tuple[str, ...]
    subjects: tuple[str, ...]
    openings: tuple[str, ...]
    talk: tuple[tuple[str, ...], ...]
    files: tuple[str, ...] = ()
    reply_files: tuple[str, ...] = field(default=())
    weeks: int | None = None
    """Since so many weeks only: something new that people write about."""


@cache
def company() -> Company:
    read = _read("company.toml")
    return Company(
        name=read["name"],
        domain=read["domain"],
        time_zone=read["time_zone"],
        password=read["password"],
        teams=tuple(team["name"] for team in read["team"]),
        mailboxes=tuple(Address(**one) for one in read["mailbox"]),
        members=tuple(Member(**_frozen(one)) for one in read["agent"]),
        saved_replies=tuple(Template(**_frozen(one)) for one in read["saved_reply"]),
        products=read["products"],
    )


@cache
def tongues() -> dict[str, Tongue]:
    return {language: Tongue(language=language, **_frozen(one)) for language, one in _read("people.toml").items()}


@cache
def stories() -> tuple[Story, ...]:
    found = []
    for path in sorted(TEXTS.glob("*.toml")):
        read = _read(path.name)
        for one in read.get("story", []):
            entry = {"to": read.get("to"), "language": read.get("language"), **_frozen(one)}
            entry["subjects"], entry["openings"] = entry.pop("subject"), entry.pop("opening")
            found.append(Story(**entry))
    return tuple(found)


def plain(name: str) -> str:
    """A name in ASCII, as it stands in an address."""
    spelled = name.translate({ord("ß"): "ss", ord("Ł"): "L", ord("ł"): "l", ord("œ"): "oe", 0x131: "i"})
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((TEXTS / name).read_text(encoding="utf-8"))


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    """Lists become tuples, one level of lists inside included."""
    return {
        key: tuple(tuple(one) if isinstance(one, list) else one for one in value)
        if isinstance(value, list)
        else value
        for key, value in table.items()
    }
