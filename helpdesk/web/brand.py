"""The desk's own look: chosen in the settings, and shown on every page by a picture and a style sheet of our own."""

import time
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import brand
from helpdesk.desk.brand import Brand
from helpdesk.desk.lengths import TooLong
from helpdesk.models.role import Permission
from helpdesk.runtime import Runtime
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.web import as_seen, settings
from helpdesk.web.auth import agent, db, public
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("brand", __name__)
_LOOKED_UP_EVERY: Final = 10.0  # seconds, until a change in another process shows in this one


@dataclass
class Shown:
    """The brand as this process knows it; a page is drawn without the database when that is away."""

    runtime: Runtime
    known: Brand = field(default_factory=Brand)
    until: float = 0.0

    def now(self) -> Brand:
        if time.monotonic() >= self.until:
            try:
                with self.runtime.db.reading() as session:
                    self.known = brand.of(session)
            except (DatabaseBusy, DatabaseUnreachable):
                return self.known
            self.until = time.monotonic() + _LOOKED_UP_EVERY
        return self.known


def install(app: Flask, runtime: Runtime) -> None:
    shown = app.extensions["brand"] = Shown(runtime)

    def described() -> dict[str, object]:
        now = shown.now()
        return {"brand": now, "desk_name": now.name or runtime.config.desk.name}

    app.context_processor(described)


@bp.get("/settings/brand")
def show() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _page()


@bp.post("/settings/brand")
def change() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    if wrong := as_seen.changed(_page):
        return _page(wrong)
    accent = "" if "own_colour" not in request.form else request.form.get("accent", "")
    try:
        brand.choose(db(), name=request.form.get("name", ""), accent=accent, by=agent())
    except TooLong as error:
        return _page(too_long(error))
    except brand.ColourUnreadable as unreadable:
        better = unreadable.better
        wrong = _("Text in this colour could not be read. This one would do: %(colour)s.", colour=better)
        return _page(beside("accent", wrong, offers=True), accent=better)
    _look_again()
    return settings.saved(".show")


@bp.post("/settings/brand/logo")
def change_logo() -> ResponseReturnValue:
    """A picture, or none: then the product's own sign is shown."""
    settings.must(Permission.SETUP)
    given = request.files.get("logo")
    file = given.read(brand.LARGEST_FILE + 1) if given is not None and "remove" not in request.form else b""
    if not file and "remove" not in request.form:
        return _page(beside("logo", _("Choose a picture first.")))
    try:
        brand.choose_logo(db(), file, by=agent())
    except brand.NotAPicture:
        return _page(beside("logo", _("This can't be shown: take a PNG, JPEG, WebP or GIF of at most 2 MB.")))
    _look_again()
    return settings.saved(".show")


@bp.get("/brand/<version>/logo.png")
@public
def logo(version: str) -> Response:
    png = brand.logo(db())
    if not png:
        abort(404)
    return _kept(Response(png, mimetype="image/png"), is_newest=version == brand.of(db()).logo)


@bp.get("/brand/<version>/colours.css")
@public
def colours(version: str) -> Response:
    """The accent's tones, over those of the product."""
    accent = brand.of(db()).accent
    if not accent:
        abort(404)
    light, dark = brand.palettes(accent)
    made = render_template("brand/colours.css", light=light, dark=dark)
    return _kept(Response(made, content_type="text/css; charset=utf-8"), is_newest=f"#{version}" == accent)


def _kept(answer: Response, *, is_newest: bool) -> Response:
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_newest else "no-store"
    return answer


def _look_again() -> None:
    """After this request's commit, this process shows what was chosen."""
    current_app.extensions["brand"].until = 0.0


def _page(wrong: str = "", accent: str = "") -> ResponseReturnValue:
    chosen = brand.of(db())
    return settings.page(
        "brand/show.html",
        "brand.show",
        422 if wrong else 200,
        chosen=chosen,
        accent=accent or chosen.accent or "#0b6b5d",
        wrong=wrong,
    )
