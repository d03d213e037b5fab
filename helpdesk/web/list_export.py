"""A list of tickets as a file: for who may take lists away, and without what was written."""

from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, abort

from helpdesk.desk import list_export, search
from helpdesk.desk.list_export import Table
from helpdesk.models.custom_field import CustomField, FieldKind
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.web import csv_file, lists, words
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.filters import status_word
from helpdesk.web.language import _, zone
from helpdesk.web.paging import listed

bp = Blueprint("list_export", __name__)


@bp.get("/list.csv")
def download() -> Response:
    """The list that the address names, as it is now."""
    if not agent().may(Permission.EXPORT):
        abort(404)
    fresh()
    here = listed()
    ids = lists.ids_of(db(), agent(), here, most=list_export.MOST)
    if here.words and not ids:  # by words: what the search shows
        ids = [one.id for one in search.search(db(), here.words, by=agent(), days=lists.days()).tickets]
    return csv_file.answer(_lines(list_export.table(db(), ids, by=agent())), name="tickets.csv")


def _lines(table: Table) -> Iterator[str]:
    yield csv_file.line([
        _("Number"), _("State"), _("Team"), _("Mailbox"), _("Assignee"), _("Priority"), _("Messages"), _("Opened"),
        _("Last message"), _("First reply"), _("Closed"), _("Tags"), *(field.name for field in table.fields),
    ])  # fmt: skip
    named = words.priorities()
    for ticket in table.tickets:
        held = table.values.get(ticket.id, {})
        yield csv_file.line([
            ticket.number, status_word(ticket.status), ticket.team.name, ticket.mailbox.address,
            ticket.assignee.name if ticket.assignee else "", named[ticket.priority], ticket.message_count,
            *_moments(ticket), ", ".join(table.tags.get(ticket.id, ())),
            *(_cell(field, held.get(field.id, "")) for field in table.fields),
        ])  # fmt: skip


def _cell(field: CustomField, value: str) -> str:
    return _("yes") if value and field.kind is FieldKind.CHECKBOX else value


def _moments(ticket: Ticket) -> list[str]:
    return [_written(at) for at in (ticket.opened_at, ticket.active_at, ticket.first_reply_at, ticket.closed_at)]


def _written(at: datetime | None) -> str:
    return at.astimezone(zone()).isoformat(timespec="minutes") if at else ""
