"""What can be pressed or gone to on a page of the desk and is no command of the palette, or too small to be hit."""

from collections.abc import Sequence
from typing import Final

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from helpdesk.desk import custom_fields, links, merges, saved_views, tickets, uniting
from helpdesk.models.agent import Agent, Team
from helpdesk.models.custom_field import FieldKind
from helpdesk.privacy import customer_notes
from tests import world

_LONG = "a.rather.long.address.of.somebody@an-organisation-with-a-name.example"

# gone through with j, k and Tab, read rather than done, or there a second time
_PASSED: Final = (
    ".row *", "tbody a", ".text a", "details.message > summary", ".quote > summary", ".happenings > summary",
    ".bottom *", ".skip", "dialog *", ".chart *",
)  # fmt: skip
_MISSING: Final = """async passed => {
  const app = document.querySelector('script[src*="/js/app.js"]')
  if (!app) return []  // no page of the desk
  const { commandsOf } = await import(app.src.replace('app.js', 'commands.js'))
  for (const folded of document.querySelectorAll('details.message, details.earlier')) folded.open = true
  const named = commandsOf(null).map(({ of }) => of)
  for (const folded of document.querySelectorAll('details')) folded.open = true
  const pressed = 'a[href], button, summary, [role=button], input[type=submit], input[type=file]'
  return [...document.querySelectorAll(pressed)]
    .filter(thing => thing.checkVisibility() && !thing.disabled && !thing.matches(passed))
    .filter(thing => !named.includes(thing)
      && !(thing.matches('summary') && named.some(one => thing.parentElement.contains(one))))
    .map(thing => thing.outerHTML.replace(/\\s+/g, ' ').slice(0, 160))
}"""


_CRUSHED: Final = """() => [...document.querySelectorAll('button, summary, a.button')]
  .filter(thing => thing.checkVisibility() && thing.getBoundingClientRect().width < 12)
  .map(thing => thing.outerHTML.replace(/\\s+/g, ' ').slice(0, 160))"""


def with_everything(session: Session, ticket_id: int, *, by: int, admin: int) -> None:
    """All that can stand beside a ticket and be pressed there."""
    ada, root = session.get_one(Agent, by), session.get_one(Agent, admin)
    ticket = tickets.find(session, ticket_id, by=ada)
    team = session.get_one(Team, ticket.team_id)
    merged, linked = (world.a_ticket(session, team) for _ in range(2))
    world.a_ticket(session, team, customer=world.a_customer(session, _LONG, "N. Berg"))
    merges.merge(session, merged, ticket, by=ada)
    links.link(session, ticket, linked, by=ada)
    uniting.unite(session, ticket, _LONG, by=ada)
    tickets.tag(session, ticket, "lamp", by=ada)
    customer_notes.note(session, ticket, "Prefers to be called.", by=ada)
    custom_fields.add(session, FieldKind.TEXT, custom_fields.Wanted("Lamp", "", is_personal=False), by=root)
    saved_views.save(session, "Lamps", "tag:lamp", by=ada)


def not_in_the_palette(page: Page) -> Sequence[str]:
    found: Sequence[str] = page.evaluate(_MISSING, ", ".join(_PASSED))
    return found


def crushed(page: Page) -> Sequence[str]:
    found: Sequence[str] = page.evaluate(_CRUSHED)
    return found
