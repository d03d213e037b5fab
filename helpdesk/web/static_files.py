"""Static files: read once at the start, made small, served under the hash of them all, and kept for a year.

The style sheets are served as one, and what only people read in our own sheets and scripts (comments, indentation)
stays here. A script keeps its lines, so that an error names the line of its source.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, abort, current_app

from helpdesk.web.auth import public, without_database
from helpdesk.web.headers import takes_gzip

FOLDER: Final = Path(__file__).parent / "static"
STYLESHEET: Final = "css/all.css"  # these, in their order; the few pages with charts and themes ask for theirs too
STYLESHEETS: Final = tuple(
    f"css/{name}.css"
    for name in (
        "tokens",
        "base",
        "forms",
        "frame",
        "list",
        "bulk",
        "ticket",
        "composer",
        "pages",
        "record",
        "wide",
        "settings",
        "palette",
        "people",
        "statistics",
        "mail",
    )
)
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".md": "text/plain; charset=utf-8",
}

_IN_SHEETS: Final = re.compile(
    rb"""("[^"\n]*"|'[^'\n]*')|/\*.*?\*/|\s*(?:;\s*)?(\})\s*|\s*([{;])\s*|(?<=:)(\s+)|\s+""", re.DOTALL
)
_IN_SCRIPTS: Final = re.compile(rb"^[ \t]*(?://.*)?|[ \t]+// .*$", re.MULTILINE)

bp = Blueprint("static", __name__)


@dataclass(frozen=True, slots=True)
class StaticFile:
    kind: str
    body: bytes
    packed: bytes


class StaticFiles:
    """Every file of the folder; `version` changes when any of them does, so that none is ever stale."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in _TYPES)
        self.files = {path.relative_to(folder).as_posix(): _file(path.suffix, read(path)) for path in paths}
        self.files[STYLESHEET] = _file(".css", b"".join(self.files[name].body for name in STYLESHEETS))
        digest = hashlib.sha256()
        for name, file in self.files.items():
            digest.update(name.encode() + b"\0" + file.body)
        self.version = digest.hexdigest()[:12]


@cache
def _shipped() -> StaticFiles:
    return StaticFiles()


def install(app: Flask) -> None:
    files = _shipped()
    app.extensions["static_files"] = files
    app.register_blueprint(bp)
    app.jinja_env.globals.update(
        static_url=lambda name: url(app, name),  # a page asks for a hundred: no time for url_for
        stylesheet=STYLESHEET,
    )


def url(app: Flask, name: str) -> str:
    return f"/static/{app.extensions['static_files'].version}/{name}"


@bp.get("/static/<version>/<path:name>")
@public
@without_database
def show(version: str, name: str) -> Response:
    """One file; an old version's address gets the file of today, which is not kept."""
    files: StaticFiles = _files()
    file = files.files.get(name) or abort(404)
    packs = takes_gzip()
    answer = Response(file.packed if packs else file.body, content_type=file.kind)
    answer.headers["Vary"] = "Accept-Encoding"
    if packs:
        answer.headers["Content-Encoding"] = "gzip"
    kept = version == files.version
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-store"
    return answer


def _files() -> StaticFiles:
    found = current_app.extensions["static_files"]
    assert isinstance(found, StaticFiles)  # noqa: S101  install() put it there
    return found


def read(path: Path) -> bytes:
    """A file as it is served: one of ours without what only people read in it."""
    body = path.read_bytes()
    if path.parent.name == "css":
        return _IN_SHEETS.sub(_kept, body)
    return _IN_SCRIPTS.sub(b"", body) if path.parent.name == "js" else body


def _kept(found: re.Match[bytes]) -> bytes:
    """Quoted words and signs stay as they are; what is between them is a space, a comment is nothing."""
    return found[1] or found[2] or found[3] or (b"" if found[4] or found[0].startswith(b"/*") else b" ")


def _file(suffix: str, body: bytes) -> StaticFile:
    return StaticFile(_TYPES[suffix], body, gzip.compress(body, 9, mtime=0))
