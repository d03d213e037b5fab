"""A browser without a screen: it keeps its cookie, and sends the forms it was shown."""

import re
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from helpdesk.web.cookie import CookieInterface, new_secret

PASSWORD = "seven green lamps in the fog"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    def __init__(self, app: Flask) -> None:
        self.app, self.client = app, app.test_client()
        self.token = ""

    def get(self, url: str, **more: Any) -> TestResponse:
        answer = self.client.get(url, **more)
        self._learn(answer)
        return answer

    def post(self, url: str, form: dict[str, str] | None = None, **more: Any) -> TestResponse:
        return self.client.post(url, data={"csrf_token": self.token, **(form or {})}, **more)

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        """What the form does. No page is loaded for its token: a thousand tests begin here."""
        self._learn_from_cookie()
        answer = self.post("/sign-in", {"email": email, "password": password})
        self._learn_from_cookie()
        return answer

    def _learn(self, answer: TestResponse) -> None:
        if answer.mimetype == "text/html" and not answer.content_encoding and (found := _TOKEN.search(answer.text)):
            self.token = found.group(1)

    def _learn_from_cookie(self) -> None:
        """The token that forms have for this cookie; if there is none, for a new one, as a first page sets it."""
        interface = self.app.session_interface
        assert isinstance(interface, CookieInterface)
        name = interface.name
        if self.client.get_cookie(name) is None:
            self.client.set_cookie(name, new_secret())
        held = self.client.get_cookie(name)
        assert held
        with self.app.test_request_context(headers={"Cookie": f"{name}={held.value}"}):
            self.token = generate_csrf()


# hashed in a hurry: tests sign in a lot
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
