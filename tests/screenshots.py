"""Every page of a demo desk as a picture: three widths, light and dark, into .screenshots/ (which git ignores)."""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Page
from rich.progress import Progress

from helpdesk.demo.company import company
from tests.servers.chromium import running_chromium

FOLDER = Path(".screenshots")
WIDTHS = {1440: 900, 1024: 768, 390: 844}
SCHEMES = ("light", "dark")
PATIENCE = 240  # seconds for the demo to be told from its beginning
TALLEST = 4000
PUBLIC = ("/sign-in", "/password-resets/new", "/policy", "/statistics", "/sandbox", "/nowhere")
LEFT_OUT = re.compile(r"\.(csv|json|xml|eml|atom|svg|png)$|/static/|/original$|/parts/|/attachments/|/events$")
# one of each kind is enough: /tickets/7 and /tickets/9 are one page
NUMBERS = re.compile(r"\d+")


@dataclass
class Found:
    """Addresses by the kind of page they are, in the order in which they were met."""

    pages: dict[str, str] = field(default_factory=dict)

    def add(self, address: str) -> None:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        kind = NUMBERS.sub("N", parts.path)
        if not LEFT_OUT.search(parts.path) and kind not in self.pages:
            self.pages[kind] = path


def main() -> None:
    given = _given()
    shutil.rmtree(FOLDER / "pictures", ignore_errors=True)
    with _desk(given.url) as url, running_chromium() as browser:
        people = {"admin": given.admin, "agent": given.agent, "nobody": ""}
        found = {who: _pages(browser, url, email, given.only) for who, email in people.items()}
        total = sum(map(len, found.values())) * len(WIDTHS) * len(SCHEMES)
        with Progress() as bar:
            task = bar.add_task("taking pictures", total=total)
            for who, email in people.items():
                for _ in _pictures(browser, url, who, email, found[who]):
                    bar.advance(task)
    sys.stdout.write(f"{total} pictures in {FOLDER / 'pictures'}\n")


def _given() -> argparse.Namespace:
    logins = [member.email for member in company().members]
    admin = next(member.email for member in company().members if member.role == "admin")
    agent = next(member.email for member in company().members if member.role == "agent")
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--url", default="", help="a demo desk that runs already; else one is started and stopped")
    asked.add_argument("--only", default="", help="a part of the addresses to look at, such as /settings")
    asked.add_argument("--admin", default=admin, choices=logins)
    asked.add_argument("--agent", default=agent, choices=logins)
    return asked.parse_args()


@contextmanager
def _desk(url: str) -> Iterator[str]:
    if url:
        yield url.rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "helpdesk.cli", "demo", "--folder", str(FOLDER / "desk"), "--port", str(port)]
    running = subprocess.Popen(command, start_new_session=True)
    try:
        yield _when_open(f"http://localhost:{port}", running)
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(60)


def _when_open(url: str, running: "subprocess.Popen[bytes]") -> str:
    told = FOLDER / "desk" / "told"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and running.poll() is None:
        try:
            with urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310  our own address
                if answer.status == 200 and told.exists():
                    return url
        except OSError:
            pass
        time.sleep(0.5)
    sys.exit("The demo desk did not start.")


def _pages(browser: Browser, url: str, email: str, only: str) -> list[str]:
    """The pages this person gets to by links, one of each kind."""
    found = Found()
    with _context(browser, url, email, 1440, "light") as context:
        page = context.new_page()
        for path in PUBLIC if not email else ("/",):
            found.add(path)
        looked_at: set[str] = set()
        while email and (waiting := [path for kind, path in found.pages.items() if kind not in looked_at]):
            looked_at.add(NUMBERS.sub("N", urlsplit(waiting[0]).path))
            if (answer := page.goto(url + waiting[0])) is None or answer.status >= 400:
                continue
            for link in page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))"):
                address = urljoin(page.url, link)
                if address.startswith(url + "/"):
                    found.add(address)
    return [path for path in found.pages.values() if only in path]


@contextmanager
def _context(browser: Browser, url: str, email: str, width: int, scheme: str) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if scheme == "dark" else "light",
        has_touch=width < 500,
        is_mobile=width < 500,
    )
    if email:
        page = context.new_page()
        page.goto(f"{url}/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", company().password)
        page.press("[name=password]", "Enter")
        page.wait_for_load_state()
        page.close()
    yield context
    context.close()


def _pictures(browser: Browser, url: str, who: str, email: str, paths: list[str]) -> Iterator[Path]:
    for width in WIDTHS:
        for scheme in SCHEMES:
            with _context(browser, url, email, width, scheme) as context:
                page = context.new_page()
                for path in paths:
                    yield _picture(
                        page, url + path, FOLDER / "pictures" / who / f"{_name(path)}-{width}-{scheme}.png"
                    )


def _picture(page: Page, address: str, file: Path) -> Path:
    """A page as high as what it holds."""
    page.goto(address)
    size = page.viewport_size or {"width": 1440, "height": 900}
    inner = page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('.panes.wide, html')].map(one => one.scrollHeight))"
    )
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(int(inner), TALLEST))})
    page.wait_for_timeout(150)  # pictures and frames of the page
    page.screenshot(path=file)
    page.set_viewport_size(size)
    return file


def _name(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"


if __name__ == "__main__":
    main()
