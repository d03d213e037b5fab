"""What comes into the editor: pasted or dragged in, words and plain formatting do, and no browser complains; a link.

Each test's browser fails it for what its console says, such as of styles that our pages do not allow.
"""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser

PASTE: Final = """(area, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "plain");
  area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
FROM_A_PAGE: Final = (
    '<html><head><style>p { color: red }</style></head><body style="margin:0"><!--StartFragment-->'
    "<p style='color:red' onclick=\"alert('>')\">Red <b style=\"font-weight:400\">bold</b>, set style=plain</p>"
    '<table style="border:1px solid"><tr><td style=color:red title="a > b">cell</td></tr></table>'
    '<a href="https://shop.example/?style=old&amp;on=1" style="color:blue">a link</a>'
    '<img src="https://x.example/a.png" onerror="alert(1)" style="width:10px"><!--EndFragment--></body></html>'
)
FROM_A_TEXT_PROGRAM: Final = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0} --></style>'
    '</head><body lang=EN style="tab-interval:36pt"><!--StartFragment--><p class=MsoNormal style="mso-margin:0">'
    '<span lang=EN style="font-family:Calibri">From a letter<o:p></o:p></span></p><ul style="margin:0">'
    '<li style="mso-list:l0">one</li></ul><!--EndFragment--></body></html>'
)
FROM_A_SHARED_TEXT: Final = (
    '<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal-guid-1">'
    '<p dir="ltr" style="line-height:1.4"><span style="font-size:11pt">Shared words</span></p></b>'
)


@pytest.fixture
def writer(desk: Desk, desk_url: str, page: Page) -> Page:
    sign_in(page, desk_url, desk.ada.email)
    page.get_by_role("link", name="The lamp flickers").click()
    page.locator("#editor").click()
    return page


def test_what_has_styles_of_its_own_comes_in_without_them_and_without_a_complaint(writer: Page):
    editor = writer.locator("#editor")
    for html in (FROM_A_PAGE, FROM_A_TEXT_PROGRAM, FROM_A_SHARED_TEXT):
        editor.evaluate(PASTE, html)
        for key in ("Control+Z", "Control+Y", "Enter"):
            writer.keyboard.press(key)

    for words in ("Red bold, set style=plain", "cell", "From a letter", "one", "Shared words"):
        expect(editor).to_contain_text(words)
    for words in ("color: red", "MsoNormal", "plain Red"):
        expect(editor).not_to_contain_text(words)
    expect(editor.locator("a")).to_have_attribute("href", "https://shop.example/?style=old&on=1")
    expect(editor.locator("ul li")).to_have_text("one")
    expect(editor.locator("[style], [class], [onclick], [onerror], style, img, table")).to_have_count(0)


def test_cut_pasted_back_and_dragged_about_it_stays_what_it_was(writer: Page):
    editor = writer.locator("#editor")
    editor.evaluate(PASTE, FROM_A_TEXT_PROGRAM)
    for key in ("Control+A", "Control+B", "Control+X", "Control+V", "Control+A", "Control+C", "End", "Control+V"):
        writer.keyboard.press(key)
    for key in ("Home", "Backspace", "Delete", "ArrowUp", "Control+Z", "Control+Z", "Control+Y"):
        writer.keyboard.press(key)
    writer.evaluate("getSelection().selectAllChildren(document.querySelector('#ticket h1'))")
    writer.locator("#ticket h1").drag_to(editor)

    expect(editor).to_contain_text("From a letter")
    expect(editor).to_contain_text("The lamp flickers")
    expect(editor.locator("[style], [class], h1")).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("shop.example/help?a=1", "https://shop.example/help?a=1"),
        (" http://shop.example ", "http://shop.example"),
        ("orders@shop.example", "mailto:orders@shop.example"),
        ("javascript:alert(1)", "https://javascript:alert(1)"),
    ],
)
def test_an_address_of_a_link_is_typed_as_people_write_one(writer: Page, typed: str, leads_to: str):
    writer.keyboard.type("Here")
    writer.keyboard.press("Control+A")
    writer.once("dialog", lambda dialog: dialog.accept(typed))

    writer.get_by_role("button", name="Link").click()

    expect(writer.locator("#editor a")).to_have_text("Here")
    expect(writer.locator("#editor a")).to_have_attribute("href", leads_to)
