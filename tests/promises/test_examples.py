"""Every example policy, published on a fresh desk, is kept or plainly not offered, with evidence for each promise."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from helpdesk import paths
from helpdesk.models.promise import Standing
from helpdesk.privacy import promises, publication
from tests.house.tree import ROOT, named

POLICIES = [paths.example_policy(), *sorted((ROOT / "docs" / "policies").glob("*.toml"))]


def test_there_are_five_beside_the_one_that_init_writes():
    assert len(POLICIES) == 6


@pytest.mark.parametrize("path", POLICIES, ids=named)
def test_an_example_is_kept_or_plainly_not_offered(session: Session, path: Path):
    publication.publish(session, path.read_text())

    found = promises.examine(session)

    assert not [one.promise.id for one in found if one.evidence.is_broken]
    assert {one.promise.id for one in found if one.promise.check is None} <= {
        one.promise.id for one in found if one.evidence.standing is Standing.NOT_OFFERED
    }
    assert sum(one.evidence.standing is Standing.KEPT for one in found) >= 10
    assert all(one.evidence.words % one.evidence.figures for one in found)
