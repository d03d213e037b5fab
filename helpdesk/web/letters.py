"""The emails this desk sends, as they would look: for admins, in each language, in a frame that loads nothing."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import letter_samples, letters, signatures
from helpdesk.desk.letters import Letter
from helpdesk.languages import N_
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.web import settings
from helpdesk.web.auth import agent, db, runtime
from helpdesk.web.errors import NotVisible
from helpdesk.web.headers import MESSAGE_POLICY
from helpdesk.web.language import LANGUAGES, _
from helpdesk.web.numbers import whole

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
    "theme_digest": N_("What customers write about: a report is ready"),
    "too_large": N_("An email was too large"),
    "unusual_reading": N_("Somebody reads more than usual"),
}

bp = Blueprint("letters", __name__)


@bp.get("/settings/letters")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    name, language = _asked()
    mailboxes, mailbox = _mailboxes()
    return settings.page(
        "letters/index.html",
        "letters.index",
        names=[(one, _(NAMES[one])) for one in letters.NAMES],
        languages=LANGUAGES,
        name=name,
        chosen=language,
        mailboxes=mailboxes,
        mailbox=mailbox,
        text=_sample(name, language, mailbox).text,
    )


@bp.get("/settings/letters/body")
def body() -> ResponseReturnValue:
    """The HTML of one, for the frame."""
    settings.must(Permission.SETUP)
    name, language = _asked()
    answer = Response(_sample(name, language, _mailboxes()[1]).html)
    answer.headers["Content-Security-Policy"] = MESSAGE_POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _asked() -> tuple[str, str]:
    name, language = request.args.get("name", "reply"), request.args.get("in", LANGUAGES[0])
    if name not in letters.NAMES or language not in LANGUAGES:
        raise NotVisible("letter", 0)
    return name, language


def _mailboxes() -> tuple[Sequence[Mailbox], Mailbox | None]:
    """All of them, and the one from which the email would leave."""
    there = db().scalars(select(Mailbox).order_by(Mailbox.id)).all()
    asked = request.args.get("from", type=whole)
    return there, next((one for one in there if one.id == asked), there[0] if there else None)


def _sample(name: str, language: str, mailbox: Mailbox | None) -> Letter:
    """As this desk would send it to whoever looks, or in their name: with its name, its addresses and signatures."""
    return letter_samples.sample(
        name,
        language,
        runtime().config.desk,
        address=mailbox.address if mailbox else "support@desk.example",
        agent=agent().name,
        under=signatures.under(db(), mailbox, by=agent()) if mailbox else "",
    )
