"""The public page of the statistics, the file and the feed; and the settings behind a permission."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.models.statistic import Cadence, Metric, StatisticBudget, StatisticRelease, StatisticTag
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import categories, document, periods, sending
from helpdesk.privacy.statistics.counting import Counted
from helpdesk.privacy.statistics.document import DocumentUnfit
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.privacy.statistics.releases import keep
from helpdesk.runtime import Runtime
from helpdesk.web import statistics_settings
from tests import world
from tests.privacy.statistics.small import OCTOBER, Small, day, due
from tests.web.browser import Browser
from tests.web.desk import Desk
from workers import statistics

ATOM = "{http://www.w3.org/2005/Atom}"


def publish(here: Runtime, *, customers: int) -> None:
    with here.db.transaction() as session:
        settings.change(session, Usage(since="2026-10"), by=Machine.COMMAND)
        session.add(StatisticTag(name="<b>lamp</b>"))
        small = Small(session)
        for number in range(customers):
            small.ticket(small.customer(), day(1 + number % 28), tag="<b>lamp</b>", minutes=30 + number)
    with clock.stopped_at(datetime(2026, 11, 1, 12, tzinfo=UTC)):
        statistics.close_periods()


@pytest.fixture
def busy(runtime: Runtime) -> Runtime:
    publish(runtime, customers=300)
    return runtime


def test_everybody_sees_the_page_without_cookie_or_script(busy: Runtime, app: Flask):
    answer = Browser(app).get("/statistics")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text
    assert "October 2026" in answer.text
    assert "&lt;b&gt;lamp" in answer.text
    assert "<b>lamp" not in answer.text


def test_page_and_file_say_the_same(busy: Runtime, app: Flask):
    file = json.loads(Browser(app).get("/statistics.json").text)
    page = Browser(app).get("/statistics", headers={"Accept-Language": "de"}).text

    [release] = file["releases"]
    tickets = release["numbers"][0]["counts"][0]
    assert str(tickets["value"]) in page
    assert f"{tickets['low']} bis {tickets['high']}" in page


def test_the_file_fits_its_published_schema_and_nothing_more_would(busy: Runtime, app: Flask):
    schema = json.loads(Browser(app).get("/statistics.schema.json").text)
    file = json.loads(Browser(app).get("/statistics.json").text)

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(file)
    for place in (
        file,
        file["releases"][0],
        file["releases"][0]["numbers"][0],
        file["releases"][0]["numbers"][0]["counts"][0],
    ):
        place["remark"] = "Nils Berg"
        with pytest.raises(DocumentUnfit):
            document.check(file)
        del place["remark"]
    file["releases"][0]["numbers"][0]["counts"][0]["value"] = "about 300"
    with pytest.raises(DocumentUnfit):
        document.check(file)


def test_every_object_of_the_schema_is_closed():
    def objects(part: object) -> list[dict[str, Any]]:
        if isinstance(part, list):
            return [found for one in part for found in objects(one)]
        if not isinstance(part, dict):
            return []
        here = [part] if part.get("type") == "object" else []
        return here + [found for one in part.values() for found in objects(one)]

    found = objects(document.schema())
    assert len(found) > 5
    assert all(
        one["additionalProperties"] is False and set(one["required"]) == set(one["properties"]) for one in found
    )


def test_a_desk_that_published_nothing_says_when_it_will(app: Flask):
    page = Browser(app).get("/statistics").text

    assert "Nothing is published yet" in page
    assert json.loads(Browser(app).get("/statistics.json").text)["releases"] == []


def test_numbers_below_the_noise_are_not_shown_anywhere(runtime: Runtime, app: Flask):
    publish(runtime, customers=1)

    file = json.loads(Browser(app).get("/statistics.json").text)
    shown = [cell["value"] for one in file["releases"][0]["numbers"] for cell in one["counts"]]
    hidden = [cell for one in file["releases"][0]["numbers"] for cell in one["counts"] if cell["value"] is None]
    assert shown.count(None) >= len(shown) - 3  # noise may lift one above its floor: five times of a hundred
    assert all(cell["low"] == 0 < cell["high"] for cell in hidden)
    assert Browser(app).get("/statistics").status_code == 200


def test_a_feed_reader_finds_each_release(busy: Runtime, app: Flask):
    root = ET.fromstring(Browser(app).get("/statistics.atom").text)  # noqa: S314  our own

    [entry] = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "October 2026"
    assert entry.findtext(f"{ATOM}id") == "http://localhost:8000/statistics?period=2026-10"
    [content] = entry.findall(f"{ATOM}content")
    assert content.get("type") == "text"  # anything else that is no markup had to be base64
    assert re.fullmatch(
        r"Tickets: \d+ \(\d+ to \d+\) · Customers helped: .+ · First reply, median: .+", content.text or ""
    )


def test_an_earlier_release_has_its_address_and_a_wrong_one_is_not_there(busy: Runtime, app: Flask):
    assert Browser(app).get("/statistics?period=2026-10").status_code == 200
    assert Browser(app).get("/statistics?period=2026-13'--").status_code == 404


def releases(here: Runtime, cadence: Cadence, first: date, *, number: int, noisy: int = 400) -> None:
    """So many periods as they would have been published, each count the same."""
    usage, begins = Usage(extras=("weekday",)), first
    with here.db.transaction() as session:
        for _period in range(number):
            found = due(periods.at(cadence, begins), usage)
            begins = found.period.ends_on
            counted = Counted(
                {metric: categories.of(metric, []) for metric in found.metrics},
                {metric: [noisy] * len(categories.of(metric, [])) for metric in found.metrics},
                {},
            )
            assert keep(session, found, counted, counted.counts, send=True, by=Machine.STATISTICS)


def test_a_release_that_is_a_part_of_its_month_tells_what_the_month_may_tell(runtime: Runtime, app: Flask):
    releases(runtime, Cadence.WEEKLY, OCTOBER, number=4)
    with runtime.db.transaction() as session:
        settings.change(session, Usage(since="2026-10"), by=Machine.COMMAND)
    with clock.stopped_at(datetime(2026, 11, 1, 12, tzinfo=UTC)):
        assert statistics.close_next(runtime) == "2026-10"  # its customers, and nothing else

    page = Browser(app).get("/statistics?period=2026-10").text

    assert "epsilon 2 for a month" in page
    assert "tickets a month are counted" not in page
    assert "of one customer 12 tickets a month are counted" in Browser(app).get("/statistics").text
    assert "in two periods of a month" in Browser(app).get("/statistics").text


def test_the_page_lists_some_releases_and_the_file_has_all(runtime: Runtime, app: Flask):
    releases(runtime, Cadence.DAILY, OCTOBER, number=62)

    page = Browser(app).get("/statistics").text

    assert page.count('href="/statistics?period=') == 60
    assert "stands in the file" in page
    assert Browser(app).get("/statistics?period=2026-10-01").status_code == 200
    assert len(json.loads(Browser(app).get("/statistics.json").text)["releases"]) == 62


def test_a_column_below_the_noise_does_not_look_like_nought(runtime: Runtime, app: Flask):
    releases(runtime, Cadence.MONTHLY, OCTOBER, number=1, noisy=3)
    releases(runtime, Cadence.MONTHLY, date(2026, 11, 1), number=1)
    with runtime.db.transaction() as session:
        weekdays = select(StatisticRelease).where(
            StatisticRelease.metric == Metric.WEEKDAY, StatisticRelease.begins_on > OCTOBER
        )
        session.scalars(weekdays).one().noisy = "[400, 300, 200, 100, 90, 3, 2]"

    page = Browser(app).get("/statistics").text

    assert page.count('class="ghost"') == 2
    assert "at most" in page


def test_the_sending_that_is_shown_is_that_of_the_newest_days(runtime: Runtime):
    """By its name a quarter comes after the months that follow it."""
    releases(runtime, Cadence.QUARTERLY, date(2026, 1, 1), number=1)
    releases(runtime, Cadence.MONTHLY, date(2026, 4, 1), number=2)

    with runtime.db.reading() as session:
        latest = sending.latest(session)
        assert latest is not None
        assert latest.period == "2026-05"


def test_the_settings_show_ledger_and_preview_and_spend_nothing(desk: Desk):
    publish(desk.runtime, customers=40)
    root = desk.browser(desk.root)
    with desk.runtime.db.reading() as session:
        before = document.whole(session)

    page = root.get("/settings/statistics").text

    assert "The ledger" in page
    assert "2026-10" in page
    assert "± 48" in page  # of the tickets, eight a customer
    with desk.runtime.db.reading() as session:
        assert document.whole(session) == before


@pytest.mark.parametrize("customers", [0, 40])
def test_the_next_release_is_drawn_with_noise_alike_and_costs_nothing(desk: Desk, customers: int):
    if customers:
        publish(desk.runtime, customers=customers)
    root = desk.browser(desk.root)

    with desk.runtime.db.reading() as session:
        before = session.scalars(select(StatisticBudget.spent)).all(), document.whole(session)
    pages = [root.get("/settings/statistics").text for _ in range(2)]

    drawn = [page[page.index('class="preview-charts"') : page.index("</details>\n<p")] for page in pages]
    assert drawn[0] == drawn[1]  # looking again is no second draw
    assert "<svg" in drawn[0]
    assert ("for a desk with 100 tickets" in pages[0]) is (customers == 0)
    with desk.runtime.db.reading() as session:
        assert (session.scalars(select(StatisticBudget.spent)).all(), document.whole(session)) == before
        assert session.scalar(select(func.count()).select_from(StatisticRelease)) == (5 if customers else 0)


def test_what_is_chosen_is_kept_and_nonsense_is_refused(desk: Desk):
    root = desk.browser(desk.root)
    root.get("/settings/statistics")

    assert root.post("/settings/statistics", {"epsilon": "50", "unit": "customer"}).status_code == 422
    assert root.post("/settings/statistics", {"epsilon": "1", "unit": "nobody"}).status_code == 422
    chosen = {"is_on": "1", "epsilon": "1", "unit": "organisation", "extras": "hour"}
    assert root.post("/settings/statistics", chosen).status_code == 303

    with desk.runtime.db.reading() as session:
        usage = settings.of(session, Usage)
    assert (usage.epsilon, usage.unit, usage.extras) == (1, "organisation", ("hour",))
    assert "makes the noise of all others" in root.get("/settings/statistics").text


def test_switched_off_and_on_again_the_months_between_are_not_published(desk: Desk):
    root = desk.browser(desk.root)
    root.get("/settings/statistics")
    root.post("/settings/statistics", {"epsilon": "2", "unit": "customer"})
    root.post("/settings/statistics", {"is_on": "1", "epsilon": "2", "unit": "customer"})

    with desk.runtime.db.reading() as session:
        usage = settings.of(session, Usage)
    assert usage.is_on
    assert usage.since == f"{clock.now():%Y-%m}"


@pytest.mark.parametrize(
    "address", ["http://vendor.example/", "https://", "https://a:b@vendor.example/", "ftp://x", "x"]
)
def test_an_address_that_is_not_safe_is_refused(desk: Desk, address: str):
    root = desk.browser(desk.root)
    root.get("/settings/statistics")

    refused = root.post("/settings/statistics/sending", {"address": address})

    assert refused.status_code == 422
    assert f'name="address" value="{address}"' in refused.text  # what was typed stands there still


def test_the_file_is_shown_before_it_is_sent_anywhere(desk: Desk):
    publish(desk.runtime, customers=40)
    root = desk.browser(desk.root)

    page = root.get("/settings/statistics").text

    assert "&#34;discrete_laplace&#34;" in page
    assert root.post("/settings/statistics/sending", {"address": "https://vendor.example/in"}).status_code == 303
    with desk.runtime.db.reading() as session:
        assert settings.of(session, Usage).send_to == "https://vendor.example/in"


def test_the_file_is_made_once_for_each_release_and_fetched_once(busy: Runtime, app: Flask):
    first = Browser(app).get("/statistics.json")

    again = app.test_client().get("/statistics.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with clock.stopped_at(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        statistics.close_periods()
    newer = app.test_client().get("/statistics.json", headers={"If-None-Match": first.headers["ETag"]})
    assert newer.status_code == 200
    assert [one["period"] for one in json.loads(newer.data)["releases"]] == ["2026-11", "2026-10"]


def test_of_a_long_file_the_settings_show_the_beginning(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(statistics_settings, "_LETTERS_SHOWN", 1_000)
    publish(desk.runtime, customers=40)

    page = desk.browser(desk.root).get("/settings/statistics").text

    assert "…</pre>" in page
    assert 'href="/statistics.json"' in page


def test_a_tag_that_may_name_somebody_is_refused(desk: Desk):
    root = desk.browser(desk.root)
    root.get("/settings/statistics")

    refused = root.post("/settings/statistics/tags", {"name": "nils@berg.example"})
    assert refused.status_code == 422
    assert refused.text.count('value="nils@berg.example"') == 1  # in the field of the tag, not in that of the theme
    assert root.post("/settings/statistics/tags", {"name": "Lamp"}).status_code == 303
    assert "Remove lamp from the list" in root.get("/settings/statistics").text
    assert root.post("/settings/statistics/tags/removal", {"name": "lamp"}).status_code == 303


def test_a_theme_is_listed_with_its_words_which_are_not_published(desk: Desk):
    root = desk.browser(desk.root)
    root.get("/settings/statistics")

    assert root.post("/settings/statistics/themes", {"name": "Lamps", "words": ""}).status_code == 422
    refused = root.post("/settings/statistics/themes", {"name": "a@b.example", "words": "x\ny"})
    assert refused.status_code == 422
    assert 'value="a@b.example"' in refused.text
    assert ">x\ny</textarea>" in refused.text
    assert root.post("/settings/statistics/themes", {"name": "Lamps", "words": "heliotrope"}).status_code == 303
    with desk.runtime.db.transaction() as session:
        settings.change(session, Usage(since="2026-10", extras=("theme",)), by=Machine.COMMAND)
        small = Small(session)
        for number in range(60):
            ticket = small.ticket(small.customer(), day(1 + number % 28))
            world.a_message(session, ticket, text="The heliotrope one")
    with clock.stopped_at(datetime(2026, 11, 1, 12, tzinfo=UTC)):
        statistics.close_periods()

    page, file = root.get("/statistics").text, root.get("/statistics.json").text
    document.check(json.loads(file))
    assert "Lamps" in page
    assert "heliotrope" not in page + file
    with desk.runtime.db.reading() as session:
        assert world.trail(session, "phrase.compare")
    assert "Remove Lamps from the list" in root.get("/settings/statistics").text
    assert root.post("/settings/statistics/themes/removal", {"name": "Lamps"}).status_code == 303
