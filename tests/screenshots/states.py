"""States that no link leads to: something open, chosen, typed wrongly, gone, or without a connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.demo.company import company
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from tests import furniture


@dataclass(frozen=True, slots=True)
class State:
    """A page, and what is done on it before its picture is taken; `after` puts the browser right.

    `before` alters the desk and `undone` puts it right.
    """

    path: str
    steps: Callable[[Page], None] | None = None
    before: Callable[[Session], None] | None = None
    after: Callable[[Page], None] | None = None
    undone: Callable[[Session], None] | None = None


def pressing(*keys: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        _ready(page)
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(300)

    return press


def opening(selector: str) -> Callable[[Page], None]:
    """A menu, or something that folds: the first of these that can be seen."""

    def open_it(page: Page) -> None:
        _ready(page)
        page.locator(selector).locator("visible=true").first.evaluate("one => (one.closest('details').open = true)")
        page.wait_for_timeout(200)

    return open_it


def sending(form: str, **fields: str) -> Callable[[Page], None]:
    """A form with wrong words in it, past what the browser would refuse by itself."""

    def send(page: Page) -> None:
        there = page.locator(form).first
        there.evaluate(
            "one => { one.noValidate = true; const box = one.closest('details'); if (box) box.open = true }"
        )
        for name, typed in fields.items():
            field = there.locator(f"[name={name}]").first
            field.evaluate("(one, typed) => { one.value = typed }", typed)
        there.evaluate("one => one.requestSubmit()")
        page.wait_for_load_state()
        page.wait_for_timeout(200)
        page.locator("[aria-busy=true]").first.wait_for(state="detached")

    return send


def writing(words: str, *keys: str) -> Callable[[Page], None]:
    """Into the editor of the ticket that is open."""

    def write(page: Page) -> None:
        _ready(page)
        page.locator("#editor").wait_for()
        page.keyboard.press("r")
        page.keyboard.type(words)
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(500)

    return write


def offline(page: Page) -> None:
    _ready(page)
    page.context.set_offline(True)
    page.wait_for_timeout(300)


def signed_out(page: Page) -> None:
    """While an answer is written; then it is sent."""
    writing("Thank you for telling us. Could you send a picture?")(page)
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(600)


def signed_out_at(form: str) -> Callable[[Page], None]:
    def send(page: Page) -> None:
        page.context.clear_cookies()
        sending(form)(page)

    return send


def deleted_meanwhile(page: Page) -> None:
    """By a colleague, while its answer is written: told here, and the words stay."""
    writing("Thank you for telling us. Could you send a picture?")(page)
    page.route("**/replies*", lambda route: route.fulfill(status=404))
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(600)


def addressed_wrongly(page: Page) -> None:
    """To somebody whose address can't be one."""
    writing("")(page)
    typed = page.locator(".to-reply .typed").first
    typed.fill("rosa@nowhere, marco(at)example.org")
    typed.press("Enter")
    page.wait_for_timeout(300)


def looking_at_a_file(page: Page) -> None:
    """Its pages, opened from the ticket it came with."""
    for row in page.locator("#rows .subject a").all()[:12]:
        row.click()
        page.locator("#ticket .ticket").wait_for()
        if page.locator(".file-look").count():
            page.goto(str(page.evaluate("document.querySelector('.file-look').href")))
            return
        page.go_back()


def choosing(page: Page) -> None:
    _ready(page)
    for row in page.locator(".row .pick").all()[:4]:
        row.check(force=True)
    page.wait_for_timeout(400)


def _ready(page: Page) -> None:
    page.locator("html[data-ready=yes]").wait_for(state="attached")


def _back_online(page: Page) -> None:
    page.context.set_offline(False)


def _as_before(page: Page) -> None:
    """What was answered wrongly on purpose is asked of the desk again, by who was signed in."""
    page.unroute_all()
    page.goto(urljoin(page.url, "/sign-in"))
    if page.locator("[name=password]").count():
        _sign_in(page, next(member.email for member in company().members if member.role == "admin"))


def _disconnect(session: Session) -> None:
    for mailbox in session.scalars(select(Mailbox).limit(1)):
        mailbox.sending_paused_because = "535 5.7.8 Authentication failed"


def _connect(session: Session) -> None:
    for mailbox in session.scalars(select(Mailbox)):
        mailbox.sending_paused_because = None


def _forget_freshness(session: Session) -> None:
    admins = select(Agent).where(Agent.email.in_([member.email for member in company().members]))
    for one in session.scalars(admins):
        furniture.let_time_pass(session, one)


def _second_step(page: Page) -> None:
    _sign_in(page, "second@corvid.example")


