"""What is served of our style sheets and scripts is smaller than what is written, and says the same."""

from playwright.sync_api import Page

from helpdesk.web import static_files
from helpdesk.web.static_files import FOLDER, STYLESHEET, STYLESHEETS, StaticFiles
from tests.web.desk import Desk

RULES = """texts => texts.map(text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map(rule => rule.cssText).join("\\n");
})"""


def test_one_sheet_has_the_rules_of_them_all_as_they_were_written(page: Page):
    written = "".join((FOLDER / name).read_text() for name in STYLESHEETS)
    served = StaticFiles().files[STYLESHEET].body.decode()

    as_written, as_served = page.evaluate(RULES, [written, served])

    assert as_served.split() == as_written.split()
    assert as_served.count("\n") > 500
    assert len(served) < 0.9 * len(written)


def test_a_script_keeps_its_lines_and_loses_comments_and_indentation():
    for script in (FOLDER / "js").glob("*.js"):
        written, served = script.read_text().splitlines(), static_files.read(script).decode().splitlines()

        said = ["" if line.lstrip().startswith("//") else line.lstrip().partition(" // ")[0] for line in written]
        assert served == said, script.name
        cut = [line for line in said if any(f"{line} // " in one for one in written)]
        assert not [line for line in cut if any(line.count(quote) % 2 for quote in '"`')], "a text was cut"
        assert not [line for line in written if line.count("`") % 2], f"{script.name} has a text over several lines"


def test_a_page_asks_for_one_sheet(desk: Desk):
    html = desk.browser().get("/sign-in").text

    assert html.count('rel="stylesheet"') == 1
    assert desk.browser().get(html.partition('rel="stylesheet" href="')[2].partition('"')[0]).status_code == 200


def test_pages_with_charts_ask_for_their_sheet_and_no_other_page_does(desk: Desk):
    ada, root = desk.browser(desk.ada), desk.browser(desk.root)

    for page in (
        root.get("/reports"),
        root.get("/themes"),
        root.get("/statistics"),
        root.get("/settings/statistics"),
    ):
        assert page.status_code == 200
        assert page.text.count("/css/charts.css") == 1
    assert "/css/themes.css" in root.get("/themes").text
    for address in ("/inbox/open", f"/tickets/{desk.ticket.number}", "/settings"):
        page = ada.get(address)
        assert "charts.css" not in page.text
        assert "themes.css" not in page.text
        assert 'class="chart' not in page.text
