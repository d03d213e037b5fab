"""Hostile repetition costs no more than its length: ten times as much takes about ten times as long."""

import time
from collections.abc import Callable

import pytest

from helpdesk.mail import (
    charsets,
    encoded_words,
    flowed,
    headers,
    html_survey,
    html_text,
    inbound,
    parameters,
    uuencode,
)
from helpdesk.mail.headers import Header
from tests.mail.letters import HEAD

FIRST = 20_000
ALLOWED = 40
"""Ten times is linear, a hundred times is quadratic; a busy machine needs room between."""

_CASES: dict[str, tuple[Callable[[str], object], str]] = {
    "encoded words": (encoded_words.decode, "=?utf-8?q?x"),
    "encoded word starts": (encoded_words.decode, "=?"),
    "parameters": (lambda text: parameters.split("a/b" + text), ';a="b'),
    "semicolons": (lambda text: parameters.split("a/b" + text), ";"),
    "open tags": (html_text.text_of, "<a "),
    "open quotes": (html_text.text_of, '<a "'),
    "mixed quotes": (html_text.text_of, "<a '\"><b>"),
    "comments": (html_text.text_of, "<!--"),
    "scripts": (html_text.text_of, "<script>"),
    "spaces in pre": (lambda text: html_text.text_of("<pre>" + text), " "),
    "angle brackets": (html_survey.survey, "<"),
    "styles": (html_survey.survey, "<style>url("),
    "flowed": (flowed.unfold, "> \n"),
    "uuencode": (uuencode.files, "begin 644 x\n"),
    "uuencoded lines": (lambda text: uuencode.files("begin 644 x\n" + text), "#86)C\n"),
    "message ids": (lambda text: headers.message_ids((text,)), "<a@"),
    "at signs": (lambda text: headers.plain_envelope(Header(index={"from": (text,)})), "@a"),
    "quotes in from": (lambda text: headers.plain_envelope(Header(index={"from": (text,)})), '"<'),
    "charset": (lambda text: charsets.decode(text.encode("cp1251"), None), "да "),
    "header of a letter": (lambda text: inbound.read(HEAD + b"X: " + text.encode() + b"\r\n\r\nx"), "=?a?b?"),
}


@pytest.mark.parametrize("name", _CASES)
def test_time_grows_with_length(name):
    read, unit = _CASES[name]
    short, long = unit * (FIRST // len(unit)), unit * (FIRST * 10 // len(unit))

    assert _seconds(read, long) <= max(0.1, _seconds(read, short) * ALLOWED)


def _seconds(read: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        read(text)
        best = min(best, time.process_time() - start)
    return best
