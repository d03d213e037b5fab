"""Every page of a demo desk as a picture: each role, three widths, light and dark; git ignores .screenshots/."""

import argparse
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser
from rich.progress import Progress

from tests.screenshots import pictures, sheet
from tests.screenshots.desks import Ground, running
from tests.screenshots.pages import PUBLIC, missing, pages_of
from tests.screenshots.states import STATES, State
from tests.servers.chromium import running_chromium

FOLDER = Path(".screenshots")


def main() -> None:
    given = _given()
    shutil.rmtree(FOLDER / "pictures", ignore_errors=True)
    with running(given.url, Path(given.folder)) as ground, running_chromium() as browser:
        ground.is_turned, ground.language = given.turned, given.language
        found = {who: _states(browser, ground, who, given.only) for who in ground.people if given.who in {"", who}}
        total = sum(map(len, found.values())) * len(pictures.WIDTHS) * len(pictures.SCHEMES)
        with Progress() as bar:
            task = bar.add_task("taking pictures", total=total)
            for who, states in found.items():
                for _ in pictures.take(browser, ground, who, states, FOLDER / "pictures" / who):
                    bar.advance(task)
        left_out = missing(ground, found) if not given.only and not given.who else []
    sys.stdout.write(f"{total} pictures, side by side in {sheet.write(FOLDER / 'pictures')}\n")
    if left_out:
        sys.exit("No picture shows: " + ", ".join(left_out))


def _given() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--url", default="", help="a demo desk that runs already; else one is started and stopped")
    asked.add_argument("--folder", default=str(FOLDER / "desk"), help="the demo desk's folder")
    asked.add_argument("--only", default="", help="a part of the addresses to look at, such as /settings")
    asked.add_argument("--who", default="", help="a role alone, such as admin, dpo, nobody, empty")
    asked.add_argument("--turned", action="store_true", help="as for a language that runs from right to left")
    asked.add_argument("--language", default="en-GB", help="what the browser asks for, such as de-DE")
    return asked.parse_args()


def _states(browser: Browser, ground: Ground, who: str, only: str) -> Mapping[str, State]:
    """By the picture's name: the pages somebody gets to by links, and the states that no link leads to."""
    paths = [*(PUBLIC if who == "nobody" else ()), *pages_of(browser, ground, who)]
    paths += [path for many in ground.secrets.values() for path in many] if who == "nobody" else []
    found: dict[str, State] = {}
    for path in (path for path in paths if only in path):
        name = pictures.name_of(path)
        found[name if name not in found else f"{name}-{len(found)}"] = State(path)
    return found | {name: state for name, state in STATES.get(who, {}).items() if only in state.path}


if __name__ == "__main__":
    main()