def _sign_in(page: Page, email: str) -> None:
    page.fill("[name=email]", email)
    page.fill("[name=password]", company().password)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()


_LIST: Final = "/inbox/open"
_TICKET: Final = "/inbox/unassigned"  # and its first row


def _in_ticket(then: Callable[[Page], None]) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        _ready(page)
        page.locator("#rows .subject a").first.click()
        page.locator("#ticket .ticket").wait_for()
        page.wait_for_timeout(300)
        then(page)

    return do


STATES: Final[Mapping[str, Mapping[str, State]]] = {
    "admin": {
        "search-found": State("/search?q=brake"),
        "search-none": State("/search?q=zzqqxx"),
        "search-wrong": State("/search?q=before:someday"),
        "search-narrow": State("/search?q=brake", opening(".chips summary")),
        "list-chosen": State(_LIST, choosing),
        "list-offline": State(_LIST, offline, after=_back_online),
        "palette": State(_LIST, pressing("Control+k")),
        "palette-none": State(_LIST, pressing("Control+k", *"zzqq")),
        "keys": State(_LIST, pressing("?")),
        "ticket-assign": State(_TICKET, _in_ticket(opening("summary[data-key=a]"))),
        "ticket-snooze": State(_TICKET, _in_ticket(opening("summary[data-key=h]"))),
        "ticket-state": State(_TICKET, _in_ticket(opening("summary[data-key=s]"))),
        "ticket-more": State(_TICKET, _in_ticket(opening(".ticket-actions summary[aria-label=More]"))),
        "ticket-picker": State(_TICKET, _in_ticket(writing("", ";"))),
        "ticket-writing": State(_TICKET, _in_ticket(writing("Thank you for telling us. Could you send a picture?"))),
        "ticket-note": State(_TICKET, _in_ticket(pressing("n"))),
        "ticket-forward": State(_TICKET, _in_ticket(pressing("f"))),
        "ticket-offline": State(_TICKET, _in_ticket(offline), after=_back_online),
        "ticket-signed-out": State(_TICKET, _in_ticket(signed_out), after=_as_before),
        "ticket-deleted-meanwhile": State(_TICKET, _in_ticket(deleted_meanwhile), after=_as_before),
        "ticket-to-nobody": State(_TICKET, _in_ticket(addressed_wrongly)),
        "form-signed-out": State(
            "/settings/account", signed_out_at("form[action$='/settings/account']"), after=_as_before
        ),
        "mailbox-disconnected": State(_LIST, before=_disconnect, undone=_connect),
        "ticket-merge-wrong": State(_TICKET, _in_ticket(sending("form[action$='/merge']", number="987654"))),
        "wrong-team": State("/settings/teams", sending("form[action$='/settings/teams']", name=" ")),
        "wrong-agent": State(
            "/settings/agents", sending("form[action$='/settings/agents']", name="Eva", email="eva")
        ),
        "wrong-account": State("/settings/account", sending("form[action$='/settings/account']", name=" ")),
        "wrong-hours": State("/settings/business-hours", sending("form[action$='/business-hours']", day0="nine")),
        "wrong-reply": State(
            "/settings/saved-replies", sending("form[action$='/saved-replies']", name="Bulb", text=" ")
        ),
        "wrong-erasure": State("/settings/erasures?who=987654"),
        "files": State("/search?q=has:attachment", looking_at_a_file),
        "came-back-from-nowhere": State("/settings/mailbox-logins/callback"),
        "search": State("/search"),
        "gone": State("/settings/agents/987654"),
        "wrong-rule": State("/settings/filter-rules/new", sending("form[action$='/filter-rules']", name="Adverts")),
        "wrong-mailbox": State(
            "/settings/mailboxes/new?address=help@corvid.example",
            sending("form[action$='/mailboxes']", imap_port="x"),
        ),
        "asked-again": State("/confirmation?next=/settings/mailboxes/new", before=_forget_freshness),
    },
    "agent": {
        "not-yours": State("/settings/mailboxes"),
        "nothing-here": State("/tickets/987654"),
    },
    "nobody": {
        "wrong-password": State(
            "/sign-in", sending("form:has([name=password])", email="eva@corvid.example", password="x")
        ),
        "second-step": State("/sign-in/second-step", _second_step),
    },
    "empty": {
        "search-none": State("/search?q=brake"),
        "palette": State(_LIST, pressing("Control+k")),
        "mailbox-new": State("/settings/mailboxes/new?address=support@corvid.example"),
    },
    "trouble": {str(code): State(f"/trouble/{code}") for code in (400, 403, 404, 405, 413, 429, 500, 503)},
}
