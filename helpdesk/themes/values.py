"""What goes into the analysis of themes and what comes out: plain values."""

import enum
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

NO_THEME: Final = -1


class ModelUnusable(Exception):
    """The folder holds no model that can be used; says why, and nothing of the texts."""


@dataclass(frozen=True, slots=True)
class Document:
    """One message's new text, and whose it is."""

    id: str
    text: str = field(repr=False)
    customer: str
    account: str | None = None
    at: date | None = None
    follows: str | None = None
    """The first message of the same matter: what this one is about, where it says little itself."""
    subject: str = field(default="", repr=False)
    """What its writer put above it: read with it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Below what nothing is shown, and where the work stops."""

    customers: int = 5
    """As many different customers stand behind each theme and each word that is shown."""
    messages: int = 8
    language: int = 200
    """A language with fewer messages is counted, not themed."""
    groups: int = 25
    """As many themes does a page show; the others are sub-themes of these."""
    fitted: int = 10_000
    """Themes are found in at most so many of the newest messages; the others are assigned to them."""
    model: Path | None = None
    """A folder with model.onnx and tokenizer.json; nothing is ever fetched."""


class Trend(enum.StrEnum):
    """How a theme's share of the last four weeks compares with that of the eight before."""

    NEW = "new"
    GROWING = "growing"
    STEADY = "steady"
    SHRINKING = "shrinking"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """A tested trend; `ratio` is volume-normalised, recent to before, None without a baseline."""

    trend: Trend = Trend.STEADY
    ratio: float | None = None
    p: float = 1.0


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject several customers write about. A suppressed one is counted, and none of its words is shown."""

    label: int
    language: str
    name: str
    terms: tuple[str, ...]
    messages: int
    customers: int
    weekly: tuple[int, ...]
    group: int
    is_suppressed: bool = False
    change: Change = field(default_factory=Change)
    split_from: int | None = None
    name_said_by: int = 0
    """As many customers at the least wrote each part of the name."""
    said_by: tuple[int, ...] = ()
    """The same of each term."""


@dataclass(frozen=True, slots=True)
class Group:
    """What the page shows as one theme, with its sub-themes."""

    label: int
    name: str
    terms: tuple[str, ...]
    members: tuple[int, ...]
    messages: int
    customers: int
    weekly: tuple[int, ...]
    is_suppressed: bool = False
    change: Change = field(default_factory=Change)
    name_said_by: int = 0
    said_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what was written the report speaks about."""

    messages: int
    themed: int
    other: int
    suppressed: int
    languages: dict[str, int]
    not_themed: dict[str, int]
    """Messages in languages too rare to be themed, by language."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Labels by document, themes with their trends, and what the next run needs to know them again."""

    labels: dict[str, int] = field(repr=False)
    themes: tuple[Theme, ...]
    groups: tuple[Group, ...]
    coverage: Coverage
    weeks: tuple[date, ...]
    method: str
    merged: dict[int, int]
    """Themes of the last run that went into another."""
    state: dict[str, object] = field(repr=False)
    """Plain JSON: opaque document ids and numbers, no words."""


class Cancelled(Exception):
    """Somebody asked the analysis to stop; nothing came of it."""
