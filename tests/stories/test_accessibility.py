"""Every page as axe sees it, light and dark; zoomed to 200 %, from right to left, at rest; and where the focus is."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from werkzeug.routing import Rule

from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk
from tests.web.test_matrix import ROWS, address, routes

pytestmark = [pytest.mark.browser, pytest.mark.story]

AXE: Final = Axe().axe_script
WHO: Final = {"ada": 1, "root": 3, "nobody": 0}  # and their columns in the matrix
STANDARDS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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


def addresses(desk: Desk, who: str) -> list[str]:
    """The addresses of all pages that are looked at by this reader: each page by one."""
    browser, found = desk.browser(getattr(desk, who, None)), []
    for method, rule in routes(desk):
        if _reader(method, rule) != who:
            continue
        path = address(desk, rule)
        with browser.get(path) as answer:
            is_page = answer.mimetype == "text/html" and answer.status_code == 200
            # a letter of somebody's is shown in a frame, and a part of a page has no head
            is_own = is_page and "sandbox" not in answer.headers["Content-Security-Policy"]
            if is_own and answer.get_data(as_text=True).lower().startswith("<!doctype"):
                found.append(path)
    return found


def _reader(method: str, rule: Rule) -> str | None:
    row = ROWS[f"{method} {rule.endpoint}"] if method == "GET" else ()
    return next((who for who, column in WHO.items() if row and row[column] == 200), None)


@pytest.mark.parametrize("who", WHO)
def test_axe_finds_nothing_on_any_page_and_each_bears_zoom_and_the_other_direction(
    desk: Desk, desk_url: str, pages: Pages, who: str
):
    paths, page, found = addresses(desk, who), pages.open(), []
    page.emulate_media(reduced_motion="reduce")
    if who != "nobody":
        sign_in(page, desk_url, getattr(desk, who).email)
    for position, path in enumerate(paths):
        besides = FRAME if position and who != "nobody" else []
        found += [f"{path}: {what}" for what in _looked_at(page, desk_url + path, besides)]

    assert paths
    assert not found, "\n".join(found)


def _looked_at(page: Page, url: str, besides: list[str]) -> Iterator[str]:
    page.emulate_media(color_scheme="light")
    page.goto(url)
    page.evaluate(AXE)
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
    page.keyboard.press("u")
    expect(page.get_by_role("link", name="The lamp flickers")).to_be_focused()


def test_nothing_moves_for_those_who_asked_for_rest(desk: Desk, desk_url: str, pages: Pages):
    page = pages.open(reduced_motion="reduce")
    sign_in(page, desk_url, desk.ada.email)
    page.get_by_role("link", name="The lamp flickers").click()
    expect(page.get_by_role("heading", name="The lamp flickers")).to_be_visible()

    assert page.evaluate(MOVING) == []
