"""Themes are found whatever the order of the texts, keep their number, and show nothing that few have said."""

import dataclasses
import json
import random
from collections import defaultdict

import pytest

from helpdesk.themes.analysis import analyse
from helpdesk.themes.values import NO_THEME, Analysis, Cancelled, Limits, Trend
from tests.themes.letters import MONDAY, SUBJECTS, letters, subject_of


def subjects_of_themes(found: Analysis) -> dict[int, set[str]]:
    inside = defaultdict(set)
    for document_id, label in found.labels.items():
        inside[label].add(subject_of(document_id))
    return inside


def shown(found: Analysis) -> str:
    words = [(theme.name, *theme.terms) for theme in found.themes]
    words += [(group.name, *group.terms) for group in found.groups]
    return json.dumps(words).casefold()


def test_each_subject_is_a_theme_and_has_its_word_in_the_name():
    found = analyse(letters(300), number=5)

    assert sorted(map(sorted, subjects_of_themes(found).values())) == [[subject] for subject in sorted(SUBJECTS)]
    for theme in found.themes:
        (subject,) = subjects_of_themes(found)[theme.label]
        assert subject in theme.name.casefold()
        assert theme.customers >= 5


def test_the_number_of_themes_is_found_without_being_told():
    found = analyse(letters(300))

    assert all(len(subjects) == 1 for subjects in subjects_of_themes(found).values())
    assert len(found.groups) <= 25
    assert found.coverage.messages == 300


def test_the_order_of_the_texts_changes_nothing():
    documents = letters(300)
    shuffled = random.Random(4).sample(documents, len(documents))  # noqa: S311

    assert analyse(documents).labels == analyse(shuffled).labels


def test_what_few_customers_say_is_shown_nowhere():
    documents = letters(300)
    secrets = "Zebulon ring +44 7911 123456 or zeb@private.example about GB29NWBK60161331926819 ORD-900123X qwyjibo"
    few = {f"customer {number}" for number in range(4)}
    told = [
        dataclasses.replace(one, text=f"{one.text} {secrets}") if one.customer in few else one for one in documents
    ]

    found = analyse(told, names={"zebulon"})

    for secret in ("zebulon", "qwyjibo", "7911", "zeb", "private", "nwbk", "900123"):
        assert secret not in shown(found)


def test_a_theme_of_one_organisation_is_counted_and_not_shown():
    documents = [
        dataclasses.replace(one, account="acme") if subject_of(one.id) == "parcel" else one for one in letters(300)
    ]

    found = analyse(documents, number=5)

    hidden = [theme for theme in found.themes if theme.is_suppressed]
    assert [subjects_of_themes(found)[theme.label] for theme in hidden] == [{"parcel"}]
    assert found.coverage.suppressed == hidden[0].messages == 60
    assert "parcel" not in shown(found)


def test_a_theme_keeps_its_number_in_the_next_run():
    first = letters(300, week=0)
    before = analyse(first, number=5)
    state = json.loads(json.dumps(before.state))

    after = analyse([*first[60:], *letters(100, week=1)], number=5, previous=state)

    for label, subjects in subjects_of_themes(before).items():
        assert subjects_of_themes(after)[label] == subjects


def test_what_grows_is_said_and_what_stays_is_not():
    documents = []
    for week in range(12):
        documents += letters(50, week=week)
        if week >= 8:
            documents += [
                dataclasses.replace(one, id=f"{one.id}-more")
                for one in letters(30, subjects=("parcel",), week=week, seed=2)
            ]

    found = analyse(documents, number=5)

    trends = {next(iter(subjects_of_themes(found)[theme.label])): theme.change.trend for theme in found.themes}
    assert trends.pop("parcel") is Trend.GROWING
    assert set(trends.values()) == {Trend.STEADY}
    assert found.weeks[-1] == MONDAY.replace(month=5, day=18)


def test_of_a_theme_too_small_to_be_shown_no_trend_is_claimed():
    steady = tuple(subject for subject in SUBJECTS if subject != "parcel")
    documents = [one for week in range(12) for one in letters(40, subjects=steady, week=week)]
    new = [one for week in range(8, 12) for one in letters(5, subjects=("parcel",), week=week, seed=2)]

    shown, small = (analyse([*documents, *new], number=5, limits=Limits(messages=least)) for least in (20, 21))

    for found, trend, is_suppressed in ((shown, Trend.NEW, False), (small, Trend.STEADY, True)):
        (theme,) = (one for one in found.themes if subjects_of_themes(found)[one.label] == {"parcel"})
        assert (theme.change.trend, theme.is_suppressed) == (trend, is_suppressed)


