"""The small pieces that a list draws hundreds of times: icons, avatars, moments. pieces.html hands them on."""

from datetime import datetime
from functools import lru_cache
from typing import Final

from flask import Flask
from markupsafe import Markup

from helpdesk.web import filters, static_files

_ICON: Final = Markup('<svg class="icon {kind}" aria-hidden="true"><use href="{sheet}#{name}"/></svg>')
_UNTOLD: Final = Markup(' aria-hidden="true">')
_AVATAR: Final = (Markup('<span class="avatar tone-'), Markup(" "), Markup("</span>"))
_TITLE: Final = (Markup(' title="'), Markup('">'))
_QUOTE: Final = Markup('"')
_MOMENT: Final = (Markup('<time datetime="'), Markup('" title="'), Markup('">'), Markup("</time>"))
_HTML: Final = Markup()


def install(app: Flask) -> None:
    sheet = static_files.url(app, "vendor/lucide.svg")

    @lru_cache(maxsize=1_000)
    def icon(name: str, kind: str = "") -> Markup:
        return _ICON.format(kind=kind, sheet=sheet, name=name)

    app.jinja_env.globals.update(draw_icon=icon, draw_avatar=avatar, draw_moment=moment)


def avatar(name: str, kind: str = "", title: str | None = None) -> Markup:
    """A person's initials in their colour; with a title it tells who that is, else it says nothing aloud."""
    begin, joint, end = _AVATAR
    told = _TITLE[0] + title + _TITLE[1] if title else _UNTOLD
    return _HTML.join((begin, str(filters.tone(name)), joint, kind, _QUOTE, told, filters.initials(name), end))


def moment(at: datetime, short: bool = False) -> Markup:  # noqa: FBT001, FBT002  templates name it
    begin, exactly, words, end = _MOMENT
    said = filters.short_moment(at) if short else filters.moment(at)
    return _HTML.join((begin, at.isoformat(), exactly, filters.full_moment(at), words, said, end))
