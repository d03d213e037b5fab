"""Writing and sending: what agents choose for themselves, and an admin for the desk."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import composing, mailboxes, outreach, signatures, variables
from helpdesk.models.role import Permission
from helpdesk.privacy import settings as chosen
from helpdesk.web import settings
from helpdesk.web.auth import agent, db
from helpdesk.web.numbers import whole

bp = Blueprint("sending", __name__)


@bp.get("/settings/sending")
def index() -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    own = outreach.mailboxes(db(), by=agent())
    return settings.page(
        "sending/index.html",
        "sending.index",
        habits=composing.of_agent(db(), agent()),
        signature=signatures.of(db(), agent_id=agent().id),
        mailboxes=[(box, signatures.of(db(), mailbox_id=box.id, agent_id=agent().id)) for box in own],
        names=_names(),
    )


@bp.post("/settings/sending")
def choose() -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    form = request.form
    then, goes_to = form.get("then", ""), form.get("goes_to", "")
    values = composing.Sending(
        undo_seconds=min(max(form.get("undo_seconds", 15, type=whole), 0), composing.LONGEST_UNDO),
        then=then if then in composing.THEN else "stay",
        goes_to=goes_to if goes_to in composing.NEXT else "stay",
        assigns_to_me="assigns_to_me" in form,
    )
    chosen.change_own(db(), values, by=agent())
    signatures.choose(db(), form.get("signature", ""), agent_id=agent().id, by=agent())
    for box in outreach.mailboxes(db(), by=agent()):
        text = form.get(f"signature-{box.id}", "")
        signatures.choose(db(), text, mailbox_id=box.id, agent_id=agent().id, by=agent())
    return settings.saved(".index")


@bp.get("/settings/composing")
def desk() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    boxes = [(box, signatures.of(db(), mailbox_id=box.id)) for box in mailboxes.everything(db())]
    return settings.page(
        "sending/desk.html",
        "sending.desk",
        quotes_history=composing.quotes_history(db()),
        mailboxes=boxes,
        names=_names(),
    )


@bp.post("/settings/composing")
def choose_for_desk() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    chosen.change(db(), composing.Composing(quotes_history="quotes_history" in request.form), by=agent())
    for box in mailboxes.everything(db()):
        signatures.choose(db(), request.form.get(f"signature-{box.id}", ""), mailbox_id=box.id, by=agent())
    return settings.saved(".desk")


def _names() -> list[str]:
    return [name for name in variables.NAMES if name.startswith(("agent.", "mailbox."))]
