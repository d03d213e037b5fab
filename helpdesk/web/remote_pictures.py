"""Remote pictures: the admin's switch, the click that asks for those of one message, and what the desk fetched."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import inbox, remote_pictures, sign_in
from helpdesk.desk.remote_pictures import RemotePictures
from helpdesk.egress import PICTURE, stating
from helpdesk.mail import remote_picture
from helpdesk.models.message import Message
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.privacy import settings as kept
from helpdesk.web import attachments, pictures, settings
from helpdesk.web.auth import agent, browser, db, runtime, without_database
from helpdesk.web.errors import NotVisible
from helpdesk.web.messages import find

bp = Blueprint("remote_pictures", __name__)


@bp.get("/settings/remote-pictures")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    is_on = remote_pictures.are_offered(db())
    return settings.page("remote_pictures/index.html", "remote_pictures.index", is_on=is_on)


@bp.post("/settings/remote-pictures")
def choose() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    kept.change(db(), RemotePictures(is_on=request.form.get("on") == "1"), by=agent())
    return settings.saved(".index")


@bp.post("/messages/<int:message_id>/pictures")
def ask(message_id: int) -> ResponseReturnValue:
    """Show the pictures of this message, to this agent, for some minutes."""
    message = find(message_id)
    try:
        remote_pictures.ask(db(), message, by=agent())
    except remote_pictures.NotOffered:
        abort(404)
    shown = url_for("tickets.show", number=message.ticket_id, html=message_id, pictures=message_id)
    return redirect(f"{shown}#message-{message_id}", code=303)


@bp.get("/messages/<int:message_id>/remote/<int:number>")
@without_database
def show(message_id: int, number: int) -> Response | tuple[str, int]:
    """One picture, fetched by the desk while no transaction is open; anything but a picture is not handed on."""
    here = runtime()
    with here.db.reading() as session:
        login = sign_in.current(session, browser().secret)
        if login is None:
            return "", 401
        chosen = select(Message).join(Ticket, Ticket.id == Message.ticket_id).where(Message.id == message_id)
        message = session.scalar(chosen.where(inbox.is_visible(login.agent)))
        address = pictures.address_of(session, message, number, by=login.agent) if message is not None else None
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    if address is None:
        raise NotVisible("message", message_id)
    try:
        with stating(PICTURE):
            return attachments.as_picture(remote_picture.fetch(address), message_id)
    except remote_picture.PictureRefused as refused:
        raise NotVisible("message", message_id) from refused
