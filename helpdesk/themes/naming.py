"""What a theme is called: words and phrases that set it apart, each said by enough different customers."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from helpdesk.themes.words import BREAK, Token

_TERMS: Final = 8
_LONGEST_NAME: Final = 5
_IN_NAME: Final = 3
_LEAST_SHARE: Final = 0.04
_MIGHT_BE_SHOWN: Final = 60

Stems = tuple[str, ...]


@dataclass(slots=True)
class _Said:
    """Who said a phrase, and in which forms."""

    by: set[str] = field(default_factory=set)
    messages: int = 0
    forms: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True, slots=True)
class Naming:
    """`name_said_by`: how many customers at the least said each part of the name; `said_by` the same of each term."""

    name: str
    terms: tuple[str, ...]
    name_said_by: int = 0
    said_by: tuple[int, ...] = ()


def names(
    texts: Sequence[Sequence[Token]], customers: Sequence[str], labels: Sequence[int], *, least: int
) -> dict[int, Naming]:
    """A name and terms for each label (-1 aside): nothing in them is said by fewer than `least` customers."""
    said: dict[int, dict[Stems, _Said]] = defaultdict(dict)
    sizes = Counter(label for label in labels if label >= 0)
    for found, customer, label in zip(texts, customers, labels, strict=True):
        if label < 0:
            continue
        seen = set()
        for stems, form in _phrases(found):
            here = said[label].setdefault(stems, _Said())
            here.by.add(customer)
            here.forms[form].add(customer)
            if stems not in seen:
                here.messages += 1
                seen.add(stems)
    everywhere: Counter[Stems] = Counter()
    for phrases in said.values():
        for stems, phrase in phrases.items():
            everywhere[stems] += phrase.messages
    total = max(1, sum(sizes.values()))
    return {label: _named(said[label], sizes[label], everywhere, total, least) for label in sorted(sizes)}


def _phrases(found: Sequence[Token]) -> list[tuple[Stems, str]]:
    """Single words and neighbours; a stop word may stand inside a phrase, not at its ends."""
    phrases: list[tuple[Stems, str]] = []
    for place, token in enumerate(found):
        if token.is_stop or len(token.surface) < 2:
            continue
        phrases.append(((token.stem,), token.surface))
        after = found[place + 1 : place + 3]
        if after and not after[0].is_stop and len(after[0].surface) > 1:
            phrases.append(((token.stem, after[0].stem), f"{token.surface} {after[0].surface}"))
        elif len(after) == 2 and after[0].stem != BREAK and not after[1].is_stop and len(after[1].surface) > 1:
            phrases.append(((token.stem, after[1].stem), f"{token.surface} {after[0].surface} {after[1].surface}"))
    return phrases


def _named(phrases: dict[Stems, _Said], size: int, everywhere: Counter[Stems], total: int, least: int) -> Naming:
    scored: list[tuple[float, Stems, str, int]] = []
    for stems, said in phrases.items():
        form = _form(said, least)
        if form is None or len(said.by) < least or said.messages < _LEAST_SHARE * size:
            continue
        inside = said.messages / size
        outside = everywhere[stems] / total
        lift = inside * math.log(inside / outside) if inside > outside else 0.0
        if lift > 0:
            scored.append((lift * (1.25 if len(stems) > 1 else 1.0), stems, form, len(said.forms[form])))
    scored.sort(key=lambda one: (-one[0], one[1]))
    return _chosen(scored[:_MIGHT_BE_SHOWN])


def _form(said: _Said, least: int) -> str | None:
    """The commonest way of writing it, if enough customers write it so."""
    form = max(sorted(said.forms), key=lambda written: len(said.forms[written]))
    return form if len(said.forms[form]) >= least else None


def _chosen(scored: Sequence[tuple[float, Stems, str, int]]) -> Naming:
    """The best terms; in the name no word twice, in the terms no phrase that says nothing new."""
    terms: list[tuple[str, int]] = []
    used: set[str] = set()
    name: list[tuple[str, int]] = []
    in_name: set[str] = set()
    words = 0
    for _, stems, form, customers in scored:
        if len(terms) < _TERMS and not set(stems) <= used:
            terms.append((form, customers))
            used |= set(stems)
        new = set(stems) - in_name
        if len(name) < _IN_NAME and words + len(stems) <= _LONGEST_NAME and len(new) == len(set(stems)):
            name.append((form, customers))
            in_name |= new
            words += len(stems)
    return Naming(
        " · ".join(form for form, _ in name),
        tuple(form for form, _ in terms),
        min((customers for _, customers in name), default=0),
        tuple(customers for _, customers in terms),
    )
