"""The page of business hours: shows what was chosen in effect, says what is wrong, and keeps what was typed."""

from tests.web.desk import Desk

PAGE = "/settings/business-hours"
WEEK = {f"day{number}": "9-17" for number in range(5)}


def test_hours_are_chosen_and_shown_with_the_days_on_which_nobody_works(desk: Desk):
    root = desk.browser(desk.root)

    answer = root.post(PAGE, {**WEEK, "country": "DE", "region": "by", "own_days": "2099-12-24 Christmas Eve"})

    shown = root.get(answer.headers["Location"]).text
    assert "Saved." in shown
    assert 'value="09:00-17:00"' in shown
    assert "New Year" in shown
    assert "2099-12-24 Christmas Eve" in shown


def test_a_team_has_hours_of_its_own_and_gives_them_up(desk: Desk):
    root, url = desk.browser(desk.root), f"{PAGE}/teams/{desk.ticket.team_id}"

    root.post(url, {"day6": "10-14"})
    with_own = root.get(PAGE).text
    root.post(f"{url}/own/removal")

    assert ">hours of its own<" in with_own
    assert ">hours of its own<" not in root.get(PAGE).text
    assert root.get(f"{PAGE}/teams/987654").status_code == 404


def test_what_is_wrong_is_said_beside_what_was_typed(desk: Desk):
    root = desk.browser(desk.root)

    answer = root.post(PAGE, {**WEEK, "day0": "9 to <b>5"})

    assert answer.status_code == 422
    assert "9 to &lt;b&gt;5” can&#39;t be kept" in answer.text
    assert 'value="9 to &lt;b&gt;5"' in answer.text
