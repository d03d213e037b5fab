"""Signatures, telephones' last lines, disclaimers and gateways' warnings: what nobody wrote for this email."""

# ruff: noqa: RUF001 - signs and words of many languages look alike on purpose

import re
from collections.abc import Iterator, Sequence
from typing import Final

from helpdesk.mail.quote_lines import BLANK, DELIMITER
from helpdesk.mail.signature_words import (
    BANNER,
    BANNER_START,
    DISCLAIMER,
    FIRST_PERSON,
    MOBILE,
    MOBILE_STEMS,
    OUTLOOK_LINK,
    PRINTING,
)

Range = tuple[int, int]

_LINK_AT_END: Final = re.compile(r"\s*[<(\[]\s?(?:https?:|mailto:|www\.)[^\s<>()\[\]]*\s?[>)\]]\.?$")
_NAME_AFTER_DASH: Final = re.compile(r"-{1,2}\s?[^\W\d_][\w.'’-]*(?:\s[^\W\d_][\w.'’-]*){0,3}")
_IS_LISTED: Final = re.compile(r"(?:\d{1,2}[.)]|#{1,6}|\[[ xX]?\])\s\S")
_CONTACT: Final = re.compile(r"@|https?:|www\.|(?:\+|\b0)\d[\d ()/.-]{5,}|\btel\b|\bfax\b", re.IGNORECASE)
_SENTENCE_END: Final = (".", "!", "?", "。", "！", "？", ":", ";")
_CLOSING: Final = frozenset(">)].")  # what a link in brackets ends with
_PLAIN_STEMS: Final = tuple(filter(str.isascii, MOBILE_STEMS))
_AROUND: Final = BLANK + "*_-–—([{<>}])"
_STANDARD: Final = frozenset({"--", "- -", "—"})


def folded(texts: Sequence[str], first: int, end: int) -> Iterator[Range]:
    """Give the ranges of a run of text lines that are signature: what comes last, from its delimiter on."""
    end = _without_blank_end(texts, first, end)
    start = _signature_start(texts, first, end)
    if start is not None:
        yield start, end
        end = _without_blank_end(texts, first, start)
    start = _disclaimer_start(texts, first, end)
    if start < end:
        yield start, end
        end = _without_blank_end(texts, first, start)
    mobile = _mobile_line(texts, first, end)
    if mobile is not None:
        begins = any(texts[first:mobile])
        stop = end if begins else mobile + 1
        yield mobile, stop
        end = mobile if begins else end
    trailing = _decoration_start(texts, first, end)
    if trailing < end:
        yield trailing, end


def banner_end(texts: Sequence[str], end: int) -> int:
    """Give where a gateway's warning at the top of an email stops, 0 if there is none."""
    stop, number = 0, 0
    for _ in range(3):
        while number < end and (not texts[number] or DELIMITER.fullmatch(texts[number])):
            number += 1
        start = number
        while number < end and texts[number] and number < start + 8:
            number += 1
        paragraph = " ".join(texts[start:number])
        if not paragraph or len(paragraph) > 700:
            break
        if not (BANNER_START.match(paragraph) and BANNER.search(paragraph)) or FIRST_PERSON.search(paragraph):
            break
        stop = number
    return stop


def _without_blank_end(texts: Sequence[str], first: int, end: int) -> int:
    while end > first and not texts[end - 1]:
        end -= 1
    return end


def _signature_start(texts: Sequence[str], first: int, end: int) -> int | None:
    """Find the first delimiter with a signature below it; only the last lines can be one."""
    for number in range(max(first, end - 40), end):
        text = texts[number]
        if text and _is_rule(text):
            below = [line for line in texts[number + 1 : end] if line and not DELIMITER.fullmatch(line)]
            if _reads_like_signature(text, below):
                return number
    return None


