"""The one cookie: a random secret whose hash is looked up in our own table. Nothing else is kept in a browser."""

import hashlib
import hmac
import secrets
from typing import Any, Final

from flask import Flask, Request, Response, g
from flask.sessions import SessionInterface, SessionMixin

_BYTES: Final = 32
_LENGTH: Final = 43  # of 32 bytes in URL-safe base64


class BrowserSecret(dict[str, Any], SessionMixin):
    """What Flask calls the session; it holds only the secret that forms are protected with, made from the cookie's.

    So a form's token is worth nothing with any other login, and nothing after signing out.
    """

    def __init__(self, secret: str, key: bytes, *, is_new: bool) -> None:
        self.secret = secret
        self.is_new = is_new
        self.must_be_set = False
        self.must_be_dropped = False
        self._key = key
        super().__init__(csrf_token=self._csrf_secret())

    def renew(self) -> str:
        """A new secret, at signing in: one that somebody planted before is worth nothing."""
        self.secret = new_secret()
        self.must_be_set = True
        self["csrf_token"] = self._csrf_secret()
        g.pop("csrf_token", None)
        return self.secret

    def drop(self) -> None:
        self.must_be_dropped = True

    def _csrf_secret(self) -> str:
        return hmac.new(self._key, b"csrf:" + self.secret.encode(), hashlib.sha256).hexdigest()


class CookieInterface(SessionInterface):
    def __init__(self, *, is_https: bool) -> None:
        self.is_https = is_https
        self.name = "__Host-session" if is_https else "session"

    def open_session(self, app: Flask, request: Request) -> BrowserSecret:
        assert isinstance(app.secret_key, bytes)  # noqa: S101  create_app sets it
        given = request.cookies.get(self.name, "")
        is_new = len(given) != _LENGTH
        return BrowserSecret(new_secret() if is_new else given, app.secret_key, is_new=is_new)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        assert isinstance(session, BrowserSecret)  # noqa: S101  open_session made it
        if session.must_be_dropped:
            response.delete_cookie(self.name, **self._flags())
        elif session.must_be_set or (session.is_new and "csrf_token" in g):
            response.set_cookie(self.name, session.secret, **self._flags())

    def _flags(self) -> dict[str, Any]:
        return {"path": "/", "secure": self.is_https, "httponly": True, "samesite": "Lax"}


def new_secret() -> str:
    return secrets.token_urlsafe(_BYTES)
