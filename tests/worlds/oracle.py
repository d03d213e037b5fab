"""Who may obtain what, in plain Python over plain rows: it shares no line with the product's filter."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, select

from helpdesk import clock
from helpdesk.models.base import Base
from helpdesk.models.role import PERMISSIONS, SCOPES, Permission
from helpdesk.storage.db import Database
from tests.worlds.making import World

_MARK: Final = re.compile(r"mark[0-9a-f]{6}\d{4}")
_TICKET_LINK: Final = re.compile(r"[\"'=]/tickets/(\d+)")
_TEXTS: Final = {  # table → (kind, its key, the columns that hold words)
    "ticket_content": ("ticket", "ticket_id", ("subject", "preview")),
    "message_content": ("message", "message_id", ("subject", "text", "new_text", "html", "new_html")),
    "note_content": ("note", "note_id", ("text",)),
    "attachment_content": ("file name", "attachment_id", ("name",)),
    "draft_content": ("draft", "draft_id", ("text", "html")),
    "draft_file_content": ("draft file name", "draft_file_id", ("name",)),
}
_WAITS: Final = frozenset({"held", "quarantined", "too_large", "put_aside"})
_ON_A_TICKET: Final = frozenset({"new_ticket", "appended", "filed", "bounce", "already_received"})
Row = dict[str, Any]


@dataclass(frozen=True)
class Piece:
    """Where a mark is written: of which kind, in which row, on which ticket."""

    kind: str
    row_id: int
    ticket_id: int | None


def marks_in(text: str) -> set[str]:
    return set(_MARK.findall(text))


def tickets_linked(text: str) -> set[int]:
    return {int(number) for number in _TICKET_LINK.findall(text)}


class State:
    """The rows of the world at one moment, and what follows from them."""

    def __init__(self, db: Database, world: World) -> None:
        self.mode = world.mode
        with db.engine.connect() as connection:
            tables: dict[str, Table] = {table.name: table for table in Base.metadata.sorted_tables}

            def rows(name: str) -> list[Row]:
                return [dict(row) for row in connection.execute(select(tables[name])).mappings()]

            self.days = int(re.findall(r"days_after_closing = (\d+)", rows("policy_version")[0]["body"])[0])
            self.agents = {row["email"]: row for row in rows("agent")}
            self.own_roles = {row["id"]: row for row in rows("own_role")}
            self.tickets = {row["id"]: row for row in rows("ticket")}
            self.customers = {row["id"]: row for row in rows("customer")}
            self.teams = _pairs(rows("team_member"), "agent_id", "team_id")
            self.sees_mailboxes = _pairs(rows("agent_mailbox"), "agent_id", "mailbox_id")
            self.team_of_mailbox = {row["id"]: row["team_id"] for row in rows("mailbox")}
            self.grants = rows("access_grant")
            self.purposes = rows("stated_purpose")
            self.emails = {row["id"]: row for row in rows("inbound_email")}
            self.drafts = {row["id"]: row for row in rows("draft")}
            self.messages = {row["id"]: row for row in rows("message")}
            self.outbox = {row["rfc_message_id"]: row for row in rows("outbound_email")}
            self.recipients: dict[int, set[str]] = defaultdict(set)
            for row in rows("delivery"):
                self.recipients[row["outbound_email_id"]].add(row["email"])
            self.ticket_of = {
                kind: {row["id"]: row["ticket_id"] for row in rows(kind)} for kind in ("message", "note")
            }
            self.written_on = {row["ticket_id"] for row in rows("message") if row["direction"] == "received"}
            self.message_of = {row["id"]: row["message_id"] for row in rows("attachment")}
            self.draft_of = {row["id"]: row["draft_id"] for row in rows("draft_file")}
            self.pieces: dict[str, set[Piece]] = defaultdict(set)
            for name, (kind, key, columns) in _TEXTS.items():
                for row in rows(name):
                    for found in marks_in(" ".join(row[column] or "" for column in columns)):
                        self.pieces[found].add(self._piece(kind, row[key]))
        for found, (kind, row_id) in world.files.items():
            self.pieces[found].add(self._piece(kind, row_id))

    def knows(self, email: str | None, ticket_id: int) -> bool:
        """Whether a ticket's number, customer and state may be shown to them."""
        agent, ticket = self._agent(email), self.tickets.get(ticket_id)
        return bool(agent and ticket and (self._sees(agent, ticket) or self._granted(agent, ticket)))

    def writes_on(self, email: str | None, ticket_id: int) -> bool:
        """Whether a draft of theirs lies on the ticket: its number is no news to them."""
        agent = self._agent(email)
        drafts = self.drafts.values()
        return agent is not None and any(
            (draft["agent_id"], draft["ticket_id"]) == (agent["id"], ticket_id) for draft in drafts
        )

    def reads(self, email: str | None, ticket_id: int | None) -> bool:
        """Whether they have a basis for a ticket's content now."""
        agent, ticket = self._agent(email), self.tickets.get(ticket_id or 0)
        if not agent or not ticket or not (self._ordinary(agent, ticket) or self._granted(agent, ticket)):
            return False
        is_protected = ticket["is_protected"] or self.customers[ticket["customer_id"]]["is_protected"]
        return not is_protected or self._said_what_for(agent, ticket)

    def may_obtain(self, email: str | None, piece: Piece) -> bool:
        agent = self._agent(email)
        if agent is None:
            return False
        if piece.kind in {"draft", "draft file", "draft file name"}:
            draft = self.drafts.get(piece.row_id if piece.kind == "draft" else self.draft_of.get(piece.row_id, 0))
            return draft is not None and draft["agent_id"] == agent["id"]
        if piece.kind == "raw" and self.emails[piece.row_id]["outcome"] not in _ON_A_TICKET:
            email_row = self.emails[piece.row_id]
            is_of_the_team = self.team_of_mailbox[email_row["mailbox_id"]] in self.teams[agent["id"]]
            is_theirs = is_of_the_team or (agent["role"] == "admin" and self._may(agent, Permission.QUARANTINE))
            return email_row["outcome"] in _WAITS and is_theirs
        return self.reads(email, piece.ticket_id)

    def may_be_mailed(self, message_id: int | None, piece: Piece) -> bool:
        """Whether an email that carries this message may hold it: what was written in it, and its own files."""
        of_file = self.message_of.get(piece.row_id) if piece.kind in {"file", "file name"} else None
        return message_id is not None and message_id == (piece.row_id if piece.kind == "message" else of_file)

    def readable_tickets(self, email: str) -> set[int]:
        return {ticket_id for ticket_id in self.tickets if self.reads(email, ticket_id)}

    def _piece(self, kind: str, row_id: int) -> Piece:
        return Piece(kind, row_id, self._ticket_of(kind, row_id))

    def _ticket_of(self, kind: str, row_id: int) -> int | None:
        if kind == "ticket":
            return row_id
        if kind in {"message", "note"}:
            return self.ticket_of[kind].get(row_id)
        if kind in {"file", "file name"}:
            return self.ticket_of["message"].get(self.message_of.get(row_id, 0))
        if kind == "raw":
            found: int | None = self.emails[row_id]["ticket_id"]
            return found
        return None

    def _agent(self, email: str | None) -> Row | None:
        agent = self.agents.get(email or "")
        return agent if agent and not agent["is_disabled"] else None

    def _may(self, agent: Row, permission: Permission) -> bool:
        if agent["own_role_id"] and agent["role"].value == "own":
            return permission.value in self.own_roles[agent["own_role_id"]]["permission_words"].split()
        return agent["role"].value != "own" and permission in PERMISSIONS[agent["role"]]

    def _scope(self, agent: Row) -> str:
        if agent["narrower_scope"]:
            return str(agent["narrower_scope"])
        if agent["role"].value == "own":
            return str(self.own_roles[agent["own_role_id"]]["scope"]) if agent["own_role_id"] else "none"
        return str(SCOPES[agent["role"]])

    def _sees(self, agent: Row, ticket: Row) -> bool:
        is_of_the_team = ticket["team_id"] in self.teams[agent["id"]]
        return {
            "all": True,
            "team": is_of_the_team,
            "mailbox": ticket["mailbox_id"] in self.sees_mailboxes[agent["id"]],
            "mine": is_of_the_team and ticket["assignee_id"] == agent["id"],
        }.get(self._scope(agent), False)

    def _ordinary(self, agent: Row, ticket: Row) -> bool:
        if self.mode == "strict" or not self._may(agent, Permission.HANDLE):
            return False
        if ticket["team_id"] not in self.teams[agent["id"]] or not self._sees(agent, ticket):
            return False
        if self.mode == "team" or ticket["status"] != "closed":
            return True
        if ticket["closed_at"] and ticket["closed_at"] > clock.now() - timedelta(days=self.days):
            return True
        same = (ticket["customer_id"], ticket["team_id"])
        return any(
            (other["customer_id"], other["team_id"]) == same
            and other["status"] != "closed"
            and (other["channel"] != "agent" or other["id"] in self.written_on)
            and other["taken_up_at"] is None
            for other in self.tickets.values()
        )

    def _granted(self, agent: Row, ticket: Row) -> bool:
        reaches = {
            ("ticket", ticket["id"]),
            ("customer", ticket["customer_id"]),
            ("team", ticket["team_id"]),
            ("desk", None),
        }
        return any(
            grant["agent_id"] == agent["id"]
            and grant["state"] == "active"
            and grant["starts_at"] <= clock.now() < grant["expires_at"]
            and (str(grant["scope"]), grant["scope_id"]) in reaches
            for grant in self.grants
        )

    def _said_what_for(self, agent: Row, ticket: Row) -> bool:
        since = clock.now() - timedelta(hours=10)
        return any(
            (said["agent_id"], said["ticket_id"]) == (agent["id"], ticket["id"]) and said["stated_at"] > since
            for said in self.purposes
        )


