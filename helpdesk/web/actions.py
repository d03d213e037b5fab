"""What a macro does besides writing: in words, and as fields of a form."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import request

from helpdesk.web import words as named
from helpdesk.web.language import _

_ONCE: Final = ("assign", "priority", "then")  # verbs of which a macro has one at most


def words(action: str) -> str:
    verb, _colon, what = action.partition(":")
    if verb == "tag":
        return _("Tag: %(name)s", name=what)
    if verb == "assign":
        return _("Assign to me") if what == "me" else _("Assign to nobody")
    if verb == "priority":
        return _("Priority: %(name)s", name=named.priorities().get(what, what))
    return _("Close the ticket") if what == "close" else _("Wait for the customer")


def typed() -> list[str]:
    """What the fields of the form say, as actions."""
    once = [f"{verb}:{what}" for verb in _ONCE if (what := request.form.get(verb, ""))]
    return once + [f"tag:{name}" for name in request.form.get("tags", "").splitlines() if name.strip()]


def fields(actions: Sequence[str]) -> Mapping[str, str]:
    """Actions as the form has them."""
    pairs = [action.partition(":")[::2] for action in actions]
    return {verb: what for verb, what in pairs if verb in _ONCE} | {
        "tags": "\n".join(what for verb, what in pairs if verb == "tag")
    }
