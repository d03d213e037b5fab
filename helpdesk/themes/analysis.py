"""From texts to themes, names and trends: the same texts give the same themes, in whatever order they come."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, cast

import numpy as np
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from helpdesk.themes import continuing, features, fitting, grouping, identity, naming, neighbours, trends
from helpdesk.themes.courtesy import without_courtesy
from helpdesk.themes.embeddings import embedded
from helpdesk.themes.features import Vectors
from helpdesk.themes.grouping import Labels
from helpdesk.themes.languages import UNKNOWN, languages
from helpdesk.themes.naming import Naming
from helpdesk.themes.redaction import redacted
from helpdesk.themes.values import (
    NO_THEME,
    Analysis,
    Cancelled,
    Change,
    Coverage,
    Document,
    Group,
    Limits,
    Theme,
)
from helpdesk.themes.weeks import by_week, day_of, numbers_of_weeks, weeks_until
from helpdesk.themes.words import BREAK, Token, pairs, telling, tokens

VERSION: Final = "2"
_LITTLE: Final = 6  # telling words: fewer say nothing of a matter, where another message began it
Progress = Callable[[str, float], None]


@dataclass(slots=True)
class _Found:
    """The themes of one language: labels from nought, and where each lies."""

    labels: list[int]
    centres: Vectors


@dataclass(slots=True)
class _Run:
    """What is known of each document, in canonical order."""

    documents: list[Document]
    limits: Limits
    texts: list[str] = field(repr=False)
    languages: list[str]
    tokens: list[list[Token]] = field(repr=False)
    before: list[int | None]
    """Its theme in the last run; None where it was not there."""
    is_one_of_many: bool
    """Whether this run is one of a series, whose themes are to last."""
    opening: dict[int, int]
    """Of what follows another in the same matter: the place of that one."""
    about: set[int]
    """What follows another and says little itself: it shares the theme of that one."""
    labels: list[int] = field(default_factory=list)
    language_of: dict[int, str] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)


def analyse(
    documents: Sequence[Document],
    *,
    limits: Limits | None = None,
    names: Collection[str] = frozenset(),
    number: int | None = None,
    previous: Mapping[str, object] | None = None,
    progress: Progress = lambda _step, _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Analysis:
    """Find what these messages are about.

    `names` (in lower case) are taken out beside addresses and numbers; `number` asks for so many themes;
    `previous` is the state of the last run, from which themes go on under their numbers: {} begins such a series, in
    which a message that could as well be of another theme is of none. Raises Cancelled.
    """

    def check() -> None:
        if cancelled():
            raise Cancelled

    with threadpool_limits(1):  # one core, and sums in one order
        run = _prepared(documents, limits or Limits(), names, previous, progress, check)
        _label(run, number, progress, check)
        progress("naming", 0.8)
        check()
        return _reported(run, previous or {}, progress)


def _prepared(
    documents: Sequence[Document],
    limits: Limits,
    names: Collection[str],
    previous: Mapping[str, object] | None,
    progress: Progress,
    check: Callable[[], None],
) -> _Run:
    progress("reading", 0.0)
    known = frozenset(names)
    clean = {one.id: (redacted(one.subject, known), redacted(one.text, known)) for one in documents}
    check()
    order = sorted(documents, key=lambda one: (hashlib.sha256("".join(clean[one.id]).encode()).digest(), one.id))
    texts = [_letter(*clean[document.id]) for document in order]
    spoken = languages(texts)
    made: dict[tuple[str, str], Token] = {}
    cut = [tokens(text, language, made) for text, language in zip(texts, spoken, strict=True)]
    progress("reading", 0.15)
    known_before = cast("dict[str, int]", (previous or {}).get("labels", {}))
    before = [known_before.get(document.id) for document in order]
    opening = _openings(order)
    about = {place for place in opening if len({one.stem for one in cut[place] if not one.is_stop}) < _LITTLE}
    for place in about:
        spoken[place], cut[place] = spoken[opening[place]], []
    return _Run(order, limits, texts, spoken, cut, before, previous is not None, opening, about)


def _letter(subject: str, text: str) -> str:
    """What is read: neither how it begins nor how it ends, and no phrase across the two."""
    inside = without_courtesy(text)
    return f"{subject} {BREAK} {inside}" if subject else inside


def _openings(documents: Sequence[Document]) -> dict[int, int]:
    place_of = {document.id: place for place, document in enumerate(documents)}
    return {
        place: place_of[document.follows] for place, document in enumerate(documents) if document.follows in place_of
    }


def _label(run: _Run, number: int | None, progress: Progress, check: Callable[[], None]) -> None:
    run.labels = [NO_THEME] * len(run.documents)
    sizes = Counter(run.languages)
    least = 2 if number is not None else run.limits.language
    themed = [language for language, size in sorted(sizes.items()) if size >= least and language != UNKNOWN]
    if not themed and sizes:
        themed = [max(sorted(sizes), key=sizes.__getitem__)]
    first = 0
    for done, language in enumerate(themed):
        progress("grouping", 0.15 + 0.6 * done / len(themed))
        places = [
            place for place, spoken in enumerate(run.languages) if spoken == language and place not in run.about
        ]
        wanted = None if number is None else max(1, round(number * len(places) / sum(sizes[one] for one in themed)))
        found = _themes_of(run, places, wanted, check)
        for place, label in zip(places, found.labels, strict=True):
            run.labels[place] = NO_THEME if label < 0 else first + label
        _arrange(run, found, first, language, max(1, run.limits.groups // len(themed)))
        first += len(found.centres)
    for place, opening in run.opening.items():  # a word of thanks, or what fits no theme by itself
        if place in run.about or run.labels[place] == NO_THEME:
            run.labels[place] = run.labels[opening]


def _themes_of(run: _Run, places: Sequence[int], number: int | None, check: Callable[[], None]) -> _Found:
    """The themes of the newest messages of one language; older ones beyond the limit are assigned to them."""
    fitted = _newest(run, places)
    words = features.words_of([run.tokens[places[row]] for row in fitted])
    if not words.table.shape[1]:
        return _Found([NO_THEME] * len(places), np.zeros((0, 1)))
    check()
    newest = [places[row] for row in fitted]
    edges, near = _nearness(run, newest, words, check)
    before = [run.before[place] for place in places]
    if number is None and None not in before:
        assigned = continuing.unchanged(np.array(before))
    else:
        labels = _grouped(run, newest, words, edges, near, number, check)
        assigned = _assigned(run, places, fitted, words, labels, is_to_fit=run.is_one_of_many and number is None)
    sure = assigned[fitted] >= 0
    if not sure.any():
        return _Found([NO_THEME] * len(places), np.zeros((0, 1)))
    centres = normalize(neighbours.spread(assigned[fitted][sure], int(assigned.max()) + 1).T @ near[sure])
    return _Found(assigned.tolist(), centres)


def _nearness(
    run: _Run, places: Sequence[int], words: features.Words, check: Callable[[], None]
) -> tuple[features.Sparse, Vectors]:
    """Who is near whom, and where each is among them."""
    if run.limits.model is not None:
        raw = embedded(run.limits.model, [run.texts[place] for place in places], check)
    else:
        raw = features.vectors(words)
    check()
    edges = neighbours.graph(raw, check)
    return edges, neighbours.smoothed(raw, edges)


def _grouped(
    run: _Run,
    places: Sequence[int],
    words: features.Words,
    edges: features.Sparse,
    near: Vectors,
    number: int | None,
    check: Callable[[], None],
) -> Labels:
    if number is not None:
        return grouping.grouped(near, words, number)
    last = [run.before[place] for place in places]
    before = np.array([NO_THEME if label is None else label for label in last])
    if not continuing.goes_on(before):
        return grouping.grouped_by_themselves(near, words, check)
    is_new = np.array([label is None for label in last])
    weeks = numbers_of_weeks([day_of(run.documents[place]) for place in places])
    return continuing.continued(near, edges, words, continuing.Last(before, is_new, weeks), check)


def _assigned(
    run: _Run,
    places: Sequence[int],
    fitted: Sequence[int],
    words: features.Words,
    labels: Labels,
    *,
    is_to_fit: bool,
) -> Labels:
    """All messages by the themes of those that were fitted, without those that say nothing or fit none."""
    both = [[*stems, *pairs(stems)] for stems in (telling(run.tokens[place]) for place in places)]
    known = features.vocabulary([both[row] for row in fitted])
    rich = features.counts([both[row] for row in fitted], known)
    size = int(labels.max()) + 1
    everything = features.counts(both, known)
    assigned = grouping.likeliest(everything, grouping.odds(rich, labels, size))
    assigned[fitted] = labels
    assigned[np.asarray(everything.sum(1)).ravel() == 0] = NO_THEME
    if is_to_fit:
        every = words if len(fitted) == len(places) else features.words_of([run.tokens[place] for place in places])
        weeks = numbers_of_weeks([day_of(run.documents[place]) for place in places])
        assigned[~fitting.fits(features.profiles(every), assigned, size, weeks)] = NO_THEME
    return assigned


def _newest(run: _Run, places: Sequence[int]) -> list[int]:
    if len(places) <= run.limits.fitted:
        return list(range(len(places)))
    rows = sorted(range(len(places)), key=lambda row: -day_of(run.documents[places[row]]).toordinal())
    return sorted(rows[: run.limits.fitted])


def _arrange(run: _Run, found: _Found, first: int, language: str, most: int) -> None:
    sizes = np.bincount([label for label in found.labels if label >= 0], minlength=len(found.centres))
    for label, group in enumerate(grouping.merged(found.centres, sizes, most, run.limits.messages)):
        run.language_of[first + label] = language
        run.groups[first + label] = first + group


def _reported(run: _Run, previous: Mapping[str, object], progress: Progress) -> Analysis:
    same = identity.matched(run.labels, run.before, first_free=cast("int", previous.get("next", 0)))
    labels = [same.number_of.get(label, NO_THEME) for label in run.labels]
    weeks = weeks_until([day_of(document) for document in run.documents])
    weekly = by_week(run.documents, labels, weeks)
    volume = [sum(counts[week] for counts in weekly.values()) for week in range(len(weeks))]
    changed = trends.changes(_without_small(run, labels, weekly), volume)
    customers = [document.customer for document in run.documents]
    called = naming.names(run.tokens, customers, labels, least=run.limits.customers)
    progress("naming", 0.9)
    themes = tuple(
        _theme(run, label, same, labels, called[same.number_of[label]], weekly, changed)
        for label in sorted(run.language_of)
        if label in same.number_of
    )
    groups = _groups(run, labels, themes, weeks)
    progress("done", 1.0)
    return Analysis(
        labels={document.id: label for document, label in zip(run.documents, labels, strict=True)},
        themes=themes,
        groups=groups,
        coverage=_coverage(run, labels, themes),
        weeks=tuple(weeks),
        method=_method(run.limits),
        merged=same.merged,
        state={
            "version": VERSION,
            "next": same.next_number,
            "labels": {document.id: label for document, label in zip(run.documents, labels, strict=True)},
        },
    )


def _theme(
    run: _Run,
    label: int,
    same: identity.Matched,
    labels: Sequence[int],
    called: Naming,
    weekly: Mapping[int, Sequence[int]],
    changed: Mapping[int, Change],
) -> Theme:
    number = same.number_of[label]
    members = [place for place, one in enumerate(labels) if one == number]
    customers = len({run.documents[place].customer for place in members})
    hidden = is_too_small(run.documents, members, run.limits)
    return Theme(
        label=number,
        language=run.language_of[label],
        name="" if hidden else called.name,
        terms=() if hidden else called.terms,
        messages=len(members),
        customers=customers,
        weekly=tuple(weekly[number]),
        group=run.groups[label],
        is_suppressed=hidden,
        change=changed.get(number, Change()),
        split_from=same.split_from.get(number),
        name_said_by=0 if hidden else called.name_said_by,
        said_by=() if hidden else called.said_by,
    )


def _without_small(run: _Run, labels: Sequence[int], weekly: Mapping[int, Sequence[int]]) -> dict[int, Sequence[int]]:
    """The weeks of the themes that are shown: of the others no trend is claimed, and none is tested."""
    members: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        members[label].append(place)
    return {
        label: counts
        for label, counts in weekly.items()
        if label >= 0 and not is_too_small(run.documents, members[label], run.limits)
    }


def is_too_small(documents: Sequence[Document], members: Sequence[int], limits: Limits) -> bool:
    """Too few customers or messages, or one organisation is over half of it."""
    customers = {documents[place].customer for place in members}
    accounts = Counter(documents[place].account for place in members if documents[place].account is not None)
    largest = max(accounts.values(), default=0)
    return len(customers) < limits.customers or len(members) < limits.messages or largest * 2 > len(members)


def _groups(run: _Run, labels: Sequence[int], themes: Sequence[Theme], weeks: Sequence[date]) -> tuple[Group, ...]:
    members: dict[int, list[Theme]] = defaultdict(list)
    for theme in themes:
        members[theme.group].append(theme)
    group_of = {theme.label: group for group, inside in members.items() for theme in inside}
    grouped = [group_of.get(label, NO_THEME) for label in labels]
    customers = [document.customer for document in run.documents]
    called = naming.names(run.tokens, customers, grouped, least=run.limits.customers)
    weekly = by_week(run.documents, grouped, weeks)
    volume = [sum(counts[week] for counts in weekly.values()) for week in range(len(weeks))]
    changed = trends.changes(_without_small(run, grouped, weekly), volume)
    found = []
    for group, inside in members.items():
        places = [place for place, one in enumerate(grouped) if one == group]
        largest = max(inside, key=lambda theme: (theme.messages, -theme.label))
        hidden = is_too_small(run.documents, places, run.limits)
        alone = len(inside) == 1
        found.append(
            Group(
                label=largest.label,
                name="" if hidden else (largest.name if alone else called[group].name),
                terms=() if hidden else called[group].terms,
                members=tuple(sorted(theme.label for theme in inside)),
                messages=len(places),
                customers=len({customers[place] for place in places}),
                weekly=tuple(weekly[group]),
                is_suppressed=hidden,
                change=changed.get(group, Change()),
                name_said_by=0 if hidden else (largest.name_said_by if alone else called[group].name_said_by),
                said_by=() if hidden else called[group].said_by,
            )
        )
    return tuple(sorted(found, key=lambda group: (-group.customers, group.label)))


def _coverage(run: _Run, labels: Sequence[int], themes: Sequence[Theme]) -> Coverage:
    themed_languages = set(run.language_of.values())
    spoken = Counter(run.languages)
    return Coverage(
        messages=len(labels),
        themed=sum(label >= 0 for label in labels),
        other=sum(label < 0 for label in labels),
        suppressed=sum(theme.messages for theme in themes if theme.is_suppressed),
        languages={language: spoken[language] for language in sorted(themed_languages)},
        not_themed={language: spoken[language] for language in sorted(spoken.keys() - themed_languages)},
    )


def _method(limits: Limits) -> str:
    means = f"embeddings of {limits.model.name}" if limits.model is not None else "word statistics, no model"
    return f"themes {VERSION}, {means}; k = {limits.customers} customers"
