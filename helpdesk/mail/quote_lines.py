"""What each line of a body is: text, quote, the line that introduces a quote, the header of an earlier email."""

# ruff: noqa: RUF001 - signs and words of many languages look alike on purpose

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from helpdesk.mail.quote_words import EARLIER, HEADER_ROLES, WRITE_ABOVE, WROTE, WROTE_ENDINGS, Role


class Mark(StrEnum):
    EMPTY = "e"
    TEXT = "t"
    QUOTE = "q"
    ATTRIBUTION = "a"
    """A line such as "On … X wrote:", which may run over several lines."""
    EARLIER = "h"
    """The header of an earlier email, or a line that announces it: all below it is that email."""
    SIGNATURE = "s"
    """Structure of the HTML says that it is a signature."""


BLANK: Final = " \t\r\n\f\v\xa0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u3000"
_QUOTED: Final = re.compile(r"(?:&gt;|[A-Z][A-Za-z]{0,7}>(?=\s|$))")
DELIMITER: Final = re.compile(r"(?:[-_=*~#+ᐧ—–―─━═•·]|\s(?=\S)){2,}|[ᐧ—–―─━═]")

_ADDRESS: Final = re.compile(r"[^\s<>\[\]()\"',;:]+@[^\s<>\[\]()\"',;:]+")
_ENDS_WITH_ADDRESS: Final = re.compile(r"[^\s<>\[\]()]+@[^\s<>\[\]()]+\s?(?:[>\])]|&gt;){1,3}\W*$")
_DATE: Final = re.compile(
    r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{1,2}[:.h時시点]\s?\d{2}|(?<!\d)(?:19|20|25)\d\d(?!\d)|\d[日일]"
)
_TIME: Final = re.compile(r"\d[:.]\d\d")
_ONESELF: Final = re.compile(r"(?<!\w)(?:i|ich|j['’]ai|yo|io|ho|eu|ik|jeg|jag|já|ja|я)\W{0,2}$", re.IGNORECASE)
_BETWEEN_ARROWS: Final = re.compile(r">>>\s[^\n]{0,200}\d[./-]\d[^\n]{0,60}\s>>>")  # who, when, and below what
_SENTENCE: Final = re.compile(r"\w{6,}[.!?]\s|[!?]")
_BRACKETED_ADDRESS: Final = re.compile(r"[<(\[]\s?[^\s<>\[\]()]+@[^\s<>\[\]()]+")
_COLONS: Final = frozenset(":：")
_INTRODUCTION_END: Final = "-–—_*>):： \t"
_CLOSES_ADDRESS: Final = re.compile(r">\s?(?:\w{2,12}(?:\s\w{2,12})?\s?)?[:：]$")
_KEY_WITHIN: Final = re.compile(r"(?:(?<=\s)|(?<=\*))([^\W\d]{1,14})\s?\*?:(?=\s)")
_LONGEST_INTRODUCTION: Final = 4
_WRAPPED_HEADER_LINES: Final = 3


def stripped(lines: Sequence[str]) -> list[str]:
    return [line.strip(BLANK) for line in lines]


def classify(texts: Sequence[str], marks: list[Mark | None]) -> list[Mark]:
    """Say what each line is; `texts` are stripped, what the HTML said stays said."""
    introductions: list[int] = []
    headers: list[int] = []
    for number, text in enumerate(texts):
        if marks[number] is not None:
            continue
        if not text:
            marks[number] = Mark.EMPTY
            continue
        if text.startswith(">>>") and _BETWEEN_ARROWS.fullmatch(text):
            marks[number] = Mark.EARLIER
        elif _is_quoted(texts, number):
            marks[number] = Mark.QUOTE
        else:
            marks[number] = Mark.TEXT
            if _may_introduce(text):
                introductions.append(number)
            if ":" in text[:40] or "：" in text[:40]:
                headers.append(number)
            elif text[0] in "-_=*#–—":
                _mark_separator(texts, marks, number)
            if len(text) < 120 and WRITE_ABOVE.match(text):
                marks[number] = Mark.EARLIER
    said = [mark or Mark.TEXT for mark in marks]
    _mark_introductions(texts, said, introductions)
    _mark_headers(texts, said, headers)
    return said


def is_introduction(text: str) -> bool:
    """Tell whether one line is "On … X wrote:"."""
    return _may_introduce(text) and ((_begins_like_a_date(text) and _introduces(text)) or _names_who_wrote(text))


