"""The emails this desk sends, as they would look: for admins, in each language, in a frame that loads nothing."""

from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import letter_samples, letters
from helpdesk.languages import N_
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.web import settings
from helpdesk.web.auth import db, runtime
from helpdesk.web.errors import NotVisible
from helpdesk.web.headers import MESSAGE_POLICY
from helpdesk.web.language import LANGUAGES, _

NAMES: Final = {
    "acknowledgement": N_("Acknowledgement of a new ticket"),
    "checkpoint": N_("Checkpoint of the audit trail"),
    "contact_proof": N_("May we write to you about your feedback?"),
    "delivery_failed": N_("To an agent: an answer did not arrive"),
    "ticket_notice": N_("To an agent: something about a ticket"),
    "grant_notice": N_("Somebody has read your data"),
    "grant_request": N_("May somebody read your data?"),
    "invitation": N_("Invitation of an agent"),
    "password_reset": N_("Link for a password"),
    "record_code": N_("Code for a customer's own record"),
    "record_digest": N_("Who read what a customer wrote, each month"),
    "reply": N_("Answer of an agent"),
    "too_large": N_("An email was too large"),
}

bp = Blueprint("letters", __name__)


@bp.get("/settings/letters")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    name, language = _asked()
    return settings.page(
        "letters/index.html",
        "letters.index",
        names=[(one, _(NAMES[one]) if one in NAMES else one) for one in letters.NAMES],
        languages=LANGUAGES,
        name=name,
        chosen=language,
        text=letter_samples.sample(name, language, runtime().config.desk, address=_address()).text,
    )


@bp.get("/settings/letters/body")
def body() -> ResponseReturnValue:
    """The HTML of one, for the frame."""
    settings.must(Permission.SETUP)
    name, language = _asked()
    answer = Response(letter_samples.sample(name, language, runtime().config.desk, address=_address()).html)
    answer.headers["Content-Security-Policy"] = MESSAGE_POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _asked() -> tuple[str, str]:
    name, language = request.args.get("name", "reply"), request.args.get("in", LANGUAGES[0])
    if name not in letters.NAMES or language not in LANGUAGES:
        raise NotVisible("letter", 0)
    return name, language


def _address() -> str:
    return db().scalar(select(Mailbox.address).order_by(Mailbox.id).limit(1)) or "support@desk.example"
