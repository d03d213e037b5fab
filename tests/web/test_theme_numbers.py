"""What pages and files of themes tell of numbers: none that few customers stand behind, whatever is subtracted."""

import json
import re

from sqlalchemy import select

from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeReport, ThemeShare
from helpdesk.privacy import theme_shares
from tests import world
from tests.web.desk import Desk, a_report


def test_weeks_of_few_customers_are_exact_on_no_page_and_in_no_file(desk: Desk):
    with desk.runtime.db.transaction() as session:
        report = session.get_one(ThemeReport, desk.report.id)
        theme = session.scalars(select(ReportTheme).filter_by(report_id=report.id, is_group=True)).one()
        shares = session.scalars(select(ThemeShare).filter_by(report_theme_id=theme.id)).all()
        report.weeks = json.dumps([f"2026-{week}" for week in ("10-26", "11-02", "11-09", "11-16")])
        for share, weekly in zip(shares, ([17, 0, 0, 0], [0, 3, 1, 1], *[[1, 1, 1, 1]] * 3), strict=True):
            share.weekly, share.messages = json.dumps(weekly), sum(weekly)
        theme.weekly, theme.messages = "[20, 6, 4, 4]", 34
        last = world.a_customer(session)
        session.add(ThemeShare(report_theme_id=theme.id, customer_id=last.id, messages=1, weekly="[0, 0, 0, 1]"))
        session.flush()
        theme.customers, theme.messages, theme.weekly = 6, 35, "[20, 6, 4, 5]"
        theme_shares.take_all(session, last.id)  # who goes is counted no more, and the weeks are told anew
    root, here = desk.browser(desk.root), f"/themes/{desk.report.id}"

    pages = [root.get(here).text, root.get(f"{here}/{desk.ticket.number}").text, root.get(f"{here}.csv").text]

    for page in pages:
        assert "8.5" in page  # in each week four customers at the most: all four are told together
    cells = re.findall(r'<td class="num">([\d.]+)', pages[1])
    assert set(cells) == {"8.5"}
    assert pages[2].strip().endswith("8.5,8.5,8.5,8.5")
    assert not re.search(r"(?:Nov|Oct|2026-1\d-\d\d)[^<]*: (?:20|6|4|5)\b", pages[0] + pages[1])


def test_counts_of_a_report_that_somebody_chose_are_in_fives_and_say_so(desk: Desk):
    with desk.runtime.db.transaction() as session:
        report = session.get_one(ThemeReport, desk.report.id)
        report.is_weekly, report.messages, report.themed = False, 42, 33
        report.not_themed = json.dumps({"cyrillic": 11, "hiragana": 3})
        for theme in session.scalars(select(ReportTheme).filter_by(report_id=report.id)):
            theme.customers, theme.messages = 7, 33
    root, here = desk.browser(desk.root), f"/themes/{desk.report.id}"

    page, inside, file = (
        root.get(here).text,
        root.get(f"{here}/{desk.ticket.number}").text,
        root.get(f"{here}.csv").text,
    )

    assert "its counts are in fives" in page
    assert "5 customers · 35 messages · English · counts in fives" in re.sub(r"\s+", " ", inside)
    assert ",5,35," in file
    assert "Cyrillic: 10, Japanese: fewer than five" in page
    assert "<dt>Messages</dt><dd>40</dd>" in page
    for told in (page, inside, file):
        assert not re.search(r"[>,: ](?:33|42)[<,. ]", told)


def test_a_report_beside_the_series_says_so(desk: Desk):
    with desk.runtime.db.transaction() as session:
        day = a_report(session, desk.ticket.number)
        day.since = day.until
    root = desk.browser(desk.root)

    assert "A report beside the series" in root.get(f"/themes/{day.id}").text
    page = root.get(f"/themes/{desk.report.id}").text
    assert "A report beside the series" not in page
    assert "weekly · 40 messages" in page


def test_why_it_failed_is_told_in_the_language_of_its_reader(desk: Desk):
    with desk.runtime.db.transaction() as session:
        for trouble in ("its process was ended by signal 9", "it was begun 3 times, and its worker died each time"):
            failed = a_report(session, desk.ticket.number)
            failed.state, failed.trouble = ReportState.FAILED, trouble
    root, german = desk.browser(desk.root), {"Accept-Language": "de"}

    page = root.get("/themes", headers=german).text
    piece = root.get(f"/themes/{failed.id}/progress", headers=german).text

    assert "sein Prozess wurde durch Signal 9 beendet" in page
    assert "3-mal begonnen" in page
    assert "3-mal begonnen" in piece
    assert "its worker" not in page + piece
