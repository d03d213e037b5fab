"""Tickets opened in Chromium as an agent would: what ran, what was asked for, what was painted, what can be read."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Dialog, Error, Frame, Page, Request, Response, ViewportSize
from playwright.sync_api import TimeoutError as TookTooLong

from tests.attacks.world import World
from tests.web.browser import PASSWORD

AT_ONCE = 3  # a browser has six connections to a server, and each tab may listen on one
VIEWPORT = ViewportSize(width=1440, height=900)
OPEN_FOR = 1_000  # milliseconds
MOST_LINKS = 8
OF_A_LETTER = re.compile(r"/messages/\d+/(?:body|parts/\d+)")

OPEN_ALL = "for (const folded of document.querySelectorAll('details')) folded.open = true"
WITHOUT_THE_MAIL = """() => {
  const page = document.querySelector('main, body').cloneNode(true);
  for (const mail of page.querySelectorAll('.text, .preview, iframe, script, style, #list')) mail.remove();
  return page.textContent.replace(/\\s+/g, ' ');
}"""
# Wherever the mail is what one sees or would click on, it must be within its own message.
STRAYED = """() => {
  let strayed = 0;
  const inside = (box, x, y) => x >= box.left - 1 && x <= box.right + 1 && y >= box.top - 1 && y <= box.bottom + 1;
  for (let x = 4; x < innerWidth; x += 16) for (let y = 4; y < innerHeight; y += 16) {
    const seen = document.elementFromPoint(x, y);
    const mail = seen && seen.closest('iframe, .message .text');
    if (!mail) continue;
    const message = mail.closest('.message-body'), thread = mail.closest('#thread');
    if (!message || !inside(message.getBoundingClientRect(), x, y) || !thread
        || !inside(thread.getBoundingClientRect(), x, y)) strayed++;
  }
  const title = document.querySelector('.ticket-head h1').getBoundingClientRect();
  const there = document.elementFromPoint(title.left + 3, title.top + title.height / 2);
  return strayed + (there && there.closest('.ticket-head') ? 0 : 1);
}"""


@dataclass
class Sight:
    """What one opened page showed."""

    scripts: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    strayed: int = 0
    text: str = field(default="", repr=False)  # all an agent can read, the mail's frames included
    around: str = field(default="", repr=False)  # what the desk says, without what the mail says


@dataclass
class _Tab:
    """One tab of an agent's browser, which goes from page to page."""

    page: Page
    url: str
    sight: Sight = field(default_factory=Sight)
    is_clicking: bool = False

    def __post_init__(self) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.on("Debugger.scriptParsed", self._parsed)
        session.send("Debugger.enable")
        self.page.on("dialog", self.dismiss)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def open(self, path: str) -> None:
        self.sight = Sight()
        self.page.goto(self.url + path, wait_until="commit")

    def read(self) -> None:
        try:
            if self.page.locator(".ticket-head h1").count():
                self.sight.strayed = self.page.evaluate(STRAYED)
            self.sight.around = self.page.evaluate(WITHOUT_THE_MAIL)
            self.page.evaluate(OPEN_ALL)
            words = [frame.locator("body").inner_text() for frame in self.page.frames]
            self.sight.text = "\n".join([*words, self.page.title()])
        except Error as error:
            self.sight.errors.append(f"the page could not be read: {str(error).splitlines()[0][:120]}")

    def click(self) -> None:
        """Each link of the mail once; what opens is closed again."""
        self.is_clicking = True
        for link in list(_links(self.page))[:MOST_LINKS]:
            with suppress(TookTooLong, Error):
                link.click(timeout=500, no_wait_after=True)
                self.page.wait_for_timeout(100)
        self.is_clicking = False

    def dismiss(self, dialog: Dialog) -> None:
        self.sight.scripts.append(f"{dialog.type}: {dialog.message[:40]}")
        dialog.dismiss()

    def _parsed(self, script: dict[str, Any]) -> None:
        url = str(script.get("url", ""))
        if url and "playwright" not in url and not url.startswith((f"{self.url}/static/", "pptr:")):
            self.sight.scripts.append(f"a script in {urlsplit(url).path or url[:60]}")

    def _asked(self, request: Request) -> None:
        if self.is_clicking or request.url.startswith(("data:", "blob:", "about:")):
            return
        is_own = request.url.startswith(f"{self.url}/")
        is_expected = OF_A_LETTER.fullmatch(urlsplit(request.url).path) or not self._is_of_the_mail(request)
        if not (is_own and is_expected):
            self.sight.requests.append(request.url)

    def _is_of_the_mail(self, request: Request) -> bool:
        with suppress(Error):
            return request.frame != self.page.main_frame
        return False

    def _answered(self, response: Response) -> None:
        if response.status >= 500 and response.url.startswith(self.url):
            self.sight.errors.append(f"{response.status} for {urlsplit(response.url).path}")


@dataclass
class Agents:
    """Browsers of agents who are signed in, of one world."""

    world: World
    _contexts: dict[str, BrowserContext] = field(default_factory=dict)
    _tabs: dict[str, list[_Tab]] = field(default_factory=dict)

    def look(self, agent: str, paths: Sequence[str], *, clicks: Sequence[str] = ()) -> dict[str, Sight]:
        """Open each page for a second, some at a time; where it says so, click each link of the mail after that."""
        seen: dict[str, Sight] = {}
        for start in range(0, len(paths), AT_ONCE):
            some = dict(zip(paths[start : start + AT_ONCE], self._tabs_of(agent), strict=False))
            for path, tab in some.items():
                tab.open(path)
            for tab in some.values():
                tab.page.wait_for_load_state("load")
            next(iter(some.values())).page.wait_for_timeout(OPEN_FOR)
            for path, tab in some.items():
                tab.read()
                if path in clicks:
                    self._click(agent, tab)
                seen[path] = tab.sight
        return seen

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()

    def _click(self, agent: str, tab: _Tab) -> None:
        context = self._contexts[agent]
        context.on("page", hear := lambda page: page.on("dialog", tab.dismiss))
        tab.click()
        context.remove_listener("page", hear)
        ours = [each.page for each in self._tabs[agent]]
        for page in context.pages:
            if page not in ours:
                page.close()

    def _tabs_of(self, agent: str) -> list[_Tab]:
        if agent not in self._tabs:
            self._contexts[agent] = context = self.world.ground.browser.new_context(viewport=VIEWPORT)
            context.set_default_timeout(15_000)
            pages = [context.new_page() for _ in range(AT_ONCE)]
            _sign_in(pages[0], self.world.url, agent)
            self._tabs[agent] = [_Tab(page, self.world.url) for page in pages]
        return self._tabs[agent]


def _sign_in(page: Page, url: str, agent: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Email").fill(agent)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_selector("#list")


def _links(page: Page) -> Iterator[Any]:
    for frame in _frames_of_letters(page):
        yield from frame.locator("a, area, [href]").all()
    yield from page.locator(".message .text a").all()


def _frames_of_letters(page: Page) -> list[Frame]:
    return [frame for frame in page.frames if OF_A_LETTER.fullmatch(urlsplit(frame.url).path)]


@contextmanager
def agents_of(world: World) -> Iterator[Agents]:
    agents = Agents(world)
    try:
        yield agents
    finally:
        agents.close()
