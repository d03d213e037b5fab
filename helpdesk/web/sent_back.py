"""A form that is refused comes back as it was typed, unfolded, what is wrong beside its field, and the focus there.

A view says what is wrong, and of which field: `_page(beside("name", _("A team needs a name.")))`. The rest is done
here, on the page it made: so no template has to keep what was typed, and no new form can forget to.
"""

from collections.abc import Iterator
from typing import Final

from flask import Flask, Response, g, request
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from helpdesk.desk.lengths import TooLong
from helpdesk.web.form_reader import NOT_TYPED, Field, Form, PageRead, read
from helpdesk.web.language import _

Typed = MultiDict[str, str]
_KEEP_THEMSELVES: Final = frozenset({"forwards", "notes", "outreach", "replies"})  # the composer has its drafts
_THERE_NOW: Final = Markup('<span class="small now-there">{}</span>')
_MADE_ANEW: Final = frozenset({"csrf_token", "as_seen"})
_MOST_SHOWN: Final = 300  # letters
_WRONG: Final = Markup('<span class="wrong small" id="wrong-here">{}</span>')


def beside(field: str, words: str, *, offers: bool = False, value: str = "") -> str:
    """What is wrong with a field of the form that was sent, to stand beside it; the page may offer a better value.

    Of several boxes of one name `value` says which.
    """
    g.beside = (field, words, offers, value)
    return words


def too_long(error: TooLong) -> str:
    """The same, of a field with too many letters in it."""
    return beside(
        error.field,
        _(
            "This is too long: it has %(has)s letters, and there is room for %(most)s.",
            has=error.has,
            most=error.most,
        ),
    )


def install(app: Flask) -> None:
    @app.after_request
    def send_back(answer: Response) -> Response:
        is_sent = request.method == "POST" or (request.method == "GET" and "beside" in g)
        is_refusal = answer.status_code == 422 and is_sent and answer.mimetype == "text/html"
        if is_refusal and request.blueprint not in _KEEP_THEMSELVES:
            field, words, offers, value = g.get("beside", ("", "", False, ""))
            typed = (request.form if request.method == "POST" else request.args).copy()
            if offers:
                typed.poplist(field)
            page = answer.get_data(as_text=True)
            if meanwhile := g.get("meanwhile", ""):
                answer.set_data(as_typed_meanwhile(page, request.path, typed, meanwhile))
            else:
                how = request.method.lower()
                answer.set_data(as_typed(page, request.path, typed, field, words, value=value, how=how))
        return answer


def as_typed(
    page: str, path: str, typed: Typed, field: str = "", words: str = "", *, value: str = "", how: str = "post"
) -> str:
    """The page with the form at this path filled in; the words stand beside the field, which has the focus."""
    there = read(page)
    form = _meant(there, path, typed, field, how)
    pieces = list(_filled_in(form, typed)) if form else []
    named = [one for one in form.fields if one.name == field and one.kind != "hidden"] if form else []
    wrong = next((one for one in named if value in ("", one.tag.attributes.get("value"))), None)
    return _written(page, there, form, pieces, wrong, words)


def as_typed_meanwhile(page: str, path: str, typed: Typed, words: str) -> str:
    """The same where somebody changed it since: beside each field what is there now, where that is something else."""
    there = read(page)
    form = _meant(there, path, typed)
    fields = [one for one in form.fields if one.name and one.kind not in NOT_TYPED] if form else []
    now = [one.stands(page) for one in fields]
    pieces = list(_filled_in(form, typed)) if form else []
    written = {start: text for start, _end, text in pieces}
    others = [
        (one, was) for one, was in zip(fields, now, strict=True) if was != written.get(one.tag.end, one.stands(page))
    ]
    pieces += [_there_now(one, was) for one, was in others]
    return _written(page, there, form, pieces, others[0][0] if others else None, words)


