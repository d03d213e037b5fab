"""The web application: a Flask whose every request is one transaction."""

from typing import Any

from flask import Flask, Request, abort, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items

from helpdesk import paths
from helpdesk.config import Config
from helpdesk.desk import sign_in
from helpdesk.privacy import audit
from helpdesk.runtime import Runtime
from helpdesk.web import (
    auth,
    brand,
    cookie,
    errors,
    filters,
    headers,
    language,
    numbers,
    pieces,
    sent_back,
    static_files,
    streams,
    templating,
    views,
)

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_MEGABYTE = 1024 * 1024
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Typed(ImmutableMultiDict[str, Any]):
    """What was sent, without the one character that PostgreSQL keeps nowhere and no keyboard has."""

    def __init__(self, given: Any = None) -> None:  # noqa: ANN401  as the class it stands for
        items = iter_multi_items(given) if given is not None else ()
        super().__init__([(name, text.replace("\0", "") if isinstance(text, str) else text) for name, text in items])


class Asked(Request):
    parameter_storage_class = Typed


class Desk(Flask):
    """Returning commits, raising undoes. Reading changes nothing but the audit trail and the login's last-seen."""

    runtime: Runtime
    request_class = Asked

    def dispatch_request(self) -> ResponseReturnValue:
        view = self.view_functions.get(request.endpoint or "")
        if view is None or auth.is_without_database(view):
            return super().dispatch_request()
        return self._read(view) if request.method in _READING else self._write(view)

    def _read(self, view: object) -> ResponseReturnValue:
        with self.runtime.db.reading() as g.session:
            auth.let_in(g.session, view)
            answer = self.make_response(super().dispatch_request())
            readings = audit.uncovered(g.session)
        audit.keep_readings(self.runtime.db, readings)
        if g.login is not None and "X-Unattended" not in request.headers:
            sign_in.keep_last_seen(self.runtime.db, g.login)
        return answer

    def _write(self, view: object) -> ResponseReturnValue:
        with self.runtime.db.transaction() as g.session:
            auth.let_in(g.session, view)
            return self.make_response(super().dispatch_request())


def create_app(runtime: Runtime) -> Desk:
    """The desk's web application, on the parts that the runtime put together."""
    config = runtime.config
    app = Desk(__name__, static_folder=None, template_folder=str(paths.templates()))
    app.url_map.converters["int"] = numbers.NumberConverter
    app.runtime = runtime
    app.extensions["runtime"] = runtime
    app.secret_key = runtime.vault.mac(b"forms", what="web")
    app.config.update(
        MAX_CONTENT_LENGTH=26 * _MEGABYTE,
        MAX_FORM_MEMORY_SIZE=4 * _MEGABYTE,
        TRUSTED_HOSTS=_hosts(config),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # Origin and Sec-Fetch-Site are checked below, and a referrer may be missing
    )
    app.session_interface = cookie.CookieInterface(is_https=config.is_https)
    templating.install(app)
    app.before_request(_refuse_foreign)
    forms = CSRFProtect(app)
    headers.install(app, is_https=config.is_https)
    sent_back.install(app)  # after it: what is packed last can be written into before
    language.install(app, config)
    filters.install(app)
    brand.install(app, runtime)
    static_files.install(app)
    pieces.install(app)
    errors.install(app)
    streams.install(app, threads=config.web.threads)
    views.install(app)
    for view in filter(auth.is_protected_by_its_address, app.view_functions.values()):
        forms.exempt(view)
    return app


def _hosts(config: Config) -> list[str]:
    """The names we answer to; on this machine alone, each name of this machine."""
    named = {config.host, *config.web.extra_hosts.replace(",", " ").split()}
    return sorted(named | _THIS_MACHINE if named & _THIS_MACHINE else named)


def _refuse_foreign() -> None:
    """A change asked for by another site's page is refused before anything else is looked at."""
    if request.method in _READING:
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "")
    is_own = not origin or origin.rpartition("://")[2] == request.host
    if site not in {"same-origin", "none"} or not is_own:
        abort(400)
