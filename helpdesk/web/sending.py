"""Writing and sending: what agents choose for themselves, and an admin for the desk."""

from collections.abc import Callable, Mapping

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import composing, mailboxes, outreach, signatures, variables
from helpdesk.desk.composing import LONGEST_UNDO, Sending
from helpdesk.desk.lengths import TooLong
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.privacy import settings as chosen
from helpdesk.web import as_seen, settings
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _
from helpdesk.web.numbers import between
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("sending", __name__)


@bp.get("/settings/sending")
def index() -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    return _own_page()


@bp.post("/settings/sending")
def choose() -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    seconds = between(request.form.get("undo_seconds", "15"), 0, LONGEST_UNDO)
    if seconds is None:
        wrong = _("Seconds are a whole number from 0 to %(most)s.", most=LONGEST_UNDO)
        return _own_page(beside("undo_seconds", wrong))

    def step() -> None:
        chosen.change_own(db(), _habits(seconds), by=agent())
        _choose_signature(None, agent_id=agent().id)
        for box in outreach.mailboxes(db(), by=agent()):
            _choose_signature(box, agent_id=agent().id)

    wrong = _refused(step)
    return _own_page(wrong) if wrong else settings.saved(".index")


@bp.get("/settings/composing")
def desk() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _desk_page()


@bp.post("/settings/composing")
def choose_for_desk() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    if wrong := as_seen.changed(_desk_page):
        return _desk_page(wrong)

    def step() -> None:
        chosen.change(db(), composing.Composing(quotes_history="quotes_history" in request.form), by=agent())
        for box in mailboxes.everything(db()):
            _choose_signature(box)

    wrong = _refused(step)
    return _desk_page(wrong) if wrong else settings.saved(".desk")


class _Unfilled(ValueError):
    """A signature names what has no value: no answer could leave with it."""

    def __init__(self, field: str, name: str) -> None:
        super().__init__(field)
        self.field, self.name = field, name


def _refused(step: Callable[[], None]) -> str:
    """Do all of it, or nothing; why nothing, beside its field."""
    try:
        with db().begin_nested():
            step()
    except TooLong as error:
        return too_long(error)
    except _Unfilled as error:
        wrong = _("%(what)s is filled by nothing: no answer could leave.", what="{{" + error.name + "}}")
        return beside(error.field, wrong)
    return ""


def _choose_signature(box: Mailbox | None, *, agent_id: int | None = None) -> None:
    """Raises TooLong, _Unfilled."""
    field = f"signature-{box.id}" if box else "signature"
    text = request.form.get(field, "")
    if left := variables.unknown(variables.fill(text, _SAMPLE)):
        raise _Unfilled(field, left[0])
    signatures.choose(db(), text, mailbox_id=box.id if box else None, agent_id=agent_id, by=agent())


def _habits(seconds: int) -> Sending:
    form = request.form
    then, goes_to = form.get("then", ""), form.get("goes_to", "")
    return Sending(
        undo_seconds=seconds,
        then=then if then in composing.THEN else "stay",
        goes_to=goes_to if goes_to in composing.NEXT else "stay",
        assigns_to_me="assigns_to_me" in form,
        formats_typing="formats_typing" in form,
    )


def _own_page(wrong: str = "") -> ResponseReturnValue:
    own = outreach.mailboxes(db(), by=agent())
    return settings.page(
        "sending/index.html",
        "sending.index",
        422 if wrong else 200,
        wrong=wrong,
        habits=composing.of_agent(db(), agent()),
        signature=signatures.of(db(), agent_id=agent().id),
        mailboxes=[(box, signatures.of(db(), mailbox_id=box.id, agent_id=agent().id)) for box in own],
        names=_names(),
        most_seconds=LONGEST_UNDO,
    )


def _desk_page(wrong: str = "") -> ResponseReturnValue:
    return settings.page(
        "sending/desk.html",
        "sending.desk",
        422 if wrong else 200,
        wrong=wrong,
        quotes_history=composing.quotes_history(db()),
        mailboxes=[(box, signatures.of(db(), mailbox_id=box.id)) for box in mailboxes.everything(db())],
        names=_names(),
    )


def _names() -> list[str]:
    return [name for name in variables.NAMES if name.startswith(("agent.", "mailbox."))]


_SAMPLE: Mapping[str, str] = dict.fromkeys(_names(), "x")
