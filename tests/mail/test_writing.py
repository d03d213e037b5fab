"""What an agent's editor gives us is cleaned by us: formatting stays, everything else goes."""

import pytest

from helpdesk.mail import writing


@pytest.mark.parametrize(
    "html",
    [
        "<div>Try <b>this</b> and <i>that</i>.<br></div>",
        '<ul><li>one</li><li>two</li></ul><p><a href="https://desk.example/x?a=1&amp;b=2">here</a></p>',
        "<blockquote>They said so</blockquote><pre>code</pre>",
    ],
)
def test_formatting_stays_as_it_is(html: str):
    assert writing.clean(html) == html


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<script>alert(1)</script>a", "a"),
        ('<a href="javascript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="//evil.example/">a</a>', "<a>a</a>"),
        ('<b style="color:red" onclick="x()">a</b>', "<b>a</b>"),
        ('<img src="https://tracker.example/p.gif" alt="x">a', "a"),
        ('<img src="data:image/svg+xml,x">a', "a"),
        ('<iframe src="/x"></iframe><form><input name="a"></form>a', "a"),
        ("<svg><a xlink:href='x'>b</a></svg>a", "a"),
    ],
)
def test_everything_else_goes(html: str, left: str):
    assert writing.clean(html) == left


def test_a_picture_of_the_draft_becomes_a_part_of_the_email_and_a_foreign_one_goes():
    html = '<div>See <img src="/drafts/files/7" alt="lamp"> and <img src="/drafts/files/8"></div>'

    assert writing.clean(html, {"/drafts/files/7": "p0.x@desk"}) == (
        '<div>See <img src="cid:p0.x@desk" alt="lamp"> and </div>'
    )


def test_the_text_says_what_the_formatting_says():
    html = (
        '<div>Do this:</div><ol><li>off</li><li>on</li></ol><div>See <a href="https://a.example/">the page</a></div>'
    )

    assert writing.as_text(html) == "Do this:\n\n1. off\n2. on\n\nSee the page (https://a.example/)"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('<ol start="4"><li>a<ul><li>x</li></ul></li><li>b</li></ol>', "4. a\n\n- x\n\n5. b"),
        (
            "<div>You said:</div><blockquote><div>dark</div><div>cold</div></blockquote><div>No.</div>",
            "You said:\n\n> dark\n> cold\n\nNo.",
        ),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ("<blockquote></blockquote><div>a</div></blockquote></ol><li>b</li>", "a\n- b"),
        ("<div>type <code>ls</code> <b>now</b></div>", "type ls now"),
    ],
)
def test_lists_have_their_signs_in_the_text_and_quotations_theirs(html: str, text: str):
    assert writing.as_text(writing.clean(html)) == text


@pytest.mark.parametrize(
    ("html", "is_formatted"),
    [("<div>a<br></div>", False), ("<p>a</p>", False), ("<div><b>a</b></div>", True), ('<a href="x:">b</a>', True)],
)
def test_what_is_only_words_is_known(html: str, is_formatted: bool):
    assert writing.is_formatted(html) is is_formatted
