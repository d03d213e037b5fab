"""Asking the desk for everything it has an address for, with arguments and forms that point anywhere in the world."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import BuildError, Rule
from werkzeug.test import TestResponse

from helpdesk.models.base import Base
from helpdesk.models.ticket import Place
from helpdesk.privacy import protection
from helpdesk.storage.db import Database
from tests.web import matrix, people_matrix, statistics_matrix, writing_matrix
from tests.web.browser import Browser
from tests.worlds.making import WORD

FORMS: Final = matrix.FORMS | people_matrix.FORMS | statistics_matrix.FORMS | writing_matrix.FORMS
# a stream never ends, and is asked apart; who signs out or confirms has no part in what is looked for
APART: Final = frozenset({"events.stream", "sign_in.sign_out", "static.show", "security.end_other_logins"})
_TABLES: Final = {  # which rows an argument can name
    "number": "ticket",
    "other": "ticket",
    "message_id": "message",
    "attachment_id": "attachment",
    "email_id": "inbound_email",
    "draft_id": "draft",
    "file_id": "draft_file",
    "grant_id": "access_grant",
    "agent_id": "agent",
    "team_id": "team",
    "mailbox_id": "mailbox",
    "delivery_id": "delivery",
}
_WORDS: Final = {
    "view": ("mine", "unassigned", "open", "pending", "closed", "spam", "trash"),
    "name": ("css/base.css",),
}
_QUERIES: Final = (
    "", f"?q={WORD}", "?view=closed", f"?q={WORD}&view=open", "?whole=1", "?compose=reply", "?compose=forward",
    "?number=1", "?who=customer1%40customer.example", "?format=csv", "?tickets=1,2,3,4,5,6,7",
)  # fmt: skip


@dataclass
class Asked:
    """One request, and what came back."""

    method: str
    url: str
    endpoint: str
    status: int
    text: str = field(repr=False)


class Asker:
    """Makes requests to the real routes of the application's own map."""

    def __init__(self, app: Flask, db: Database, random: Random) -> None:
        self.app, self.random = app, random
        tables = Base.metadata.tables
        with db.engine.connect() as connection:
            self.ids = {name: list(connection.scalars(select(tables[table].c.id))) for name, table in _TABLES.items()}

    def routes(self, method: str) -> list[Rule]:
        rules = [rule for rule in self.app.url_map.iter_rules() if method in (rule.methods or ())]
        chosen = [rule for rule in rules if rule.endpoint not in APART]
        self.random.shuffle(chosen)
        return chosen

    def addresses(self, rule: Rule, most: int) -> Iterator[str]:
        """Some addresses of a route, no two alike."""
        urls = {self._address(rule) for _ in range(most if rule.arguments else 1)}
        for url in sorted(urls):
            yield url + (self.random.choice(_QUERIES) if "GET" in (rule.methods or ()) else "")

    def ask(self, browser: Browser, method: str, rule: Rule, url: str) -> Asked:
        answer = browser.get(url) if method == "GET" else browser.post(url, self._form(rule))
        return Asked(method, url, rule.endpoint, answer.status_code, body_of(answer))

    def _address(self, rule: Rule) -> str:
        values = {name: self._value(name) for name in rule.arguments}
        built = rule.build(values)
        if built is None:
            raise BuildError(rule.endpoint, values, "GET")
        return str(built[1])

    def _value(self, name: str) -> Any:
        if name in self.ids:
            return self.random.choice(self.ids[name] or [987654])
        if name in _WORDS:
            return self.random.choice(_WORDS[name])
        return {"token": "x" * 43, "secret": "x" * 64, "version": "1"}.get(name, 1)

    def _form(self, rule: Rule) -> dict[str, str]:
        """A form that is often right: names of rows are drawn, and the rest is as in the matrix of roles."""
        number = str(self.random.choice(self.ids["number"]))
        drawn = {
            "number": number,
            "ticket": number,
            "team": str(self.random.choice(self.ids["team_id"])),
            "assignee": str(self.random.choice(self.ids["agent_id"])),
            "place": self.random.choice([place.value for place in Place]),
            "purpose": self.random.choice([purpose.value for purpose in protection.ASKED]),
            "mode": self.random.choice(("all", "sender", "forward")),
            "forward_to": "stranger@elsewhere.example",
            "originals": str(self.random.choice(self.ids["attachment_id"])),
            "ruling": self.random.choice(("aside", "ticket", "join", "again")),
            "answer": self.random.choice(("join", "believe", "undo", "decline", "allow", "refuse")),
            "verdict": self.random.choice(("right", "wrong", "confirm")),
            "hours": "2",
            "reason": "The export fails",
            "key": "0123456789abcdef",
        }
        if rule.endpoint == "grants.ask" and self.random.random() < 0.5:
            drawn["break_glass"] = "1"
        fixed = {name: text for name, text in FORMS.get(rule.endpoint, {}).items() if name not in drawn}
        return drawn | fixed


def body_of(answer: TestResponse) -> str:
    """What came over the wire, unpacked: where it goes on to is looked at like what it says."""
    text = answer.get_data().decode("utf-8", "replace") + " " + answer.headers.get("Location", "")
    answer.close()
    return text
