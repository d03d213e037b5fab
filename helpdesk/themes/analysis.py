"""From texts to themes, names and trends: the same texts give the same themes, in whatever order they come."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, cast

import numpy as np
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from helpdesk.themes import features, grouping, identity, naming, neighbours, trends
from helpdesk.themes.courtesy import without_courtesy
from helpdesk.themes.embeddings import embedded
from helpdesk.themes.features import Vectors
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
from helpdesk.themes.words import Token, pairs, telling, tokens

VERSION: Final = "1"
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
    `previous` is the state of the last run, by which themes keep their numbers. Raises Cancelled.
    """

    def check() -> None:
        if cancelled():
            raise Cancelled

    with threadpool_limits(1):  # one core, and sums in one order
        run = _prepared(documents, limits or Limits(), names, progress, check)
        _label(run, number, progress, check)
        progress("naming", 0.8)
        check()
        return _reported(run, previous or {}, progress)


def _prepared(
    documents: Sequence[Document],
    limits: Limits,
    names: Collection[str],
    progress: Progress,
    check: Callable[[], None],
) -> _Run:
    progress("reading", 0.0)
    known = frozenset(names)
    clean = {document.id: redacted(document.text, known) for document in documents}
    check()
    order = sorted(documents, key=lambda one: (hashlib.sha256(clean[one.id].encode()).digest(), one.id))
    texts = [without_courtesy(clean[document.id]) for document in order]
    spoken = languages(texts)
    made: dict[tuple[str, str], Token] = {}
    cut = [tokens(text, language, made) for text, language in zip(texts, spoken, strict=True)]
    progress("reading", 0.15)
    return _Run(order, limits, texts, spoken, cut)


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
        places = [place for place, spoken in enumerate(run.languages) if spoken == language]
        wanted = None if number is None else max(1, round(number * len(places) / sum(sizes[one] for one in themed)))
        found = _themes_of(run, places, wanted, check)
        for place, label in zip(places, found.labels, strict=True):
            run.labels[place] = NO_THEME if label < 0 else first + label
        _arrange(run, found, first, language, max(1, run.limits.groups // len(themed)))
        first += len(found.centres)


def _themes_of(run: _Run, places: Sequence[int], number: int | None, check: Callable[[], None]) -> _Found:
    """The themes of the newest messages of one language; older ones beyond the limit are assigned to them."""
    fitted = _newest(run, places)
    words = features.words_of([run.tokens[places[row]] for row in fitted])
    if not words.table.shape[1]:
        return _Found([NO_THEME] * len(places), np.zeros((0, 1)))
    check()
    if run.limits.model is not None:
        raw = embedded(run.limits.model, [run.texts[places[row]] for row in fitted], check)
    else:
        raw = features.vectors(words)
    check()
    near = neighbours.smoothed(raw, neighbours.graph(raw, check))
    both = [[*stems, *pairs(stems)] for stems in (telling(run.tokens[place]) for place in places)]
    known = features.vocabulary([both[row] for row in fitted])
    rich = features.counts([both[row] for row in fitted], known)
    if number is not None:
        labels = grouping.grouped(near, words, number)
    else:
        labels = grouping.grouped_by_themselves(near, words, check)
    size = int(labels.max()) + 1
    centres = normalize(neighbours.spread(labels, size).T @ near)
    everything = features.counts(both, known)
    assigned = grouping.likeliest(everything, grouping.odds(rich, labels, size))
    assigned[fitted] = labels
    has_words = np.asarray(everything.sum(1)).ravel() > 0
    return _Found(
        [int(label) if there else NO_THEME for label, there in zip(assigned, has_words, strict=True)], centres
    )


def _newest(run: _Run, places: Sequence[int]) -> list[int]:
    if len(places) <= run.limits.fitted:
        return list(range(len(places)))
    rows = sorted(range(len(places)), key=lambda row: -_day(run.documents[places[row]]).toordinal())
    return sorted(rows[: run.limits.fitted])


def _arrange(run: _Run, found: _Found, first: int, language: str, most: int) -> None:
    for label, group in enumerate(grouping.merged(found.centres, most)):
        run.language_of[first + label] = language
        run.groups[first + label] = first + group


def _reported(run: _Run, previous: Mapping[str, object], progress: Progress) -> Analysis:
    before = cast("dict[str, int]", previous.get("labels", {}))
    old = [before.get(document.id) for document in run.documents]
    same = identity.matched(run.labels, old, first_free=cast("int", previous.get("next", 0)))
    labels = [same.number_of.get(label, NO_THEME) for label in run.labels]
    weeks = _weeks([_day(document) for document in run.documents])
    weekly = _weekly(run.documents, labels, weeks)
    volume = [sum(counts[week] for counts in weekly.values()) for week in range(len(weeks))]
    changed = trends.changes({label: counts for label, counts in weekly.items() if label >= 0}, volume)
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
    weekly = _weekly(run.documents, grouped, weeks)
    volume = [sum(counts[week] for counts in weekly.values()) for week in range(len(weeks))]
    changed = trends.changes({group: counts for group, counts in weekly.items() if group >= 0}, volume)
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


def _day(document: Document) -> date:
    return document.at or date.min


def _weeks(days: Sequence[date]) -> list[date]:
    """The first days of the weeks of the window, which ends with the newest message."""
    newest = max(days, default=date.min)
    if newest < date.min + timedelta(weeks=trends.WINDOW):
        return [newest]
    monday = newest - timedelta(days=newest.weekday())
    return [monday - timedelta(weeks=back) for back in reversed(range(trends.WINDOW))]


def _weekly(documents: Sequence[Document], labels: Sequence[int], weeks: Sequence[date]) -> dict[int, list[int]]:
    counts = {label: [0] * len(weeks) for label in labels}
    for document, label in zip(documents, labels, strict=True):
        week = (_day(document) - weeks[0]).days // 7
        if 0 <= week < len(weeks):
            counts[label][week] += 1
    return counts


def _method(limits: Limits) -> str:
    means = f"embeddings of {limits.model.name}" if limits.model is not None else "word statistics, no model"
    return f"themes {VERSION}, {means}; k = {limits.customers} customers"
