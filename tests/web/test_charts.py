"""Charts: what is drawn is what is said, in the reader's numbers, and a table says it again."""

import re
from dataclasses import replace

import pytest
from flask import Flask, render_template_string

from helpdesk.web import charts
from helpdesk.web.charts import HEIGHT, Datum, Words

WORDS = Words(title="Tickets by tag", name="Tag", value="Share", other="Last month")
TAGS = [
    Datum(name="lamp", value=1200, low=1000, high=1500, other=600),
    Datum(name="<b>chair</b>", value=None, note="below the noise"),
    Datum(name="vase", value=3000, low=2500, high=3500, other=0),
]
PAGE = (
    '{% from "charts/charts.html" import ranked, columns, timeline, sparkline with context %}'
    "{{ ranked(a) }}{{ columns(b) }}{{ timeline(c) }}{{ sparkline(d, true) }}"
)


def page(app: Flask, data: list[Datum], language: str = "en") -> str:
    with app.test_request_context(headers={"Accept-Language": language}):
        made = {kind: getattr(charts, name)(WORDS, data) for kind, name in KINDS.items()}
        return render_template_string(PAGE, d=charts.sparkline("Tickets", data), **made)


KINDS = {"a": "ranked", "b": "columns", "c": "timeline"}


def test_the_longest_bar_comes_first_and_what_is_not_known_last(app: Flask):
    with app.test_request_context():
        chart = charts.ranked(WORDS, TAGS)

    assert [mark.name for mark in chart.marks] == ["vase", "lamp", "<b>chair</b>"]
    assert [mark.said for mark in chart.marks] == ["3,000", "1,200", "below the noise"]
    assert (chart.marks[0].wide, chart.marks[0].high) == (85.71, 100)  # the whisker fits too
    assert not chart.marks[2].is_known


def test_a_column_stands_on_the_ground_and_ends_at_its_value(app: Flask):
    with app.test_request_context():
        chart = charts.columns(WORDS, TAGS)

    assert [mark.name for mark in chart.marks] == [one.name for one in TAGS]
    assert all(mark.top + mark.tall == HEIGHT for mark in chart.marks)
    assert [tick.said for tick in chart.ticks] == ["0", "1,000", "2,000", "3,000", "4,000"]
    assert chart.marks[2].top == HEIGHT / 4


def test_a_line_breaks_where_nothing_is_known(app: Flask):
    with app.test_request_context():
        chart = charts.timeline(WORDS, [*TAGS, replace(TAGS[0], name="more")])

    assert chart.line.count("M") == 2
    assert chart.band.count("Z") == 1


def test_numbers_are_the_readers(app: Flask):
    english, german = page(app, TAGS), page(app, TAGS, "de")

    assert "3,000" in english
    assert "2,500 to 3,500" in english
    assert "3.000" in german
    assert "2.500 bis 3.500" in german


def test_shares_are_written_as_the_language_does(app: Flask):
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert charts.say_share(0.25) == "25\N{NO-BREAK SPACE}%"


def test_names_are_escaped_and_nothing_is_styled_in_place(app: Flask):
    made = page(app, TAGS)

    assert "&lt;b&gt;chair" in made
    assert "<b>chair" not in made
    assert not re.search(r"\sstyle=|<script|<style|\son\w+=", made)


def test_each_chart_has_a_name_and_a_table(app: Flask):
    made = page(app, TAGS)

    assert made.count("<table") == 4
    assert made.count('role="img"') == made.count("</desc>") == 3
    assert made.count("<figcaption") == 3


@pytest.mark.parametrize(
    "data",
    [[], [Datum(name="none", value=0)], [Datum(name="one", value=0.3)], [Datum(name="unknown", value=None)]],
)
def test_little_or_nothing_is_drawn_too(app: Flask, data: list[Datum]):
    assert "nan" not in page(app, data)


def test_a_narrow_page_keeps_a_few_labels_and_the_last_one(app: Flask):
    with app.test_request_context():
        chart = charts.columns(WORDS, [Datum(name=str(hour), value=hour) for hour in range(24)])

    labelled = [mark.name for mark in chart.marks if mark.is_labelled]
    assert len(labelled) <= 7
    assert labelled[-1] == "23"


def test_long_labels_are_fewer_on_a_narrow_page(app: Flask):
    with app.test_request_context():
        chart = charts.timeline(WORDS, [Datum(name=f"{day}. Sept.", value=day) for day in range(10, 22)])

    labelled = [mark.name for mark in chart.marks if mark.is_labelled]
    assert sum(len(name) + 1 for name in labelled) <= 50
    assert len(labelled) >= 3
    assert labelled[-1] == "21. Sept."


@pytest.mark.parametrize(
    ("count", "name"),
    [(30, "Nov {:02}"), (53, "Nov {:02}"), (7, "Monday"), (24, "{}"), (12, "a long name {:02}")],
)
def test_labels_have_room_and_those_of_a_phone_are_there_on_a_desktop(app: Flask, count: int, name: str):
    with app.test_request_context():
        chart = charts.columns(WORDS, [Datum(name=name.format(at), value=at) for at in range(count)])

    written = [mark for mark in chart.marks if mark.is_written]
    assert sum(len(mark.name) + 1 for mark in written) <= 84
    assert all(mark.is_written for mark in chart.marks if mark.is_labelled)
    assert chart.marks[-1].is_written
    assert len(written) >= min(count, 6, 50 // len(name))
