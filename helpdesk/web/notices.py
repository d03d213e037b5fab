"""Notices: what an agent should know of, behind the bell."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import notices
from helpdesk.desk.notices import Told
from helpdesk.models.notice import NoticeKind
from helpdesk.privacy import settings as kept
from helpdesk.web import frame
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _

bp = Blueprint("notices", __name__)


@bp.get("/notices")
def index() -> ResponseReturnValue:
    return render_template(
        "notices/index.html",
        desk=frame.around(db(), agent(), "notices"),
        notices=[(one, _(notices.WORDS[one.kind], number=one.ticket_id)) for one in notices.latest(db(), agent())],
        told=kept.of_agent(db(), agent(), Told),
        kinds={
            NoticeKind.ASSIGNED: _("A ticket is assigned to me"),
            NoticeKind.MENTION: _("A note mentions me"),
            NoticeKind.NEWS: _("Somebody writes on a ticket that is mine or that I follow"),
        },
    )


@bp.post("/notices/seen")
def see() -> ResponseReturnValue:
    notices.see_all(db(), agent())
    return redirect(url_for(".index"), code=303)


@bp.post("/notices/<int:notice_id>/opening")
def open_ticket(notice_id: int) -> ResponseReturnValue:
    """To the ticket, and the notice counts as seen."""
    notice = notices.see(db(), notice_id, by=agent())
    if notice is None:
        raise NotVisible("notice", notice_id)
    return redirect(url_for("tickets.show", number=notice.ticket_id), code=303)


@bp.post("/notices/mail")
def choose_mail() -> ResponseReturnValue:
    bell, mail = (tuple(set(request.form.getlist(name)) & set(NoticeKind)) for name in ("bell", "mail"))
    told = Told(by_mail="by_mail" in request.form, bell=tuple(sorted(bell)), mail=tuple(sorted(mail)))
    kept.change_own(db(), told, by=agent())
    return redirect(url_for(".index"), code=303)
