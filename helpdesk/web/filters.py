"""How names, moments, states and links look on a page."""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from babel.dates import format_date, format_time
from flask import Flask
from markupsafe import Markup, escape

from helpdesk import clock, languages
from helpdesk.storage.folding import folded
from helpdesk.web import audit_words, delivery_words, told, words
from helpdesk.web.language import _, locale, zone

_TONES: Final = 6
_LINK: Final = re.compile(r"https?://[^\s<>\"'`]{1,2000}")
_A: Final = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>')
_MARK: Final = Markup("<mark>{0}</mark>")
_LETTER: Final = re.compile(".[\u3099\u309a\uff9e\uff9f]?", re.DOTALL)  # with the mark that gives it a voice
_TRAILING: Final = ".,;:!?)]}»”"


def install(app: Flask) -> None:
    app.jinja_env.filters.update(
        initials=initials,
        tone=tone,
        moment=moment,
        short_moment=short_moment,
        full_moment=full_moment,
        day=day,
        role_word=role_word,
        status_word=status_word,
        language_name=language_name,
        linked=linked,
        grant_word=words.grant_word,
        basis_word=audit_words.basis_word,
        purpose_word=words.purpose_word,
        priority_word=lambda value: words.priorities()[value],
        thing_word=words.thing_word,
        object_word=words.object_word,
        action_word=audit_words.action_word,
        answer_word=delivery_words.answer_word,
        told=told.told,
    )


def initials(name: str) -> str:
    """Two letters at most: of the first and the last word, or of an address."""
    words = [word for word in re.split(r"[\s@._-]+", name.strip("\"'<>( ")) if word and word[0].isalnum()]
    chosen = words[:1] if "@" in name else words[:1] + words[1:][-1:]
    return "".join(word[0] for word in chosen).upper() or "?"


def tone(name: str) -> int:
    """The same person always has the same colour."""
    return hashlib.sha256(name.casefold().encode()).digest()[0] % _TONES


def day(of: date) -> str:
    """A day as the reader writes it, with the day of the week."""
    return in_order(of, "yMMMEd")


def in_order(of: date, parts: str) -> str:
    """Day, month and what else is asked for, in the order and with the dots of the reader's language."""
    speech = locale()
    return format_date(of, speech.datetime_skeletons[parts].pattern, locale=speech)


def short_moment(at: datetime) -> str:
    """In a list: today the time, this week the day, this year day and month."""
    place, speech = zone(), locale()
    here, today = at.astimezone(place), clock.now().astimezone(place)
    if here.date() == today.date():
        return format_time(here, "short", tzinfo=place, locale=speech)
    if timedelta() < today.date() - here.date() < timedelta(days=7):
        return format_date(here, "ccc", locale=speech)
    if here.year == today.year:
        return in_order(here, "MMMd")
    return format_date(here, "short", locale=speech)


def moment(at: datetime) -> str:
    """In a conversation: the time, with the day in front unless it is today."""
    here, today, speech = at.astimezone(zone()), clock.now().astimezone(zone()), locale()
    time = format_time(here, "short", tzinfo=zone(), locale=speech)
    if here.date() == today.date():
        return time
    if today.date() - here.date() == timedelta(days=1):
        return _("Yesterday, %(time)s", time=time)
    day = in_order(here, "MMMd" if here.year == today.year else "yMMMd")
    return _("%(day)s, %(time)s", day=day, time=time)


def full_moment(at: datetime) -> str:
    """Exact, for a hint: the same in every language, and cheap enough for each row of a list."""
    return f"{at.astimezone(zone()):%Y-%m-%d %H:%M:%S %Z}"


def status_word(status: str) -> str:
    words = {
        "open": _("Open"),
        "pending": _("Pending"),
        "snoozed": _("Snoozed"),
        "closed": _("Closed"),
    }
    return words[status]


def role_word(role: str) -> str:
    words = {
        "agent": _("Agent"),
        "lead": _("Team lead"),
        "admin": _("Admin"),
        "dpo": _("Data protection officer"),
        "auditor": _("Auditor"),
        "developer": _("Developer"),
    }
    return words.get(role, _("A role of this desk"))


def language_name(code: str) -> str:
    """A language's name in the agent's own, or that of its script; an unknown code as it is."""
    return languages.language_name(code, str(locale()))


def linked(text: str) -> Markup:
    """Text with its web addresses made links; everything else is escaped."""
    made, end = [], 0
    for found in _LINK.finditer(text):
        address = found.group().rstrip(_TRAILING)
        made.append(escape(text[end : found.start()]))
        made.append(_A.format(address))
        end = found.start() + len(address)
    return Markup().join([*made, escape(text[end:])])


def highlighter(words: str) -> Callable[[str], Markup]:
    """Marks the words that were searched for in many texts, whatever their case and accents."""
    wanted = {_letters(term)[0] for term in re.split(r"[\s\"#]+", words)}
    terms = sorted((term for term in wanted if len(term) > 1), key=len, reverse=True)[:12]
    return partial(_highlighted, re.compile("|".join(map(re.escape, terms)))) if terms else escape


def _highlighted(wanted: re.Pattern[str], text: str) -> Markup:
    said, places = (text.lower(), None) if text.isascii() else _letters(text)
    made, done = [], 0
    for found in wanted.finditer(said):
        begin, end = found.span() if places is None else (places[found.start()][0], places[found.end() - 1][1])
        if begin >= done:
            made += [escape(text[done:begin]), _MARK.format(text[begin:end])]
            done = end
    return Markup().join([*made, escape(text[done:])])


def _letters(text: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """A text as it is compared; each letter remembers from where to where the one it came from was written."""
    letters = [(letter, one.span()) for one in _LETTER.finditer(text) for letter in folded(one[0])]
    return "".join(letter for letter, _span in letters), [span for _letter, span in letters]
