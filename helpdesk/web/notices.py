"""Notices: what an agent should know of, behind the bell."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import notices, permissions
from helpdesk.desk.notices import Told
from helpdesk.models.access_grant import Purpose
from helpdesk.models.notice import Notice, NoticeKind
from helpdesk.privacy import access
from helpdesk.privacy import settings as kept
from helpdesk.web import frame
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.words import purposes

bp = Blueprint("notices", __name__)


@bp.get("/notices")
def index() -> ResponseReturnValue:
    return render_template(
        "notices/index.html",
        desk=frame.around(db(), agent(), "notices"),
        notices=_told(notices.latest(db(), agent())),
        told=kept.of_agent(db(), agent(), Told),
        kinds={
            NoticeKind.ASSIGNED: _("A ticket is assigned to me"),
            NoticeKind.MENTION: _("A note mentions me"),
            NoticeKind.NEWS: _("Somebody writes on a ticket that is mine or that I follow"),
        },
    )


@bp.get("/notices/<int:notice_id>")
def show(notice_id: int) -> ResponseReturnValue:
    """To the ticket; who was called to one that they may not read learns its number here, and asks."""
    notice = notices.of_agent(db(), notice_id, by=agent())
    if notice is None:
        raise NotVisible("notice", notice_id)
    number = notices.number(db(), notice)
    if _leads_to_ticket(notice, number):
        return redirect(url_for("tickets.show", number=number))
    return render_template(
        "notices/called.html",
        desk=frame.around(db(), agent(), "notices"),
        number=number,
        at=notice.at,
        is_asked=permissions.waits_for(db(), number, by=agent()),
        purposes=purposes(),
        typed={"purpose": Purpose.ANSWER.value, "reason": _("A colleague asked me to look at this ticket.")},
    )


@bp.post("/notices/seen")
def see() -> ResponseReturnValue:
    notices.see_all(db(), agent())
    return redirect(url_for(".index"), code=303)


@bp.post("/notices/<int:notice_id>/opening")
def open_ticket(notice_id: int) -> ResponseReturnValue:
    """To where it leads, and the notice counts as seen."""
    notice = notices.see(db(), notice_id, by=agent())
    if notice is None:
        raise NotVisible("notice", notice_id)
    number = notices.number(db(), notice)
    if _leads_to_ticket(notice, number):
        return redirect(url_for("tickets.show", number=number), code=303)
    return redirect(url_for(".show", notice_id=notice_id), code=303)


@bp.post("/notices/mail")
def choose_mail() -> ResponseReturnValue:
    bell, mail = (tuple(set(request.form.getlist(name)) & set(NoticeKind)) for name in ("bell", "mail"))
    told = Told(by_mail="by_mail" in request.form, bell=tuple(sorted(bell)), mail=tuple(sorted(mail)))
    kept.change_own(db(), told, by=agent())
    return redirect(url_for(".index"), code=303)


def _told(latest: Sequence[Notice]) -> list[tuple[Notice, int, str]]:
    """Each with its ticket's number and its words, which depend on what this agent may read by now."""
    numbers = notices.numbers(db(), latest)
    may_read = access.readable_ids(db(), set(numbers.values()), by=agent())
    told = []
    for one in latest:
        number = numbers[one.id]
        told.append((one, number, _(notices.words(one, may_read=number in may_read), number=number)))
    return told


def _leads_to_ticket(notice: Notice, number: int) -> bool:
    may_read = bool(access.readable_ids(db(), [number], by=agent()))
    return notices.path(notice, number, may_read=may_read) == f"/tickets/{number}"