def test_a_word_of_thanks_is_about_what_the_matter_is_about():
    documents = letters(300)
    thanks = [
        dataclasses.replace(one, id=f"{one.id}-again", text="Thank you, that was quick!", follows=one.id)
        for one in documents[:60]
    ]

    found = analyse([*documents, *thanks])

    assert [found.labels[one.id] for one in thanks] == [found.labels[one.follows or ""] for one in thanks]
    assert {one: found.labels[one] for one in (document.id for document in documents)} == analyse(documents).labels
    assert "quick" not in shown(found)
    assert found.coverage.messages == 360


def test_many_small_words_of_thanks_are_still_about_what_the_matter_is_about():
    documents = letters(300)
    thanks = [
        dataclasses.replace(
            one, id=f"{one.id}-again", text="It is here now, and so soon, many thanks!", follows=one.id
        )
        for one in documents[:60]
    ]

    found = analyse([*documents, *thanks])

    assert [found.labels[one.id] for one in thanks] == [found.labels[one.follows or ""] for one in thanks]


def test_what_fits_no_theme_by_itself_is_about_what_its_matter_began_with():
    documents = letters(300)
    odd = dataclasses.replace(
        documents[0], id="odd", follows=documents[0].id, text="lamp invoice parcel password chair saddle lamp invoice"
    )

    alone, following = (
        analyse([*documents, one], previous={}) for one in (dataclasses.replace(odd, follows=None), odd)
    )

    assert alone.labels["odd"] == NO_THEME
    assert following.labels["odd"] == following.labels[documents[0].id] != NO_THEME


def test_the_subject_of_a_letter_is_read_with_it_and_redacted_with_it():
    documents = [
        dataclasses.replace(one, subject=f"{subject_of(one.id)} trouble of Zebulon 900123X", text="What can I do?")
        for one in letters(300)
    ]

    found = analyse(documents, number=5, names={"zebulon"})

    assert sorted(map(sorted, subjects_of_themes(found).values())) == [[subject] for subject in sorted(SUBJECTS)]
    assert "zebulon" not in shown(found)
    assert "900123" not in shown(found)
    assert not [word for theme in found.themes for word in theme.terms if "trouble what" in word]


def test_a_second_letter_that_says_much_is_about_what_it_says():
    documents = letters(300)
    lamp, parcel = (next(one for one in documents if subject_of(one.id) == subject) for subject in ("lamp", "parcel"))
    second = dataclasses.replace(
        parcel,
        id="parcel-second",
        text="the parcel is late, where is my parcel, the parcel went to a neighbour, parcel arrived damaged",
        follows=lamp.id,
    )

    found = analyse([*documents, second], number=5)

    assert found.labels[second.id] == found.labels[parcel.id] != found.labels[lamp.id]


def test_themes_too_small_for_the_page_are_shown_with_what_is_most_like_them():
    found = analyse(letters(210), number=40)

    small = {theme.label for theme in found.themes if theme.is_suppressed}
    assert small
    assert sum(group.messages for group in found.groups if group.is_suppressed) < sum(
        theme.messages for theme in found.themes if theme.label in small
    )
    for group in found.groups:
        inside = {subject_of(one) for one, label in found.labels.items() if label in group.members}
        assert len(inside) == 1 or group.is_suppressed


def test_a_rare_language_is_counted_and_not_themed():
    german = [
        dataclasses.replace(
            one, id=f"de-{one.id}", text="Leider ist die Rechnung nicht richtig und ich möchte eine neue"
        )
        for one in letters(30)
    ]

    found = analyse([*letters(300), *german])

    assert found.coverage.not_themed == {"de": 30}
    assert {found.labels[one.id] for one in german} == {-1}


def test_more_than_fit_are_assigned_to_the_themes_of_the_newest():
    documents = [*letters(200, week=0), *letters(200, week=3)]

    found = analyse(documents, number=5, limits=Limits(fitted=200))

    assert all(len(subjects) == 1 for subjects in subjects_of_themes(found).values())
    assert found.coverage.themed == 400


def test_it_stops_when_told_to_and_says_how_far_it_is():
    steps: list[float] = []

    analyse(letters(250), progress=lambda _step, share: steps.append(share))
    with pytest.raises(Cancelled):
        analyse(letters(250), cancelled=lambda: True)

    assert steps == sorted(steps)
    assert steps[-1] == 1.0


@pytest.mark.parametrize("texts", [[], [""], ["?!"], ["lamp"], ["lamp"] * 9, ["🜁 \x00", "a" * 50_000]])
def test_odd_texts_are_no_trouble(texts: list[str]):
    documents = [dataclasses.replace(letters(1)[0], id=str(place), text=text) for place, text in enumerate(texts)]

    found = analyse(documents)

    assert found.labels.keys() == {document.id for document in documents}
    assert not [theme for theme in found.themes if not theme.is_suppressed]
