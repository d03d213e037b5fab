"""A browser without a screen: it keeps its cookie, and sends the forms it was shown."""

import re
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

PASSWORD = "seven green lamps in the fog"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.token = ""

    def get(self, url: str, **more: Any) -> TestResponse:
        answer = self.client.get(url, **more)
        self._learn(answer)
        return answer

    def post(self, url: str, form: dict[str, str] | None = None, **more: Any) -> TestResponse:
        return self.client.post(url, data={"csrf_token": self.token, **(form or {})}, **more)

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"email": email, "password": password})
        self.get("/inbox/open")
        return answer

    def _learn(self, answer: TestResponse) -> None:
        if answer.mimetype == "text/html" and not answer.content_encoding and (found := _TOKEN.search(answer.text)):
            self.token = found.group(1)


# hashed in a hurry: tests sign in a lot
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