def _reads_like_signature(delimiter: str, below: Sequence[str]) -> bool:
    if not below:
        return True
    length = sum(map(len, below))
    if delimiter in _STANDARD:
        return len(below) <= 20 and length <= 1500
    if any(line.endswith(("?", "？")) or _IS_LISTED.match(line) for line in below):
        return False
    if delimiter[0] == "_" and len(delimiter) >= 2:
        return len(below) <= 12 and length <= 900
    return len(below) <= 10 and max(map(len, below)) <= 90 and _is_terse(delimiter, below)


def _is_terse(delimiter: str, below: Sequence[str]) -> bool:
    has_contact = any(_CONTACT.search(line) for line in below)
    if delimiter[0] in "-–—━─":
        is_short = all(len(line) <= 45 and not line.endswith(_SENTENCE_END) for line in below)
        return is_short or (has_contact and not below[0].endswith(_SENTENCE_END))
    return has_contact and all(len(line) <= 70 and not line.endswith(_SENTENCE_END) for line in below)


def _disclaimer_start(texts: Sequence[str], first: int, end: int) -> int:
    """Go up over the last paragraphs as long as each is a disclaimer."""
    start = end
    while start > first:
        paragraph_end = _without_blank_end(texts, first, start)
        begin = paragraph_end
        while begin > first and texts[begin - 1] and begin > paragraph_end - 60:
            begin -= 1
        paragraph = " ".join(texts[begin:paragraph_end])[:4000]
        if not _is_disclaimer(paragraph):
            break
        start = begin
    return start


def _is_disclaimer(paragraph: str) -> bool:
    if len(paragraph) < 400 and PRINTING.search(paragraph):
        return True
    if len(paragraph) < 80:
        return False
    lowered = paragraph.lower()
    words = sum(word in lowered for word in DISCLAIMER)
    return words >= (2 if len(paragraph) > 250 else 3)


def _mobile_line(texts: Sequence[str], first: int, end: int) -> int | None:
    for number in range(first, end):
        text = texts[number]
        if not text or len(text) > 200 or (number > first and texts[number - 1] and not _is_rule(texts[number - 1])):
            continue
        if is_mobile_signature(text) and not _goes_on(texts, number, end):
            return number
    return None


def _goes_on(texts: Sequence[str], number: int, end: int) -> bool:
    """Whether the line is the beginning of a sentence: the next one is its rest."""
    following = texts[number + 1] if number + 1 < end else ""
    return following[:1].islower() and not texts[number].endswith(_SENTENCE_END) and not _CONTACT.match(following)


def _is_rule(text: str) -> bool:
    return (not text[0].isalnum() or text[0] == "ᐧ") and DELIMITER.fullmatch(text) is not None


def is_mobile_signature(text: str) -> bool:
    """Tell whether it is "Sent from my telephone", in its language: a short line of its own."""
    bare = text[:200]
    if bare[-1:] in _CLOSING:
        bare = _LINK_AT_END.sub("", bare)
    bare = bare.strip(_AROUND)
    if not bare or len(bare) > 96 or len(bare.split()) > 12:
        return False
    lowered = bare.lower()
    stems = _PLAIN_STEMS if lowered.isascii() else MOBILE_STEMS
    if any(map(lowered.__contains__, stems)) and MOBILE.fullmatch(bare) is not None:
        return True
    return bare != text and OUTLOOK_LINK.fullmatch(bare) is not None


def _decoration_start(texts: Sequence[str], first: int, end: int) -> int:
    """Fold rules that close the text, and a lone "-Name" below it."""
    start = end
    while start > first and (not texts[start - 1] or _is_rule(texts[start - 1])):
        start -= 1
    last = start - 1
    if last - 1 > first and _NAME_AFTER_DASH.fullmatch(texts[last]) and not texts[last - 1]:
        above = next((text for text in reversed(texts[first : last - 1]) if text), "-")
        if not above.startswith("-") and len(texts[last]) <= 40:
            return last
    return start
