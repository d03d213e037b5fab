"""Two people change one thing at once: who comes second is told, keeps what they typed, and sees what is there now.

Each form of such a page bears a mark of what stood in it when it was shown. A view that changes something asks
`as_seen.changed(_page)`: the page as it is now says whether that still stands in the form that was sent.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from flask import g, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.storage.db import hold
from helpdesk.web import form_reader
from helpdesk.web.auth import db
from helpdesk.web.form_reader import NOT_TYPED, Form
from helpdesk.web.language import _

NAME: Final = "as_seen"
# with a form that changes what is there: only these cost that their text is read
PAGES: Final = frozenset(
    {
        "acknowledgements/index.html", "agents/show.html", "brand/show.html", "business_hours/index.html",
        "custom_fields/index.html", "filter_rules/form.html", "mailboxes/form.html", "retention/index.html",
        "roles/index.html", "saved_replies/index.html", "sending/desk.html", "statistics_settings/index.html",
        "teams/index.html",
    }
)  # fmt: skip
_MARK: Final = Markup('<input type="hidden" name="{}" value="{}">')


def marked(page: str) -> str:
    """The page with a mark in each form in which something stands that can be changed."""
    pieces, at = [], 0
    for form in form_reader.read(page).forms:
        if (form.tag.attributes.get("method") or "").lower() == "post" and any(_compared(form)):
            pieces += [page[at : form.tag.end], _MARK.format(NAME, _mark_to_bear(form, page))]
            at = form.tag.end
    return "".join([*pieces, page[at:]])


def changed(shown: Callable[[], ResponseReturnValue]) -> str:
    """What to say where somebody else changed what the sent form was filled with; "" where nobody did.

    `shown` makes the page of that form. A form without a mark is taken as it is.
    """
    given = request.form.get(NAME, "")
    if not given:
        return ""
    hold(db(), f"form {request.path}")  # two who send it at the same moment
    db().expire_all()
    marks = _marks_of(shown)
    if not marks or given in marks:
        g.as_seen = (given, marks)
        return ""
    g.as_seen = (marks[0], marks)
    g.meanwhile = _("Somebody changed this in the meantime. What you typed is kept: send it again, and it stands.")
    return str(g.meanwhile)


def tried(shown: Callable[[], ResponseReturnValue]) -> None:
    """A form of the page to come is filled with something that is not kept: it bears the mark of what `shown` has."""
    marks = _marks_of(shown)
    g.as_seen = (marks[0], marks)


def _marks_of(shown: Callable[[], ResponseReturnValue]) -> list[str]:
    """Of the forms that are sent to where this request went, as they are filled now."""
    made = shown()
    page = str(made[0] if isinstance(made, tuple) else made)
    return [_mark_of(form, page) for form in form_reader.read(page).forms if form.is_posted_to(request.path)]


def _mark_to_bear(form: Form, page: str) -> str:
    """What was typed and refused is no change of somebody else's: its form bears the mark of what is there."""
    own = _mark_of(form, page)
    mark, marks = g.get("as_seen", ("", []))
    return str(mark) if marks and own not in marks and form.is_posted_to(request.path) else own


def _mark_of(form: Form, page: str) -> str:
    standing = [(one.name, one.kind, one.stands(page)) for one in _compared(form)]
    return hashlib.sha256(repr(standing).encode()).hexdigest()[:16]


def _compared(form: Form) -> list[form_reader.Field]:
    return [one for one in form.fields if one.name and one.kind not in NOT_TYPED]
