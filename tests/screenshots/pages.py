"""Which pages there are: those that links lead to, one of each kind; and which routes no picture shows."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from tests.screenshots.desks import Ground
from tests.screenshots.pictures import opened
from tests.screenshots.states import State
from tests.web.not_pages import NOT_PAGES

PUBLIC: Final = (
    "/sign-in", "/password-resets/new", "/password-resets/new?asked=1", "/policy", "/statistics", "/record",
    "/sandbox",    "/nowhere", f"/record/{'x' * 43}", f"/permission/{'x' * 43}",
    f"/password-resets/{'x' * 43}",
    f"/feedback/contact/{'x' * 43}",
)  # fmt: skip
LEFT_OUT: Final = re.compile(
    r"\.(csv|json|xml|eml|atom|svg|png)$|/static/|/original$|/parts/|/attachments/\d+$|/events$"
)
# one of each kind is enough: /tickets/7 and /tickets/9 are one page
NUMBERS: Final = re.compile(r"\d+")


def pages_of(browser: Browser, ground: Ground, who: str) -> list[str]:
    """The pages this person gets to by links, one of each kind, in the order in which they are met."""
    email, url = ground.people[who], ground.urls[who]
    if not email:
        return []
    found = {"/": "/"}
    with opened(browser, ground, who, 1440) as page:
        looked_at: set[str] = set()
        while waiting := [path for kind, path in found.items() if kind not in looked_at]:
            looked_at.add(_kind(waiting[0]))
            if (answer := page.goto(url + waiting[0])) is None or answer.status >= 400:
                continue
            for link in page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))"):
                address = urljoin(page.url, link)
                if address.startswith(url + "/") and not LEFT_OUT.search(urlsplit(address).path):
                    found.setdefault(_kind(address), _path(address))
    return list(found.values())


def missing(ground: Ground, found: Mapping[str, Mapping[str, State]]) -> list[str]:
    """The routes that are pages, and that no picture shows."""
    at = ground.addresses.bind("localhost")
    seen = {"attachments.view"}  # by the state that opens a file
    for state in (one for states in found.values() for one in states.values()):
        try:
            seen.add(at.match(urlsplit(state.path).path)[0])
        except HTTPException:
            continue
    rules = ground.addresses.iter_rules()
    return sorted(
        {rule.endpoint for rule in rules if "GET" in (rule.methods or ())} - seen - set(NOT_PAGES) - {"trouble"}
    )


def _kind(address: str) -> str:
    return NUMBERS.sub("N", urlsplit(address).path)


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
