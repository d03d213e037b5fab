"""Single keys: on, or off for who types with other aids or in other ways."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from helpdesk.privacy import settings
from helpdesk.web.auth import agent, db, own_path

bp = Blueprint("shortcuts", __name__)


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """An agent's own choice."""

    key: ClassVar = "shortcuts"
    single_keys: bool = True


@bp.post("/shortcuts")
def choose() -> ResponseReturnValue:
    settings.change_own(db(), Shortcuts(single_keys=request.form.get("single_keys") != "off"), by=agent())
    return redirect(own_path(request.referrer or "/"), code=303)


@bp.app_context_processor
def _asked() -> dict[str, object]:
    """Asked by the desk's own pages alone: a page that tells of an error has no session any more."""
    return {"single_keys": _has_single_keys}


def _has_single_keys() -> bool:
    return settings.of_agent(db(), agent(), Shortcuts).single_keys
