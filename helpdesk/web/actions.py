"""What a macro does besides writing, in words."""

from helpdesk.web import words as named
from helpdesk.web.language import _


def words(action: str) -> str:
    verb, _colon, what = action.partition(":")
    if verb == "tag":
        return _("Tag: %(name)s", name=what)
    if verb == "assign":
        return _("Assign to me") if what == "me" else _("Assign to nobody")
    if verb == "priority":
        return _("Priority: %(name)s", name=named.priorities().get(what, what))
    return _("Close the ticket") if what == "close" else _("Wait for the customer")