def role_of(text: str) -> Role | None:
    """Tell which header a line looks like, "Von: …" or "*Sent:* …"."""
    head, colon, _ = text[:44].replace("：", ":").partition(":")
    if not colon:
        return None
    return HEADER_ROLES.get(head.strip(" *_>\t\xa0\u200f\u200e-").lower())


def _is_quoted(texts: Sequence[str], number: int) -> bool:
    text = texts[number]
    if text[0] in ">＞":
        return not (text[-1] in _COLONS and _closes_address(texts, number))
    return (text[0] == "&" or ">" in text[1:9]) and _QUOTED.match(text) is not None


def _may_introduce(text: str) -> bool:
    return text[-1:] in _COLONS or text.rstrip(_INTRODUCTION_END).endswith(WROTE_ENDINGS)


def _closes_address(texts: Sequence[str], number: int) -> bool:
    """Tell whether a line such as "> wrote:" is the end of an address that was broken, not a quote."""
    before = texts[number - 1] if number else ""
    return before.count("<") > before.count(">") and _CLOSES_ADDRESS.match(texts[number]) is not None


def _mark_introductions(texts: Sequence[str], marks: list[Mark], candidates: list[int]) -> None:
    for end in candidates:
        if marks[end] is not Mark.TEXT:
            continue
        start = _introduction_start(texts, marks, end)
        if start is not None:
            marks[start : end + 1] = [Mark.ATTRIBUTION] * (end + 1 - start)


def _introduction_start(texts: Sequence[str], marks: Sequence[Mark], end: int) -> int | None:
    """Find the line where "On … wrote:" begins that ends here: the shortest run that begins like a date."""
    joined = ""
    by_name: int | None = None
    for start in range(end, max(-1, end - _LONGEST_INTRODUCTION), -1):
        if marks[start] is not Mark.TEXT or len(joined) > 500:
            break
        joined = f"{texts[start]} {joined}" if joined else texts[start]
        if _begins_like_a_date(texts[start]) and _introduces(joined):
            return start - 1 if _begins_above(texts, marks, start) else start
        if by_name is None and start < end and "<" in texts[start] and _names_who_wrote(joined):
            by_name = start
    if by_name is not None:
        return by_name
    if _names_who_wrote(texts[end]) or (_is_followed_by_quote(marks, end) and _may_name_an_author(texts[end])):
        return end
    return None


def _begins_above(texts: Sequence[str], marks: Sequence[Mark], start: int) -> bool:
    """Tell whether the line above was cut off from it: a paragraph of its own with the date or the address."""
    if start == 0 or marks[start - 1] is not Mark.TEXT or (start > 1 and marks[start - 2] is Mark.TEXT):
        return False
    above = texts[start - 1]
    if len(above) > 90 or above.endswith(("!", "?", ":")):
        return False
    has_date = _begins_like_a_date(above) and _DATE.search(above) is not None
    return has_date or _BRACKETED_ADDRESS.match(above.partition("<")[1] + above.partition("<")[2]) is not None


def _begins_like_a_date(text: str) -> bool:
    """At most five words before the first digit: "On Tue, Sep 25", "понедельник, 6", "2016年", "Il giorno lun 3"."""
    head = text.lstrip("-–—_* \"'")[:56]
    for place, character in enumerate(head):
        if character.isdigit():
            before = head[:place]
            return len(before.split()) <= 5 and "@" not in before and not _SENTENCE.search(before)
    return False


def _introduces(text: str) -> bool:
    date = _DATE.search(text)
    if date is None:
        return False
    wrote = WROTE.search(text)
    if wrote is not None and _ONESELF.search(text[: wrote.start()]):
        return False
    if wrote is not None and (
        "@" in text or (date.start() < wrote.start() and len(text[wrote.end() :].split()) <= 6)
    ):
        return True
    bare = text.rstrip(":： ")
    return bare != text and _ENDS_WITH_ADDRESS.search(bare[-160:]) is not None


def _names_who_wrote(text: str) -> bool:
    """Tell whether this is "Some One <one@example.org> wrote:", or the same with a date behind it."""
    if len(text) > 250 or "@" not in text:
        return False
    wrote = WROTE.search(text)
    if wrote is None:
        return False
    who = _BRACKETED_ADDRESS.search(text) if _DATE.search(text) else _ENDS_WITH_ADDRESS.search(text[: wrote.start()])
    who = who or (_ADDRESS.match(text) if _DATE.search(text) else None)
    return who is not None and len(text[: who.start()].split()) <= 8


