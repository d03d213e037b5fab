"""Which messages clearly are of their theme: strays are not, and what two like themes differ in counts."""

import numpy as np
from sklearn.preprocessing import normalize

from helpdesk.themes.features import Sparse, counts, vocabulary
from helpdesk.themes.fitting import fits


def profiles(*texts: str) -> Sparse:
    documents = [text.split() for text in texts]
    return normalize(counts(documents, vocabulary(documents, least=1)))


def test_a_stray_is_not_of_the_theme_that_it_alone_makes_likely():
    texts = [*["lamp flickers"] * 4, "the parcel went away", *["parcel late"] * 6]
    labels = np.array([0] * 5 + [1] * 6)

    found = fits(profiles(*texts), labels, 2)

    assert found.tolist() == [True] * 4 + [False] + [True] * 6


def test_themes_that_share_most_words_are_told_apart_by_the_others():
    texts = ["close my account today"] * 6 + ["open my account today"] * 6 + ["my account today"]
    labels = np.array([0] * 6 + [1] * 7)

    found = fits(profiles(*texts), labels, 2)

    assert found.tolist() == [True] * 12 + [False]


def test_a_theme_that_went_quiet_is_not_kept_alive_by_what_hardly_fits():
    texts = [*["lamp flickers dark"] * 24, *["parcel late lost"] * 32, "lamp flickers parcel"]
    labels = np.array([0] * 24 + [1] * 32 + [0])
    weeks = np.array([*range(3)] * 8 + [*range(4)] * 8 + [3])

    lively = fits(profiles(*texts), labels, 2, np.where(weeks == 3, 2, weeks))
    quiet = fits(profiles(*texts), labels, 2, weeks)

    assert lively.all()
    assert quiet.tolist() == [True] * 56 + [False]


def test_a_week_of_which_little_is_known_yet_is_no_quiet_one():
    texts = [*["lamp flickers dark"] * 12, *["parcel late lost"] * 12, "lamp flickers parcel"]
    labels = np.array([0] * 12 + [1] * 12 + [0])
    weeks = np.array([*range(3)] * 8 + [3])

    assert fits(profiles(*texts), labels, 2, weeks).all()


def test_what_is_left_of_a_theme_is_in_none_where_it_is_hardly_anything():
    texts = [*["lamp flickers dark"] * 7, *["parcel late lost"] * 8]
    labels = np.array([0] * 7 + [1] * 8)

    assert fits(profiles(*texts), labels, 2, np.zeros(15, dtype=np.int64)).tolist() == [False] * 7 + [True] * 8
    assert fits(profiles(*texts), labels, 2).all()


def test_what_has_no_theme_fits_none():
    found = fits(profiles("lamp", "lamp", "parcel", "parcel", "chair"), np.array([0, 0, 1, 1, -1]), 2)

    assert found.tolist() == [True] * 4 + [False]
