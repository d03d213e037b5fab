"""A browser without a screen: it keeps its cookie, and sends the forms it was shown."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from helpdesk.desk import agents
from helpdesk.models.agent import Agent
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime

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
        if answer.mimetype == "text/html" and (found := _TOKEN.search(answer.text)):
            self.token = found.group(1)


def with_password(runtime: Runtime, agent: Agent) -> Agent:
    with runtime.db.transaction() as session:
        agents.set_password(session, session.get_one(Agent, agent.id), PASSWORD, by=Machine.DEMO)
    return agent
