"""Who is at the other end: every page is for signed-in agents unless its view says otherwise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import current_app, g, make_response, redirect, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk.desk import sign_in
from helpdesk.desk.sign_in import Login
from helpdesk.models.agent import Agent
from helpdesk.runtime import Runtime
from helpdesk.web.cookie import BrowserSecret

View = TypeVar("View", bound=Callable[..., object])


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer."""


class ConfirmationNeeded(Exception):
    """The agent is signed in, and has to prove once more to be there before this."""


class SetUpNeeded(Exception):
    """The desk asks for a second factor, and this agent has none yet."""


def public(view: View) -> View:
    """This view answers everybody."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark that dispatching looks for
    return view


def without_database(view: View) -> View:
    """This view needs no database session, or takes care of its own."""
    view.is_without_database = True  # type: ignore[attr-defined]
    return view


def protected_by_its_address(view: View) -> View:
    """This view's address holds a secret that only a mailed link knows; it stands for the form's token."""
    view.is_protected_by_its_address = True  # type: ignore[attr-defined]
    return view


def while_setting_up(view: View) -> View:
    """This view answers also those who still have to set up their second factor."""
    view.is_while_setting_up = True  # type: ignore[attr-defined]
    return view


def asks_for_what_anybody_may(view: View) -> View:
    """This form does nothing that its sender could not do anyway, without a cookie: so it needs no token."""
    return protected_by_its_address(view)


def is_public(view: object) -> bool:
    return getattr(view, "is_public", False)


def is_without_database(view: object) -> bool:
    return getattr(view, "is_without_database", False)


def is_protected_by_its_address(view: object) -> bool:
    return getattr(view, "is_protected_by_its_address", False)


def runtime() -> Runtime:
    found = current_app.extensions["runtime"]
    assert isinstance(found, Runtime)  # noqa: S101  create_app put it there
    return found


def db() -> Session:
    """The session of this request's transaction."""
    found = g.session
    assert isinstance(found, Session)  # noqa: S101  dispatching put it there
    return found


def agent() -> Agent:
    """The agent who is signed in."""
    found = g.agent
    assert isinstance(found, Agent)  # noqa: S101  let_in put it there
    return found


def login() -> Login:
    """The login of the agent who is signed in."""
    found = g.login
    assert isinstance(found, Login)  # noqa: S101  let_in put it there
    return found


def fresh() -> None:
    """Before what weighs (granting, exporting, erasing, roles, secrets): whoever asks has just proved to be there.

    Call it first in a view. Raises ConfirmationNeeded ten minutes after the last proof: the agent is asked for it,
    and what they had sent is sent again afterwards, but for passwords and files. A GET guarded too asks beforehand.
    """
    if not login().is_fresh:
        raise ConfirmationNeeded


def who_asks() -> Login:
    """For a view without a database session: the login, from a short look. Raises SignInNeeded, SetUpNeeded."""
    view = current_app.view_functions.get(request.endpoint or "")
    with runtime().db.reading() as session:
        let_in(session, view)
    return login()


@contextmanager
def transaction() -> Iterator[Session]:
    """For a view that looked who asks some time before it writes: they are still signed in, and stay so meanwhile.

    Raises SignInNeeded, SetUpNeeded.
    """
    with runtime().db.transaction() as session:
        let_in(session, current_app.view_functions.get(request.endpoint or ""))
        yield session


def browser() -> BrowserSecret:
    found = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  how a proxy is looked through
    assert isinstance(found, BrowserSecret)  # noqa: S101  CookieInterface made it
    return found


def let_in(at: Session, view: object) -> None:
    """Find out who asks. Raises SignInNeeded or SetUpNeeded where the view is not for everybody."""
    g.login = None if browser().is_new else sign_in.current(at, browser().secret)
    g.agent = g.login.agent if g.login else None
    # plain values for the pages after a rollback, when the row is dead
    g.agent_id, g.language, g.theme = (g.agent.id, g.agent.language, g.agent.theme) if g.agent else (None, None, None)
    if g.agent is None and not is_public(view):
        raise SignInNeeded
    is_open = is_public(view) or getattr(view, "is_while_setting_up", False)
    if g.login is not None and g.login.must_set_up and not is_open:
        raise SetUpNeeded


def ask_to_sign_in() -> Response:
    """To the sign-in page and back again."""
    return go_by_way_of("sign_in.show")


def go_by_way_of(endpoint: str) -> Response:
    """To a page, and back again from there; a page fetched by a script is told to go there as a whole."""
    if request.headers.get("HX-Request"):
        answer = make_response("", 401)
        answer.headers["HX-Redirect"] = url_for(endpoint, next=own_path(request.headers.get("HX-Current-URL", "")))
        return answer
    return redirect(url_for(endpoint, next=request.full_path.rstrip("?") if request.path != "/" else None))


def own_path(address: str) -> str:
    """The path of an address of ours; anything else becomes the front page."""
    path = address.removeprefix(request.host_url.rstrip("/"))
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if is_own and path.isprintable() else "/"