def _may_name_an_author(text: str) -> bool:
    """Right above a quote less is needed: the word for it, an address in brackets, or a moment."""
    if len(text) > 120:
        return False
    if WROTE.search(text) is not None:
        return True
    has_when = _DATE.search(text) is not None and _TIME.search(text) is not None
    return (
        text[-1] in _COLONS and len(text.split()) <= 12 and (has_when or _BRACKETED_ADDRESS.search(text) is not None)
    )


def says_who_and_when(text: str) -> bool:
    """Tell whether a line names an address and a moment, and no more: enough above a block that is set in."""
    if len(text) > 120 or len(text.split()) > 12:
        return False
    return _ADDRESS.search(text) is not None and _DATE.search(text) is not None and not _SENTENCE.search(text)


def _is_followed_by_quote(marks: Sequence[Mark], number: int) -> bool:
    for mark in marks[number + 1 : number + 4]:
        if mark is not Mark.EMPTY:
            return mark is Mark.QUOTE
    return False


def _mark_separator(texts: Sequence[str], marks: list[Mark | None], number: int) -> None:
    """Mark "-----Original Message-----" in any language we know, or any such line above a header."""
    text = texts[number]
    inner = text.strip("-_=*#–— ")
    dashes = len(text) - len(inner)
    if not 2 <= len(inner) <= 70 or dashes < 4 or text[-1] not in "-_=*#–—":
        return
    if len(inner.split()) <= 6 and (EARLIER.search(inner) or _header_follows(texts, number)):
        marks[number] = Mark.EARLIER


def _header_follows(texts: Sequence[str], number: int) -> bool:
    following = next((text for text in texts[number + 1 : number + 4] if text), "")
    return role_of(following) in {Role.FROM, Role.DATE, Role.SUBJECT, Role.TO}


def _mark_headers(texts: Sequence[str], marks: list[Mark], candidates: list[int]) -> None:
    """Find runs of "From: … Sent: … To: … Subject: …"; each line is looked at once."""
    done = -1
    for number in candidates:
        if number <= done or marks[number] is not Mark.TEXT or role_of(texts[number]) is None:
            continue
        roles, done = header_run(texts, number)
        announced = _is_announced(texts, marks, number)
        goes_on = announced and len(roles) >= 2 and Mark.ATTRIBUTION in marks[done + 1 : done + 3]
        if goes_on or _is_header(roles, texts[number : done + 1], announced=announced):
            first = _announcement(texts, marks, number)
            marks[first : done + 1] = [Mark.EARLIER] * (done + 1 - first)


def header_run(texts: Sequence[str], start: int) -> tuple[set[Role], int]:
    """Give the roles of the header lines from here on, and the number of the last one."""
    roles: set[Role] = set()
    last, number = start, start
    while number < len(texts) and number <= last + _WRAPPED_HEADER_LINES and number < start + 60:
        role = role_of(texts[number])
        if role is not None:
            roles.add(role)
            roles |= _roles_within(texts[number])
            last = number
        number += 1
    return roles, last


def _roles_within(text: str) -> set[Role]:
    """Some programs join a whole header to one line: "From: … Sent: … To: … Subject: …"."""
    if text.count(":") < 4 or len(text) > 600:
        return set()
    keys = (found[1].lower() for found in _KEY_WITHIN.finditer(text))
    return {HEADER_ROLES[key] for key in keys if key in HEADER_ROLES}


def _is_header(roles: set[Role], lines: Sequence[str], *, announced: bool) -> bool:
    """Require an author and two more; a form that a person fills in ("From: Berlin, to: Rome") is not one."""
    if Role.FROM not in roles:
        return announced and len(roles) >= 3 and Role.SUBJECT in roles
    named = len(roles - {Role.OTHER})
    has_address = any("@" in line for line in lines)
    if announced:
        return named >= 2
    if named < 3:
        return False
    has_when = any(_DATE.search(line) for line in lines if role_of(line) is Role.DATE)
    return has_address or (Role.SUBJECT in roles and has_when)


def _is_announced(texts: Sequence[str], marks: Sequence[Mark], number: int) -> bool:
    return _announcement(texts, marks, number) < number


def _announcement(texts: Sequence[str], marks: Sequence[Mark], number: int) -> int:
    """Go up to the line that announces a header: a rule, or "Begin forwarded message:"."""
    above = number - 1
    while above >= 0 and above >= number - 3 and marks[above] is Mark.EMPTY:
        above -= 1
    if above < 0:
        return number
    text = texts[above]
    if marks[above] is Mark.EARLIER:
        return above
    if DELIMITER.fullmatch(text):
        return above
    is_announcement = len(text) <= 60 and len(text.split()) <= 6 and EARLIER.search(text) is not None
    return above if is_announcement else number
