"""Static files: read once at the start, served under the hash of them all, compressed, and kept for a year."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, abort, current_app

from helpdesk.web.auth import public, without_database
from helpdesk.web.headers import takes_gzip

FOLDER: Final = Path(__file__).parent / "static"
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
        "charts",
        "statistics",
        "themes",
        "mail",
    )
)
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".md": "text/plain; charset=utf-8",
}

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
        self.files = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        digest = hashlib.sha256()
        for name, file in self.files.items():
            digest.update(name.encode() + b"\0" + file.body)
        self.version = digest.hexdigest()[:12]


def install(app: Flask) -> None:
    files = StaticFiles()
    app.extensions["static_files"] = files
    app.register_blueprint(bp)
    app.jinja_env.globals.update(
        static_url=lambda name: url(app, name),  # a page asks for a hundred: no time for url_for
        stylesheets=STYLESHEETS,
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


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    return StaticFile(_TYPES[path.suffix], body, gzip.compress(body, 9, mtime=0))
