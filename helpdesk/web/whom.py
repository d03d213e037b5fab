"""Where somebody is told no: what is in the way, and whom they may ask. It tells nothing of what there is."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, request, url_for
from sqlalchemy.orm import Session

from helpdesk.desk import agents
from helpdesk.models.agent import Agent
from helpdesk.models.role import Permission
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.web import auth, settings, words
from helpdesk.web.language import _


@dataclass(frozen=True, slots=True)
class InTheWay:
    title: str
    text: str
    link: tuple[str, str] | None = None  # where to go on: address and words


def now() -> InTheWay:
    """Of the page that was asked for; whoever is not signed in is told the least."""
    unsaid = _("Perhaps it was moved, or the address has a typing error, or it is not for you to see.")
    plain = InTheWay(_("There is nothing here"), unsaid)
    if not g.get("agent_id"):
        return plain
    try:
        with auth.runtime().db.reading() as session:
            return _said(session, session.get_one(Agent, g.agent_id), plain)
    except (DatabaseBusy, DatabaseUnreachable):
        return plain


def _said(session: Session, who: Agent, plain: InTheWay) -> InTheWay:
    ask = _ask(agents.names_of(session, Permission.PEOPLE, but=who))
    page = settings.page_at(request.endpoint or "") if request.path.startswith("/settings/") else None
    if page is None:
        return InTheWay(plain.title, _joined(plain.text, ask))
    if page.permission is not None and not who.may(page.permission):
        needs = _(
            "“%(page)s” needs a right that your role does not have: %(permission)s.",
            page=_(page.name),
            permission=words.permissions()[page.permission],
        )
        return InTheWay(_("This is not yours to open"), _joined(needs, ask))
    gone = _("Somebody removed it in the meantime, or the address has a typing error.")
    return InTheWay(_("This is not there any more"), gone, (url_for(page.endpoint), _(page.name)))


def _ask(names: str) -> str:
    return _("If you need it, ask %(names)s.", names=names) if names else ""


def _joined(*sentences: str) -> str:
    said: Sequence[str] = [one for one in sentences if one]
    return " ".join(said)
