"""Every promise that can be made has a check, code that keeps it, and a test that is marked as its evidence."""

import pkgutil
import re

import pytest

from helpdesk import paths
from helpdesk.privacy import policy
from helpdesk.privacy.promises import REGISTER
from tests.house.tree import ROOT, named

MARK = re.compile(r'mark\.promise\("([a-z0-9-]+)"\)')
POLICIES = [paths.example_policy(), *sorted((ROOT / "docs" / "policies").glob("*.toml"))]
EVIDENCE = {
    name for path in (ROOT / "tests" / "promises").glob("test_*.py") for name in MARK.findall(path.read_text())
}


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_each_check_has_its_file_of_evidence(name: str):
    written = ROOT / "tests" / "promises" / f"test_{name.replace('-', '_')}.py"

    assert MARK.findall(written.read_text()) == [name]


def test_no_evidence_is_left_over():
    assert set(REGISTER) == EVIDENCE


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_the_code_that_keeps_a_promise_exists(name: str):
    assert REGISTER[name].kept_by
    assert all(pkgutil.resolve_name(dotted) for dotted in REGISTER[name].kept_by)


@pytest.mark.parametrize("path", POLICIES, ids=named)
def test_each_promise_of_an_example_has_evidence_or_is_not_offered(path):
    promises = policy.understand(path.read_text()).promises

    assert promises
    assert not [one.id for one in promises if one.check is not None and one.check not in EVIDENCE]
