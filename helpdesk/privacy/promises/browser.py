"""Checks of what a browser is told: pages load nothing from elsewhere, and one cookie is all there is."""

import ast
import re
from pathlib import Path
from typing import Final

from helpdesk import paths
from helpdesk.languages import N_
from helpdesk.privacy import page_rules
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves

_OWN: Final = frozenset({"'self'", "'none'", "data:", "'unsafe-inline'"})
_ELSEWHERE: Final = re.compile(
    r"""(?:\b(?:src|srcset|href|action|formaction|poster|data|background)\s*=\s*["']?|url\(\s*["']?|@import\s+["'])"""
    r"""\s*(?:https?:)?//""",
    re.IGNORECASE,
)
# a beginning alone, for what somebody types, names nobody
_ADDRESS_IN_SCRIPT: Final = re.compile(r"""["'`](?:https?|wss?):?//[^"'`]""")
_KEPT_BY_SCRIPT: Final = re.compile(r"document\.cookie|cookieStore")


@proves("no-third-parties", kept_by=("helpdesk.web.headers.install", "helpdesk.privacy.page_rules.PAGE"))
def pages_ask_nobody_else(asked: Asked) -> Evidence:  # noqa: ARG001  the program's own files say it all
    """Browsers are told to load from the desk alone, and no template, style or script names anybody else."""
    lax = [source for rules in page_rules.ALL for source in _sources(rules) if source not in _OWN]
    pages, styles, scripts = _pages(), _static("*.css"), _static("*.js")
    loading = [path for path in (*pages, *styles) if _ELSEWHERE.search(path.read_text(encoding="utf-8"))]
    loading += [path for path in scripts if _ADDRESS_IN_SCRIPT.search(path.read_text(encoding="utf-8"))]
    if lax or loading:
        return broken(
            N_("Files that would load something from elsewhere: %(loading)s."), loading=len(lax) + len(loading)
        )
    return kept(
        N_("Templates: %(pages)s, styles: %(styles)s, scripts: %(scripts)s; none of them names anybody else."),
        pages=len(pages),
        styles=len(styles),
        scripts=len(scripts),
    )


@proves("cookies", kept_by=("helpdesk.web.cookie.CookieInterface",))
def one_cookie_for_staff_none_for_customers(asked: Asked) -> Evidence:  # noqa: ARG001  as above
    """One place of the program sets a cookie, the one of signing in, and no script sets any."""
    places = [place for path in sorted(paths.package().rglob("*.py")) for place in _setting_cookies(path)]
    by_scripts = [
        path for path in (*_static("*.js"), *_pages()) if _KEPT_BY_SCRIPT.search(path.read_text(encoding="utf-8"))
    ]
    if places != ["web/cookie.py"] or by_scripts:
        return broken(N_("Places that set a cookie: %(places)s."), places=len(places) + len(by_scripts))
    return kept(N_("One place sets a cookie: signing in, for staff. Customers need none."), places=1)


def _sources(rules: str) -> list[str]:
    """What a content policy lets be loaded; words of its sandbox and flags load nothing."""
    parts = [rule.split() for rule in rules.split(";")]
    return [
        source for part in parts if part[0].endswith(("-src", "-action", "-uri", "-ancestors")) for source in part[1:]
    ]


def _pages() -> list[Path]:
    return [path for path in sorted(paths.templates().rglob("*.html")) if path.parent.name != "mail"]


def _static(pattern: str) -> list[Path]:
    """Our own; what others wrote (vendor) is kept in by the content policy."""
    return [path for path in sorted(paths.static().rglob(pattern)) if "vendor" not in path.parts]


def _setting_cookies(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text if "set_cookie" in text else "")  # to parse the whole program takes seconds
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "set_cookie"]
    return [path.relative_to(paths.package()).as_posix() for _call in calls]
