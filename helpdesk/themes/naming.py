"""What a theme is called: words and phrases that set it apart, each said by enough different customers."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from helpdesk.themes.words import BREAK, Token

_TERMS: Final = 8
_LONGEST_NAME: Final = 5
_IN_NAME: Final = 3
_LEAST_SHARE: Final = 0.04
_AS_COMMON: Final = 0.3  # as what comes first in the name: the others are of most of the same messages
_OFTEN: Final = 8  # messages, as a theme needs itself: what fewer say is odd as a part of its name
_MOSTLY: Final = 0.7
_MIGHT_BE_SHOWN: Final = 60
_BETWEEN: Final = " · "

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
class _Scored:
    """A phrase that sets a theme apart, how much, in which form, by how many, and in what share of the messages."""

    lift: float
    stems: Stems
    form: str
    customers: int
    share: float


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
    return {
        label: _as_written(
            _named(said[label], len(places), everywhere, total, least),
            ((token, customers[place]) for place in places for token in texts[place]),
            least,
        )
        for label, places in sorted(members.items())
    }


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
    """By what sets it apart; where nothing does, by what most of it says: plain, but no number."""
    scored: list[_Scored] = []
    for stems, said in phrases.items():
        form = _form(said, least)
        if form is None:
            continue
        inside = said.messages / size
        outside = everywhere[stems] / total
        lift = inside * math.log(inside / outside) if inside > outside else 0.0
        lift *= 1.25 if len(stems) > 1 else 1.0
        scored.append(_Scored(lift, stems, form, len(said.forms[form]), inside))
    telling = sorted((one for one in scored if one.lift > 0), key=lambda one: (-one.lift, one.stems))
    plain = sorted(scored, key=lambda one: (-one.share, one.stems))[:1]
    return _chosen((telling or plain)[:_MIGHT_BE_SHOWN], size)


def _form(said: _Said, least: int) -> str | None:
    """The commonest way of writing it, if enough customers write it so."""
    form = max(sorted(said.forms), key=lambda written: len(said.forms[written]))
    return form if len(said.forms[form]) >= least else None


def _chosen(scored: Sequence[_Scored], size: int) -> Naming:
    """The best terms; in the name no word twice and nothing rare, in the terms no phrase that says nothing new."""
    terms: list[_Scored] = []
    used: set[str] = set()
    name: list[_Scored] = []
    in_name: set[str] = set()
    for one in scored:
        stems = set(one.stems)
        if len(terms) < _TERMS and not stems <= used:
            terms.append(one)
            used |= stems
        for part in (_whole(one, scored), one):
            words = set(part.stems)
            is_new = len(words) == len(part.stems) and not words & in_name
            is_as_common = not name or part.share >= max(_AS_COMMON * name[0].share, _OFTEN / size)
            if len(name) < _IN_NAME and len(in_name) + len(words) <= _LONGEST_NAME and is_new and is_as_common:
                name.append(part)
                in_name |= words
                break
    return Naming(
        _BETWEEN.join(one.form for one in name),
        tuple(one.form for one in terms),
        min((one.customers for one in name), default=0),
        tuple(one.customers for one in terms),
    )


def _whole(word: _Scored, scored: Sequence[_Scored]) -> _Scored:
    """The phrase that a word mostly stands in, or the word: "two times", not "two"."""
    around = (one for one in scored if set(one.stems) > set(word.stems) and one.share >= _MOSTLY * word.share)
    return max(around, key=lambda one: (one.share, one.lift), default=word)


def _as_written(naming: Naming, said: Iterable[tuple[Token, str]], least: int) -> Naming:
    """With capitals where most write them inside a sentence, and enough customers do; the name begins with one."""
    wanted = {word for phrase in (naming.name, *naming.terms) for word in phrase.split()}
    forms: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for token, customer in said:
        if token.written and token.surface in wanted:
            forms[token.surface][token.written].add(customer)
    written = {}
    for word, there in forms.items():
        customers, form = max((len(by), form) for form, by in there.items())  # of as many, the small letters
        if customers >= least:
            written[word] = form

    def cased(phrase: str) -> str:
        return " ".join(written.get(word, word) for word in phrase.split())

    name = cased(naming.name)
    if name.partition(" ")[0].islower():
        name = name[:1].upper() + name[1:]
    return replace(naming, name=name, terms=tuple(cased(term) for term in naming.terms))
