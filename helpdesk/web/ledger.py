"""The mail ledger on screen: every fetched email and what became of it, and whether the servers agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import ledger_list, reconciliation, waiting
from helpdesk.desk.ledger_list import Asked
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox, MailboxPosition
from helpdesk.models.role import Permission
from helpdesk.web import reasons, settings
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _, ngettext, zone
from helpdesk.web.numbers import whole

bp = Blueprint("ledger", __name__)
_FIELDS: Final = ("mailbox", "outcome", "day")


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    mailbox: str
    place: str
    outcome: str
    kind: str
    reason: str
    ticket: int | None  # only one this admin may know of
    waits: bool


@dataclass(frozen=True, slots=True)
class Count:
    """A folder against the ledger, as last counted."""

    mailbox: str
    words: Sequence[str]
    at: datetime | None
    gap: str
    missing: str


@bp.get("/settings/ledger")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    asked, before = _asked(), request.args.get("before", type=whole)
    found = ledger_list.page(db(), asked, zone(), before=before)
    shown = found[: ledger_list.PAGE]
    given: dict[str, Any] = {name: value for name, value in request.args.items() if name in _FIELDS}
    places = reconciliation.places(db())
    return settings.page(
        "ledger/index.html", "ledger.index", asked=asked, lines=_lines(shown),
        counts=[_count(*one) for one in places], mailboxes=[mailbox for mailbox, _place in places],
        outcomes=reasons.outcomes(),
        older=url_for(".index", **given, before=shown[-1].id) if len(found) > len(shown) else None,
    )  # fmt: skip


def _asked() -> Asked:
    given = request.args
    outcome = given.get("outcome", "")
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError:
        day = None
    day = day if day and 1900 < day.year < 9000 else None
    return Asked(given.get("mailbox", type=whole), Outcome(outcome) if outcome in set(Outcome) else None, day)


def _lines(emails: Sequence[InboundEmail]) -> list[Line]:
    names, words = waiting.mailbox_names(db(), emails), reasons.outcomes()
    visible = ledger_list.visible_tickets(db(), emails, by=agent())
    return [
        Line(
            email.fetched_at, names[email.mailbox_id], f"{email.folder} · {email.uid}", words[email.outcome],
            email.outcome.value, reasons.words(email.reason), email.ticket_id if email.ticket_id in visible else None,
            email.outcome in waiting.WAITS,
        )
        for email in emails
    ]  # fmt: skip


def _count(mailbox: Mailbox, place: MailboxPosition | None) -> Count:
    if place is None or place.counted_at is None or place.server_count is None:
        return Count(mailbox.address, [_("Not counted yet.")], None, "", "")
    said = [ngettext("%(num)s email on the server", "%(num)s emails on the server", place.server_count)]
    if place.before_count:
        said.append(_("%(count)s from before the mailbox was set up", count=place.before_count))
    if place.gone_count:
        said.append(_("%(count)s fetched, and moved or deleted there since", count=place.gone_count))
    gap = ""
    if place.missing_count:
        gap = ngettext("%(num)s email is missing here", "%(num)s emails are missing here", place.missing_count)
    return Count(mailbox.address, said, place.counted_at, gap, place.missing_uids.replace(" ", ", "))
