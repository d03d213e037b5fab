"""The checks of the folder's README, each by its key: a function that raises Broken or NotYet, or holds."""

from collections.abc import Callable
from typing import Any, Final

from tests.attacks.trial import Trial

Check = Callable[[Trial, Any], None]
CHECKS: Final[dict[str, Check]] = {}


class Broken(Exception):
    """The check does not hold; says why."""


class NotYet(Exception):
    """What is checked is a feature that is not built; names it."""


def check(*keys: str) -> Callable[[Check], Check]:
    """Register a check under its key, or several."""

    def register(function: Check) -> Check:
        CHECKS.update(dict.fromkeys(keys, function))
        return function

    return register


def require(holds: object, why: str) -> None:
    if not holds:
        raise Broken(why)


def verdict(trial: Trial) -> tuple[list[str], list[str]]:
    """Which checks of a case are broken, and which features it still waits for."""
    if trial.trouble:
        return [trial.trouble], []
    broken, missing = [], []
    for key, expected in trial.case.checks.items():
        try:
            CHECKS.get(key, _unknown(key))(trial, expected)
        except Broken as why:
            broken.append(f"{key}: {why}")
        except NotYet as feature:
            missing.append(str(feature))
    if trial.went_on is False:
        broken.append("the harmless email after it did not become a ticket")
    return broken, list(dict.fromkeys(missing))


def _unknown(key: str) -> Check:
    def not_known(_trial: Trial, _expected: Any) -> None:
        raise NotYet(f"a check {key}")

    return not_known
