"""Every page as axe sees it, light and dark; zoomed to 200 %, from right to left, at rest; and where the focus is."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from helpdesk import clock
from helpdesk.desk import second_factor
from helpdesk.models.agent import Agent
from helpdesk.models.role import Role
from helpdesk.models.second_factor import Authenticator
from tests import world
from tests.furniture import Paths, furnish, let_time_pass
from tests.servers.chromium import Pages
from tests.stories.pressable import crushed, not_in_the_palette, with_everything
from tests.stories.test_desk_in_browser import post_sign_in, sign_in
from tests.web.desk import Desk
from tests.web.not_pages import NOT_PAGES
from tests.web.test_matrix import ROWS, address, routes
from tests.web.test_sent_back import WRONG

pytestmark = [pytest.mark.browser, pytest.mark.story]

AXE: Final = Axe().axe_script
WHO: Final = {"ada": 1, "root": 3, "nobody": 0}  # and their columns in the matrix
STANDARDS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# pages that are nobody's at first: after a while, after a password alone, back from a provider, called by a colleague
ASKED: Final = {
    "confirmation.show": "ada", "sign_in.second_step": "nobody", "mailbox_logins.callback": "root",
    "notices.show": "root", "redactions.show": "ada", "redactions.show_note": "ada",
}  # fmt: skip
STATES: Final = {
    "ada": [
        "/inbox/trash", "/search?q=flickers", "/search?q=gazebo", "/search?q=before:someday", "/nowhere",
        "/tickets/{number}?compose=note", "/tickets/{number}?compose=forward",
    ],
    "root": ["/tickets/{number}", "/settings/mailboxes/new?address=a@b.example"],
    "nobody": ["/password-resets/new?asked=1", *(f"/{what}/{'x' * 43}" for what in ("record", "permission"))],
}  # fmt: skip
REFUSED: Final = (
    "acknowledgements.choose_words", "agents.invite", "brand.change_logo", "business_hours.choose",
    "custom_fields.create", "filter_rules.create", "mailboxes.create", "roles.create",
    "sign_in_rules.choose_provider", "statistics_settings.add_theme",
)  # fmt: skip
# looked at once for each reader, not again on every page
FRAME: Final = ["#views", ".bottom", ".settings-pages", "#keys", "#palette", "#toasts"]
SIDEWAYS: Final = "() => document.documentElement.scrollWidth - innerWidth"
MOVING: Final = """() => [...document.querySelectorAll('*')].filter(one => {
  const style = getComputedStyle(one)
  const times = [style.animationName === 'none' ? '0s' : style.animationDuration, style.transitionDuration]
  return times.join(',').split(',').some(time => parseFloat(time) > 0.01)
}).map(one => one.tagName + '.' + one.className)"""
# the ring stands around what has the focus, around its row, or around the editor it is in
RINGED: Final = """() => {
  const here = document.activeElement
  if (here === document.body || here.tagName === 'IFRAME') return true  // past the end, or within a letter
  const editor = here.closest('.composer')
  const styles = [getComputedStyle(here), getComputedStyle(here, '::after')]
  if (editor) styles.push(getComputedStyle(editor))
  return styles.some(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    || style.boxShadow !== 'none')
}"""


def addresses(desk: Desk, who: str, secrets: Paths) -> list[str]:
    """What this reader looks at: each route that is a page, and states that no route tells of."""
    found: list[str] = []
    for method, rule in routes(desk):
        if method == "GET" and rule.endpoint not in NOT_PAGES and _reader(rule.endpoint, secrets) == who:
            found += secrets.get(rule.endpoint) or [address(desk, rule)]
    return found + [path.format(number=desk.ticket.number) for path in STATES[who]]


def _reader(endpoint: str, secrets: Paths) -> str:
    """Who looks at a page: the first who gets it. A page that nobody gets fails here: it needs a thing to show."""
    row = ROWS[f"GET {endpoint}"]
    who = next((who for who, column in WHO.items() if row[column] == 200), "nobody" if endpoint in secrets else None)
    assert who or endpoint in ASKED, f"{endpoint}: is it a page? Then furnish it; else it belongs to NOT_PAGES"
    return ASKED.get(endpoint) or str(who)


@pytest.mark.parametrize("who", WHO)
def test_axe_finds_nothing_on_any_page_and_each_bears_zoom_and_the_other_direction(
    desk: Desk, desk_url: str, pages: Pages, who: str
):
    with desk.runtime.db.transaction() as session:
        secrets = furnish(session, desk.runtime.vault, desk.ticket, by=desk.root)
    paths, page = addresses(desk, who, secrets), pages.open()
    found: list[str] = []
    pages.forgive("status of 40")  # of states
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script(AXE)  # handed over once, not for each page
    if who == "nobody":
        enter_half_way(page, desk, desk_url)
    else:
        sign_in(page, desk_url, getattr(desk, who).email)
    if who == "ada":
        with desk.runtime.db.transaction() as session:
            note = world.a_note(session, desk.ticket, desk.ada)
        for piece in (f"messages/{desk.message.id}", f"notes/{note.id}"):
            found += as_a_lead(page, desk, f"{desk_url}/{piece}/redaction")
        with desk.runtime.db.transaction() as session:
            let_time_pass(session, desk.ada)
            with_everything(session, desk.ticket.id, by=desk.ada.id, admin=desk.root.id)
    if who == "root":
        paths += refused(page, desk, desk_url)
    for position, path in enumerate(paths):
        besides = FRAME if position and who != "nobody" else []
        found += [f"{path}: {what}" for what in _looked_at(page, desk_url + path, besides)]

    assert paths
    assert not found, "\n".join(found)


def as_a_lead(page: Page, desk: Desk, url: str) -> list[str]:
    """What is wrong with a page that leads alone have, for as long as one just signed in."""
    for role in (Role.LEAD, Role.AGENT):
        with desk.runtime.db.transaction() as session:
            session.get_one(Agent, desk.ada.id).role = role
        if role is Role.LEAD:
            found = list(_looked_at(page, url, []))
            expect(page.locator("h1")).to_contain_text("lack out")
    return found


def enter_half_way(page: Page, desk: Desk, url: str) -> None:
    """With a password that is right and opens nothing yet, as a second step is owed."""
    with desk.runtime.db.transaction() as session:
        second_factor.begin_app(session, desk.runtime.vault, desk.otto)
        session.flush()
        session.get_one(Authenticator, desk.otto.id).confirmed_at = clock.now()
    post_sign_in(page, url, desk.otto.email)


def refused(page: Page, desk: Desk, url: str) -> list[str]:
    """Pages with a form that was refused, each at an address at which the browser finds what the desk answered."""
    root, rules = desk.browser(desk.root), {rule.endpoint: rule for method, rule in routes(desk) if method == "POST"}
    shown = {}
    for endpoint in REFUSED:
        answer = root.post(address(desk, rules[endpoint]), WRONG[endpoint][0])
        assert answer.status_code == 422
        shown[f"/refused/{endpoint}"] = answer.text
    page.route(
        f"{url}/refused/*",
        lambda route: route.fulfill(
            body=shown[urlsplit(route.request.url).path], content_type="text/html; charset=utf-8"
        ),
    )
    return list(shown)


def _looked_at(page: Page, url: str, besides: list[str]) -> Iterator[str]:
    page.emulate_media(color_scheme="light")
    page.goto(url)
    if not page.evaluate("document.doctype && document.querySelector('main')"):
        yield "is no page"
    yield from _violations(page, STANDARDS, besides, "light")
    page.emulate_media(color_scheme="dark")
    yield from _violations(page, ["color-contrast"], besides, "dark")
    before = page.viewport_size
    page.set_viewport_size({"width": 720, "height": 450})  # 1440 by 900 at 200 %
    if (too_wide := page.evaluate(SIDEWAYS)) > 0:
        yield f"scrolls sideways by {too_wide} pixels at 200 %"
    page.evaluate("document.documentElement.dir = 'rtl'")
    if (too_wide := page.evaluate(SIDEWAYS)) > 0:
        yield f"scrolls sideways by {too_wide} pixels from right to left"
    page.set_viewport_size(before or {"width": 1440, "height": 900})
    yield from (f"not in the palette: {what}" for what in not_in_the_palette(page))
    yield from (f"too narrow to be hit: {what}" for what in crushed(page))


def _violations(page: Page, rules: list[str], besides: list[str], scheme: str) -> Iterator[str]:
    options: dict[str, Any] = {"runOnly": rules, "iframes": False, "resultTypes": ["violations"]}
    around = {"include": [["html"]], "exclude": [[part] for part in besides]}
    found = page.evaluate("([around, options]) => axe.run(around, options)", [around, options])
    for violation in found["violations"]:
        for node in violation["nodes"]:
            told = node["any"] or node["all"] or node["none"]
            why = told[0]["message"] if told else violation["help"]
            yield f"{scheme}, {violation['id']}: {' '.join(map(str, node['target']))}: {why}"


def test_the_focus_is_seen_wherever_it_goes_and_comes_back(desk: Desk, desk_url: str, pages: Pages):
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="The lamp flickers")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The lamp flickers")).to_be_visible()

    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if not page.evaluate(RINGED):
            unseen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))

    assert not unseen
    if page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")  # past the end of the page it begins anew
    before = page.evaluate_handle("document.activeElement")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    assert page.evaluate("before => document.activeElement === before && before !== document.body", before)
    page.locator("h1, h2").first.evaluate("document.activeElement.blur()")
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Low", exact=True)).to_be_focused()
    page.keyboard.press("Enter")  # what was done in the ticket leaves one where one was
    expect(page.locator(".priority-low")).to_be_visible()
    expect(page.locator("summary[aria-label=More]")).to_be_focused()
    page.keyboard.press("u")
    expect(page.get_by_role("link", name="The lamp flickers")).to_be_focused()


def test_nothing_moves_for_those_who_asked_for_rest(desk: Desk, desk_url: str, pages: Pages):
    page = pages.open(reduced_motion="reduce")
    sign_in(page, desk_url, desk.ada.email)
    page.get_by_role("link", name="The lamp flickers").click()
    expect(page.get_by_role("heading", name="The lamp flickers")).to_be_visible()

    assert page.evaluate(MOVING) == []