@dataclass(frozen=True)
class Event:
    """What the trail says of one obtaining."""

    action: str
    actor: str
    object_id: int | None
    basis: str
    facts: Row
    at: datetime


class Trail:
    """The trail as it grows: read once, and only what came since."""

    def __init__(self, db: Database) -> None:
        self.db, self.last = db, 0
        self.of: dict[str, list[Event]] = defaultdict(list)

    def look(self) -> list[Event]:
        """What came since the last look."""
        table = Base.metadata.tables["audit_event"]
        with self.db.engine.connect() as connection:
            rows = (
                connection.execute(select(table).where(table.c.id > self.last).order_by(table.c.id)).mappings().all()
            )
        fresh = [
            Event(
                row["action"], f"{row['actor_kind']} {row['actor_id']}", row["object_id"], row["basis"],
                json.loads(row["core"])["facts"], row["at"],
            )
            for row in rows
        ]  # fmt: skip
        self.last = rows[-1]["id"] if rows else self.last
        for event in fresh:
            self.of[event.actor].append(event)
        return fresh

    def covers(self, actor: str, piece: Piece) -> bool:
        """Whether an event says that this was obtained, and by what right; a list names its tickets."""
        return any(event.basis and (event.action, True) in _named(event, piece) for event in self.of[actor])


def _named(event: Event, piece: Piece) -> Iterator[tuple[str, bool]]:
    """Which actions cover a piece, and whether this event is about it."""
    of_ticket = piece.ticket_id is not None and event.facts.get("ticket", event.object_id) == piece.ticket_id
    listed = piece.ticket_id in (event.facts.get("tickets") or [])
    own = event.object_id == piece.row_id
    if piece.kind in {"ticket", "message", "note", "file name"}:
        yield "ticket.read", of_ticket
    if piece.kind in {"ticket", "message"}:
        yield "list.read", listed
    if piece.kind == "message":
        yield "message.read", own
    if piece.kind in {"file", "file name"}:
        yield "attachment.read", own
    if piece.kind == "raw":
        yield "raw_email.read", own
    if piece.kind.startswith("draft"):
        yield "draft.read", True


def _pairs(rows: Iterable[Row], key: str, value: str) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        found[row[key]].add(row[value])
    return found
