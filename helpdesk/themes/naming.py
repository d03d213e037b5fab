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

    def is_common(self, size: int, least: int) -> bool:
        return len(self.by) >= least and self.messages >= _LEAST_SHARE * size


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
    members: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        if label >= 0:
            members[label].append(place)
    said = {label: _common(texts, customers, places, least) for label, places in members.items()}
    wanted = {stems for phrases in said.values() for stems in phrases}
    words = frozenset(stem for stems in wanted for stem in stems)
    everywhere: Counter[Stems] = Counter()
    for places in members.values():
        for place in places:
            everywhere.update({stems for stems, _ in _phrases(texts[place], words)} & wanted)
    total = max(1, sum(map(len, members.values())))
    return {label: _named(said[label], len(members[label]), everywhere, total, least) for label in sorted(members)}


def _common(
    texts: Sequence[Sequence[Token]], customers: Sequence[str], places: Sequence[int], least: int
) -> dict[Stems, _Said]:
    """The phrases that enough of these texts and customers have: made only of words that enough of them have."""
    times: Counter[str] = Counter()
    for place in places:
        times.update({token.stem for token in texts[place] if not token.is_stop})
    enough = max(least, _LEAST_SHARE * len(places))
    words = frozenset(stem for stem, messages in times.items() if messages >= enough)
    said: dict[Stems, _Said] = defaultdict(_Said)
    for place in places:
        seen = set()
        for stems, form in _phrases(texts[place], words):
            here = said[stems]
            here.by.add(customers[place])
            here.forms[form].add(customers[place])
            if stems not in seen:
                here.messages += 1
                seen.add(stems)
    return {stems: one for stems, one in said.items() if one.is_common(len(places), least)}


def _phrases(found: Sequence[Token], words: frozenset[str]) -> list[tuple[Stems, str]]:
    """Single words and neighbours, of these; a stop word may stand inside a phrase, not at its ends."""
    phrases: list[tuple[Stems, str]] = []
    for place, token in enumerate(found):
        if not _stands_alone(token) or token.stem not in words:
            continue
        phrases.append(((token.stem,), token.surface))
        reach = 1 if _stands_alone(*found[place + 1 : place + 2]) else 2
        after = found[place + 1 : place + 1 + reach]
        if len(after) < reach or not _stands_alone(after[-1]) or after[-1].stem not in words:
            continue
        if after[0].stem != BREAK:
            phrases.append(((token.stem, after[-1].stem), " ".join([token.surface, *(one.surface for one in after)])))
    return phrases


def _stands_alone(token: Token | None = None) -> bool:
    return token is not None and not token.is_stop and len(token.surface) > 1


def _named(phrases: dict[Stems, _Said], size: int, everywhere: Counter[Stems], total: int, least: int) -> Naming:
    scored: list[tuple[float, Stems, str, int]] = []
    for stems, said in phrases.items():
        form = _form(said, least)
        if form is None:
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
