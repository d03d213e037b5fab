"""Themes of a series last: they go on from the last run, part and join on evidence, and leave out what fits none."""

import dataclasses
import json
import random

import pytest

from helpdesk.themes.analysis import analyse
from helpdesk.themes.values import Analysis, Document, Trend
from tests.themes.letters import SUBJECTS, letters, subject_of

STEADY = tuple(subject for subject in SUBJECTS if subject != "parcel")
EVERY = tuple(SUBJECTS)


def weeks_of(weeks: range, subjects: tuple[str, ...] = EVERY) -> list[Document]:
    return [one for week in weeks for one in letters(40, subjects=subjects, week=week, seed=week)]


def series(*batches: list[Document]) -> list[Analysis]:
    """A report for each batch, of all messages so far, with the state of the last."""
    found: list[Analysis] = []
    documents: list[Document] = []
    state: dict[str, object] = {}
    for batch in batches:
        documents += batch
        found.append(analyse(documents, previous=state))
        state = json.loads(json.dumps(found[-1].state))
    return found


def themes_of(found: Analysis, subject: str) -> set[int]:
    return {label for one, label in found.labels.items() if subject_of(one) == subject and label >= 0}


def trends_of(found: Analysis, subject: str) -> set[Trend]:
    return {theme.change.trend for theme in found.themes if theme.label in themes_of(found, subject)}


def test_a_message_stays_in_its_theme_from_week_to_week():
    first, second, third = series(weeks_of(range(6)), weeks_of(range(6, 7)), weeks_of(range(7, 8)))

    for before, after in ((first, second), (second, third)):
        stayed = [before.labels[one] == after.labels[one] for one in before.labels if before.labels[one] >= 0]
        assert sum(stayed) >= 0.9 * len(stayed)


def test_without_news_nothing_changes():
    documents = weeks_of(range(8))

    first, again = series(documents, [])
    fewer = analyse(documents[5:], previous=again.state)

    assert again.labels == first.labels
    assert again.themes == first.themes
    assert {one: label for one, label in again.labels.items() if one in fewer.labels} == fewer.labels


def test_a_subject_that_comes_up_is_a_theme_of_its_own_and_new():
    _, last = series(weeks_of(range(8), STEADY), weeks_of(range(8, 12)))

    assert trends_of(last, "parcel") == {Trend.NEW}
    assert not themes_of(last, "parcel") & set().union(*(themes_of(last, subject) for subject in STEADY))


def test_messages_that_fit_no_theme_make_one_where_they_say_the_same():
    first, last = series(
        weeks_of(range(8)),
        [
            *weeks_of(range(8, 12)),
            *(
                dataclasses.replace(
                    one, id=f"mixed-{one.id}", text="my lamp invoice: a saddle squeaks, the saddle sinks"
                )
                for week in range(8, 12)
                for one in letters(6, week=week, seed=9)
            ),
        ],
    )

    (theme,) = {label for one, label in last.labels.items() if one.startswith("mixed-") and label >= 0}
    assert theme not in first.labels.values()
    assert next(one.change.trend for one in last.themes if one.label == theme) is Trend.NEW


def test_a_subject_nobody_writes_about_any_more_is_gone_and_gets_no_strays():
    _, last = series(weeks_of(range(8)), weeks_of(range(8, 12), STEADY))

    assert trends_of(last, "parcel") == {Trend.GONE}


def test_what_could_as_well_be_of_another_theme_is_in_none():
    mixed = [
        dataclasses.replace(one, id=f"mixed-{one.id}", text="lamp invoice parcel password chair")
        for one in letters(3, week=7)
    ]

    first, second = series(weeks_of(range(7)), [*weeks_of(range(7, 8)), *mixed])
    alone = analyse([*weeks_of(range(8)), *mixed])

    assert first.coverage.themed >= 0.9 * first.coverage.messages
    assert {second.labels[one.id] for one in mixed} == {-1}
    assert -1 not in alone.labels.values()


def test_the_order_of_the_texts_changes_nothing_in_a_series():
    first, later = weeks_of(range(6)), weeks_of(range(6, 7))
    documents = [*first, *later]
    state = analyse(first, previous={}).state

    shuffled = random.Random(4).sample(documents, len(documents))  # noqa: S311

    assert analyse(documents, previous=state).labels == analyse(shuffled, previous=state).labels


@pytest.mark.parametrize("number", [1, 2, 5, 9])
def test_a_series_may_begin_with_hardly_anything(number: int):
    first, second = series(letters(number), letters(number, week=1))

    assert first.coverage.messages == number
    assert second.labels.keys() == {one.id for week in range(2) for one in letters(number, week=week)}


def test_with_another_period_it_begins_anew_and_knows_the_themes_again():
    first = analyse(weeks_of(range(6)), previous={})

    later = analyse(weeks_of(range(5, 14)), previous=json.loads(json.dumps(first.state)))

    assert {theme.label for theme in first.themes} & {theme.label for theme in later.themes}
