"""Pages for when something does not work: what happened, what to do, a reference, and never a trace."""

import logging
import secrets
from dataclasses import dataclass, field

from flask import Flask, current_app, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError
from werkzeug.wrappers import Response

from helpdesk.desk.tickets import NotOfTheTeam
from helpdesk.models.agent import Agent
from helpdesk.privacy import audit
from helpdesk.privacy.access import AccessDenied
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.web import auth, confirmation, whom
from helpdesk.web.headers import MESSAGE_POLICY
from helpdesk.web.language import _

log = logging.getLogger("helpdesk.web")

_Page = tuple[str, int, dict[str, str]]


@dataclass(frozen=True)
class Link:
    url: str
    words: str
    is_apart: bool = False  # opened in a tab beside this one


@dataclass(frozen=True)
class Shown:
    title: str
    text: str
    links: list[Link]
    reference: str = ""
    kept: str = field(default="", repr=False)  # what the agent had typed
    waits: confirmation.Meant | None = None  # a form that is sent once a tab of this browser is signed in again


class NotVisible(Exception):
    """What was asked for does not exist for this agent."""

    def __init__(self, kind: str, row_id: int) -> None:
        super().__init__(f"{kind} {row_id} is not visible")
        self.kind = kind
        self.row_id = row_id


def install(app: Flask) -> None:
    app.register_error_handler(auth.SignInNeeded, _sign_in_needed)
    app.register_error_handler(auth.ConfirmationNeeded, confirmation.ask)
    app.register_error_handler(auth.SetUpNeeded, confirmation.ask_to_set_up)
    app.register_error_handler(NotVisible, _not_visible)
    app.register_error_handler(AccessDenied, _denied)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(NotOfTheTeam, lambda _error: _http(BadRequest()))
    app.register_error_handler(DatabaseBusy, _unavailable)
    app.register_error_handler(DatabaseUnreachable, _unavailable)
    app.register_error_handler(SecurityError, _wrong_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _sign_in_needed(_error: auth.SignInNeeded) -> Response | _Page:
    if request.method in {"GET", "HEAD"} and not _is_framed():
        return auth.ask_to_sign_in()
    return _please_sign_in(confirmation.sent())


def _please_sign_in(waits: confirmation.Meant | None = None) -> _Page:
    text = _("You were signed out in the meantime. Sign in again, in a tab beside this; what you wrote waits here.")
    link = Link(url_for("sign_in.show"), _("Sign in"), is_apart=True)
    return _page(401, _("Please sign in again"), text, link, waits=waits)


def _not_visible(error: NotVisible) -> _Page:
    _refused(error.kind, error.row_id, None)
    return _not_found()


def _denied(error: AccessDenied) -> _Page:
    _refused(error.object_kind, error.object_id, error.subject_id)
    return _not_found()


def _refused(kind: str, row_id: int, subject_id: int | None) -> None:
    """Leave an event about a refusal; a change that was under way has been undone before."""
    with auth.runtime().db.transaction() as session:
        by = session.get(Agent, g.agent_id) if g.get("agent_id") else None
        audit.record(session, f"{kind}.refused", by=by, on=(kind, row_id), subject_id=subject_id)


def _stale_form(_error: CSRFError) -> _Page:
    view = current_app.view_functions.get(request.endpoint or "")
    if auth.browser().is_new and not auth.is_public(view):
        return _please_sign_in()  # nothing tells whose form it was: it is to be copied, not sent
    text = _("This page was open for a long time, or in another login. Go back, load the page and send it again.")
    return _page(400, _("This form is no longer valid"), text)


def _unavailable(error: Exception) -> _Page:
    reference = _reference()
    log.error("unavailable %s: %s %s: %s", reference, request.method, request.endpoint, error)
    text = _("The database does not answer in time. Nothing was changed. Try again in a moment.")
    return _page(503, _("Not available at the moment"), text, reference=reference)


def _wrong_host(_error: SecurityError) -> _Page:
    """No page: its links would have to be made for a host that is not ours."""
    return _("This desk is not at this address."), 400, {"Content-Type": "text/plain; charset=utf-8"}


def _http(error: HTTPException) -> _Page | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    if code in {403, 404}:
        return _not_found()
    texts = {
        400: (_("This request can't be understood"), _("Something about it was unexpected. Go back and try again.")),
        405: (_("That does not work here"), _("This address does not take such requests.")),
        413: (_("That is too large"), _("At most 26 MB can be sent at once.")),
        429: (_("Too many attempts"), _("Wait a few minutes, then try again.")),
    }
    title, text = texts.get(code, (_("Something went wrong"), _("Try again in a moment.")))
    return _page(code, title, text)


def _broken(error: Exception) -> _Page:
    """A mistake of ours: its kind and place go to the log; its words, which may hold content, do not."""
    reference = _reference()
    place = _place(error)
    log.error("error %s: %s %s: %s at %s", reference, request.method, request.endpoint, type(error).__name__, place)
    text = _(
        "This is our mistake, not yours. Nothing was changed. By its reference the operator finds it in the log."
    )
    return _page(500, _("Something went wrong"), text, reference=reference)


def _not_found() -> _Page:
    said = whom.now()
    return _page(404, said.title, said.text, *([Link(*said.link)] if said.link else []))


def _page(
    code: int, title: str, text: str, *links: Link, reference: str = "", waits: confirmation.Meant | None = None
) -> _Page:
    if _is_framed():
        said = escape("{}. {}").format(title, text)
        framed = render_template("messages/body.html", html=said, subject=title)
        return framed, code, {"Content-Security-Policy": MESSAGE_POLICY}
    kept = _kept() if code != 413 else ""
    shown = Shown(title, text, list(links) or _ways_back(), reference, kept, waits)
    return render_template("errors/error.html", error=shown, breadth="broad"), code, {}


def _is_framed() -> bool:
    """Whether it was to stand in the frame of a letter; our pages refuse to."""
    return request.headers.get("Sec-Fetch-Dest") == "iframe"


def _ways_back() -> list[Link]:
    """To the page whose form was sent, and to the inbox; customers have none."""
    form = auth.own_path(request.referrer or "/")
    back = [Link(form, _("Back to the form"))] if request.method == "POST" and form != "/" else []
    return [*back, Link(url_for("inbox.home"), _("To the inbox"))] if request.cookies else back


def _kept() -> str:
    """The words that were typed, not what buttons and menus said."""
    typed = [text for _name, text in confirmation.sent().fields if len(text.split()) > 1 or "@" in text]
    return "\n\n".join(typed) or request.form.get("text", "")


def _reference() -> str:
    return secrets.token_hex(4)


def _place(error: Exception) -> str:
    step = error.__traceback__
    names = []
    while step is not None:
        code = step.tb_frame.f_code
        names.append(f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno}")
        step = step.tb_next
    return " > ".join(names[-4:])
