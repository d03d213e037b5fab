"""The system's Chromium, driven by playwright: a page with a script error fails its test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.servers.programs import find, look_for

DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": ViewportSize(width=1440, height=900)},
    "phone": {
        "viewport": ViewportSize(width=390, height=844),
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
NAMES = ("chromium-headless-shell", "chromium", "google-chrome")  # the first draws no windows: a page costs a fifth
PATIENCE = 30_000  # milliseconds: a busy machine takes its time, and where it does not, waiting long costs nothing
SOONER = 6_000  # before the next sign of life of a page that somebody has open
SOON = 12_000  # before a page that hears of nothing would look by itself
ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # root has no sandbox; the pages are ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

expect.set_options(timeout=SOON)


@dataclass
class Pages:
    """Opens pages and remembers what their consoles complained of."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)
    _forgiven: list[str] = field(default_factory=list)

    def open(
        self,
        device: Literal["desktop", "phone"] = "desktop",
        scheme: Literal["light", "dark"] = "light",
        **options: Any,
    ) -> Page:
        """A page in a context (cookies) of its own; further pages of it: `page.context.new_page()`."""
        context = self.browser.new_context(color_scheme=scheme, **DEVICES[device], **options)
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        self._contexts.append(context)
        return context.new_page()

    def forgive(self, part: str) -> None:
        """Expect complaints that hold these words, such as "404" where a page is to be missing."""
        self._forgiven.append(part)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        unforgiven = [said for said in self.complaints if not any(part in said for part in self._forgiven)]
        assert not unforgiven, "the browser complained:\n" + "\n".join(unforgiven)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(f"{said.text} ({said.location['url']})")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Playwright keeps the thread's event loop from then on: asyncio.run() needs another thread."""
    with running_chromium() as started:
        yield started


@contextmanager
def running_chromium(*further: str) -> Iterator[Browser]:
    """`further` are arguments of its command line."""
    with sync_playwright() as playwright:
        brought = playwright.chromium.executable_path  # by `playwright install`, where the system has none
        program = look_for(*NAMES) or (brought if Path(brought).exists() else find(*NAMES, package="chromium"))
        started = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *further])
        yield started
        started.close()


@pytest.fixture
def pages(browser: Browser) -> Iterator[Pages]:
    """`pages.open("phone", "dark")` for any number of pages."""
    opened = Pages(browser)
    yield opened
    opened.close()


@pytest.fixture
def page(pages: Pages) -> Page:
    """One page, on a desktop, light."""
    return pages.open()


def held(page: Page, routes: list[Route]) -> Route:
    """The first request that a route of this page kept: playwright tells the route of it after all others."""
    for _ in range(PATIENCE // 10):
        if routes:
            return routes[0]
        page.wait_for_timeout(10)
    pytest.fail("the page asked for nothing")
