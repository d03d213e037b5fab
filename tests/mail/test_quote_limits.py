"""Hostile text costs time in proportion to its length, and loses nothing."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpdesk.mail import quote

QUARTER_OF_A_MEGABYTE = 256 * 1024

UNITS = [
    ">", "\n", "On 1:00 wrote:\n", "From: a@b\n", "From: x\nTo: y\nX\n", "On 2 x <", "a:\n", "---- a ----\n", "___\n",
    "\nSent from my x\n", "wrote ", "a@", "<x@", "1.", "- ", "confidential intended recipient disclose\n\n",
    "caution external sender\n", "> " + "x" * 70 + "\nfoo\n", "&gt;", "年", "\u200f",
    "<", "<div>", "</div>", "<div></b>", "<blockquote>", "<blockquote>a</blockquote>", "<a \"'", "<!--", "<style>",
    "&#99999999999", "&amp;", '<div class="gmail_quote">', "<div class=gmail_quote><blockquote>x</blockquote></div>",
    "<br>", "<hr>", "<pre>\n", "<pre>\n</pre>", '<div x="<', "<div a=", "<div class=signature>x<br>",
    "<p style='border:none;border-top:solid red 1.0pt'>",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("find", [quote.new_part, quote.new_part_of_html])
def test_hostile_repetition_costs_no_square(unit, find):
    hostile = unit * (QUARTER_OF_A_MEGABYTE // len(unit))

    started = time.process_time()
    find(hostile)

    # a pass in proportion takes a tenth of this on a busy machine; what costs the square of it takes minutes
    assert time.process_time() - started < 2.0


@given(st.lists(st.sampled_from([*UNITS, "\n", "\n\n", "Hello there.", "> quoted\n"]), max_size=60).map("".join))
@settings(max_examples=150, deadline=None)
@example("On 1:00 wrote:\n>")
def test_any_mixture_is_kept_whole(text):
    trimmed = quote.new_part(text)

    assert "".join(piece for _, piece in trimmed.stretches()) == text
    lines = {line.rstrip() for line in text.split("\n")}
    assert {line.rstrip() for line in trimmed.new_text.split("\n")} <= lines | {""}


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_and_html_can_be_read(text):
    assert quote.new_part(text).whole == text
    quote.new_part_of_html(text)
    quote.new_part_of(text, f"<div>{text}</div>")


def test_what_lies_past_the_limits_is_kept():
    text = "Mine.\n" + "x\n" * 30_000 + "The end."

    trimmed = quote.new_part(text)

    assert trimmed.whole == text
    assert trimmed.new_text.endswith("The end.")