def _there_now(one: Field, was: str) -> tuple[int, int, str]:
    if one.kind in {"checkbox", "radio"}:
        said = _("ticked") if was else _("not ticked")
    else:
        said = f"{was[:_MOST_SHOWN]}…" if len(was) > _MOST_SHOWN else was or _("nothing")
    place = one.label_closes or one.ends
    return place, place, _THERE_NOW.format(_("There now: %(what)s", what=said))


def _written(
    page: str, there: PageRead, form: Form | None, pieces: list[tuple[int, int, str]], wrong: Field | None, words: str
) -> str:
    for fold in form.folds if form else ():
        fold.attributes["open"] = None
    if wrong is None:
        _focus_on_alert(there)
    else:
        pieces.append(_point_at(wrong, words, there))
    pieces += [(tag.start, tag.end, tag.written()) for tag in there.tags if tag.is_changed]
    return _replaced(page, pieces)


def _meant(there: PageRead, path: str, typed: Typed, field: str = "", how: str = "post") -> Form | None:
    """The form that was sent: of several at one address one with the field, whose hidden fields say the same."""
    posted = [form for form in there.forms if form.is_sent_to(path, how)]
    posted = posted or [form for form in there.forms if form.is_posted_to(path)]  # by a button that only asks
    posted.sort(key=lambda form: all(one.name != field for one in form.fields))
    return next((form for form in posted if _says_the_same(form, typed)), posted[0] if posted else None)


def _says_the_same(form: Form, typed: Typed) -> bool:
    hidden = [one for one in form.fields if one.kind == "hidden" and one.name not in _MADE_ANEW]
    return all(typed.get(one.name) == one.tag.attributes.get("value") for one in hidden)


def _filled_in(form: Form, typed: Typed) -> Iterator[tuple[int, int, str]]:
    """Change the tags of the form's fields; what stands between tags comes back as pieces to be replaced."""
    taken: dict[str, int] = {}
    for one in form.fields:
        if not one.name or one.kind in NOT_TYPED:
            continue
        values = typed.getlist(one.name)
        if one.kind in {"checkbox", "radio"}:
            one.tag.switch("checked", on=one.tag.attributes.get("value", "on") in values)
        elif one.kind == "select" and "multiple" in one.tag.attributes:
            _choose(one, values)
        elif (position := taken.setdefault(one.name, 0)) < len(values):
            taken[one.name] += 1
            if one.kind == "select":
                _choose(one, values[position : position + 1])
            elif one.kind == "textarea":
                spare = "\n" if values[position].startswith("\n") else ""  # a browser drops the first one
                yield one.tag.end, one.closes, spare + values[position]
            else:
                one.tag.attributes["value"] = values[position]


def _choose(one: Field, values: list[str]) -> None:
    """Unless nothing of it is offered any more."""
    if {option.value for option in one.options} & set(values):
        for option in one.options:
            option.tag.switch("selected", on=option.value in values)


def _point_at(wrong: Field, words: str, there: PageRead) -> tuple[int, int, str]:
    for fold in wrong.folds:
        fold.attributes["open"] = None
    for tag in there.tags:
        tag.attributes.pop("autofocus", None)
    described = wrong.tag.attributes.get("aria-describedby")
    wrong.tag.attributes |= {
        "aria-invalid": "true",
        "aria-describedby": f"{described} wrong-here" if described else "wrong-here",
        "autofocus": None,
    }
    place = wrong.label_closes or wrong.ends
    return place, place, _WRONG.format(words)


def _focus_on_alert(there: PageRead) -> None:
    if not any("autofocus" in tag.attributes for tag in there.tags):
        for alert in [tag for tag in there.tags if tag.attributes.get("role") == "alert"][:1]:
            alert.attributes |= {"tabindex": "-1", "autofocus": None}


def _replaced(page: str, pieces: list[tuple[int, int, str]]) -> str:
    told, at = [], 0
    for start, end, text in sorted(pieces):
        told += [page[at:start], escape(text)]
        at = end
    return "".join([*told, page[at:]])
