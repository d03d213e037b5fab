"""Taking pictures: each state once on a wide screen and once on a phone, light and dark, as high as what it holds."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Error, Page, ViewportSize

from helpdesk.demo.company import company
from tests.screenshots.desks import Ground
from tests.screenshots.states import State

WIDTHS: Final = {1440: 900, 1024: 768, 390: 844}
SCHEMES: Final = ("light", "dark")
PHONE: Final = 500  # narrower than this is held in a hand
TALLEST: Final = 4000
_TURN: Final = "document.addEventListener('DOMContentLoaded', () => { document.documentElement.dir = 'rtl' })"
_INNER: Final = "() => Math.max(...[...document.querySelectorAll('.panes.wide, html')].map(one => one.scrollHeight))"


@contextmanager
def opened(browser: Browser, ground: Ground, who: str, width: int, email: str | None = None) -> Iterator[Page]:
    """A page of somebody who is signed in."""
    is_phone = width < PHONE
    size = ViewportSize(width=width, height=WIDTHS[width])
    context = browser.new_context(viewport=size, has_touch=is_phone, is_mobile=is_phone, locale=ground.language)
    context.set_default_timeout(10_000)
    if ground.is_turned:
        context.add_init_script(_TURN)
    page = context.new_page()
    if email := ground.people[who] if email is None else email:
        page.goto(f"{ground.urls[who]}/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", company().password)
        page.press("[name=password]", "Enter")
        page.wait_for_load_state()
    yield page
    context.close()


def take(browser: Browser, ground: Ground, who: str, states: Mapping[str, State], into: Path) -> Iterator[Path]:
    """Loaded once for the wide screens and once for the phone; what can't be shown says so instead of a picture."""
    for widths in ([width for width in WIDTHS if width >= PHONE], [width for width in WIDTHS if width < PHONE]):
        with opened(browser, ground, who, widths[0]) as page:
            for name, state in states.items():
                try:
                    with _shown(ground, who, state, page, widths[0]):
                        for width in widths:
                            yield from _both(page, width, into / f"{name}-{width}", is_whole=state.steps is None)
                except Error as error:
                    sys.stderr.write(f"{who}: {name} can't be shown: {error.message.splitlines()[0]}\n")


def name_of(path: str) -> str:
    named = re.sub(r"[A-Za-z0-9_-]{40,}", "secret", path)
    return re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-") or "home"


@contextmanager
def _shown(ground: Ground, who: str, state: State, page: Page, width: int) -> Iterator[None]:
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(ViewportSize(width=width, height=WIDTHS[width]))
    if state.before is not None:
        with ground.here.db.transaction() as session:
            state.before(session)
    page.goto(ground.urls[who] + state.path)
    page.locator(".list-comes").wait_for(state="detached")  # beside a ticket that was opened by its address
    if state.steps is not None:
        state.steps(page)
    try:
        yield
    finally:
        if state.after is not None:
            state.after(page)
        if state.undone is not None:
            with ground.here.db.transaction() as session:
                state.undone(session)


def _both(page: Page, width: int, stem: Path, *, is_whole: bool) -> Iterator[Path]:
    size = ViewportSize(width=width, height=WIDTHS[width])
    page.set_viewport_size(size)
    if is_whole:
        inner = int(page.evaluate(_INNER))
        page.set_viewport_size(ViewportSize(width=width, height=max(size["height"], min(inner, TALLEST))))
    for scheme in SCHEMES:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.wait_for_timeout(120)  # pictures and frames of the page
        file = stem.with_name(f"{stem.name}-{scheme}.png")
        page.screenshot(path=file, animations="disabled")
        yield file
    page.set_viewport_size(size)
