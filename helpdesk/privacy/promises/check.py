"""What a check is: a function that looks whether a promise is kept, and the code that keeps it."""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from helpdesk.models.promise import Standing
from helpdesk.privacy.policy import Policy, PolicyUnusable, Promise

Parameter = int | str | bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check is given: a session to read with, the policy in force, and the promise's own parameters."""

    session: Session
    policy: Policy
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def number(self, name: str) -> int:
        return int(self.parameters[name])


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check found. `words` have places for the figures (%(name)s) and are translated where they are shown."""

    standing: Standing
    words: str
    figures: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def is_broken(self) -> bool:
        return self.standing is Standing.BROKEN


@dataclass(frozen=True, slots=True)
class Check:
    """One check, the code that keeps the promise (dotted names), and the parameters it knows, with defaults."""

    id: str
    look: Callable[[Asked], Evidence]
    kept_by: tuple[str, ...]
    parameters: Mapping[str, Parameter]


REGISTER: Final[dict[str, Check]] = {}


def proves(
    name: str, *, kept_by: tuple[str, ...], **parameters: Parameter
) -> Callable[[Callable[[Asked], Evidence]], Callable[[Asked], Evidence]]:
    """Register a function as the check of a promise."""

    def enter(look: Callable[[Asked], Evidence]) -> Callable[[Asked], Evidence]:
        assert name not in REGISTER, f"two checks are called {name}"  # noqa: S101  a mistake of ours
        REGISTER[name] = Check(name, look, kept_by, parameters)
        return look

    return enter


def kept(words: str, **figures: int | str) -> Evidence:
    return Evidence(Standing.KEPT, words, figures)


def broken(words: str, **figures: int | str) -> Evidence:
    return Evidence(Standing.BROKEN, words, figures)


def not_offered(words: str, **figures: int | str) -> Evidence:
    return Evidence(Standing.NOT_OFFERED, words, figures)


def require(promise: Promise) -> None:
    """A promise can be published if its check exists, with the code that keeps it. Raises PolicyUnusable."""
    if promise.check is None:
        return
    check = REGISTER.get(promise.check)
    if check is None:
        known = ", ".join(sorted(REGISTER))
        raise PolicyUnusable(
            f"promise {promise.id}: there is no check {promise.check!r}, and a promise without a check can't be "
            f"published; say offered = false, or one of {known}"
        )
    for name, value in promise.parameters.items():
        if name in check.parameters and type(value) is not type(check.parameters[name]):
            raise PolicyUnusable(f"promise {promise.id}: {name} must be like {check.parameters[name]!r}")
        if name not in check.parameters:
            known = ", ".join(check.parameters) or "none"
            raise PolicyUnusable(f"promise {promise.id}: its check knows no parameter {name!r}; it knows {known}")
    for dotted in check.kept_by:
        try:
            pkgutil.resolve_name(dotted)
        except (ImportError, AttributeError):
            raise PolicyUnusable(f"promise {promise.id}: {dotted}, which keeps it, does not exist") from None


def parameters_of(promise: Promise) -> dict[str, Parameter]:
    """A promise's parameters, with the defaults of its check."""
    defaults = REGISTER[promise.check].parameters if promise.check else {}
    return {**defaults, **promise.parameters}
