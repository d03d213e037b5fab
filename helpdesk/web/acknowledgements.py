"""Acknowledgements: when each mailbox sends them, and in which words."""

from typing import Final

from babel import Locale, UnknownLocaleError
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import acknowledgements
from helpdesk.desk.acknowledgements import Words, WordsRefused
from helpdesk.languages import N_
from helpdesk.models.acknowledgement import Acknowledges
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.web import as_seen, settings
from helpdesk.web.auth import agent, db, runtime
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _, locale
from helpdesk.web.sent_back import beside

NUMBER: Final = 4711  # of the ticket in a preview
_WRONG: Final = {
    "language": N_("“%(what)s” is no language: write it as de, fr or pt."),
    "empty": N_("The words need a subject and a text."),
    "long": N_("The words are too long."),
    "variable": N_("%(what)s is filled by nothing: there are {desk} and {number}."),
}

bp = Blueprint("acknowledgements", __name__)


@bp.get("/settings/acknowledgements")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _page()


@bp.post("/settings/acknowledgements/mailboxes/<int:mailbox_id>")
def choose_when(mailbox_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    mailbox = db().get(Mailbox, mailbox_id)
    chosen = request.form.get("when", "")
    if mailbox is None or chosen not in set(Acknowledges):
        raise NotVisible("mailbox", mailbox_id)
    acknowledgements.choose_when(db(), mailbox, Acknowledges(chosen), by=agent())
    return settings.saved(".index")


@bp.post("/settings/acknowledgements/words")
def choose_words() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    if wrong := as_seen.changed(_page):
        return _page(wrong)
    words = Words(*(request.form.get(name, "") for name in ("language", "subject", "text")))
    try:
        acknowledgements.choose_words(db(), words, by=agent())
    except WordsRefused as error:
        return _page(beside(_field(error, words), _(_WRONG[error.why], what=error.what)), words)
    return settings.saved(".index")


def _page(wrong: str = "", typed: Words | None = None) -> ResponseReturnValue:
    known, desk = acknowledgements.all_words(db()), runtime().config.desk.name
    return settings.page(
        "acknowledgements/index.html",
        "acknowledgements.index",
        422 if wrong else 200,
        wrong=wrong,
        typed=typed,
        mailboxes=db().scalars(select(Mailbox).where(Mailbox.is_active).order_by(Mailbox.address)).all(),
        moments=((Acknowledges.OFF, _("never")), (Acknowledges.ALWAYS, _("always")),
                 (Acknowledges.CLOSED, _("outside of business hours"))),
        texts=[
            (_name(one), words, acknowledgements.filled(words, desk=desk, number=NUMBER))
            for one, words in sorted(known.items())
        ],
    )  # fmt: skip


def _field(error: WordsRefused, words: Words) -> str:
    """Which field of the form is refused."""
    if error.why == "language":
        return "language"
    is_subject = not words.subject.strip() or (error.what and error.what in words.subject)
    return "subject" if is_subject else "text"


def _name(code: str) -> str:
    try:
        return Locale.parse(code).get_display_name(locale()) or code
    except (UnknownLocaleError, ValueError):
        return code
