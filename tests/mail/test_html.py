"""The HTML policy: nothing runs, nothing is loaded, nothing readable is lost."""

import pytest

from helpdesk.mail import css, html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><animate attributeName=href values=javascript:alert(1)></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
        "<iframe src=https://evil.example></iframe>",
        "<form action=/login><input name=password><button formaction=//evil.example>Go</button></form>",
        "<base href=https://evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
        "<link rel=stylesheet href=//evil.example/a.css><style>@import '//evil.example/a.css'</style>",
        "<a href='java\tscript:alert(1)'>x</a><a href='data:text/html,x'>x</a><a href='vbscript:x'>x</a>",
        "<div id=csrf_token name=main class=btn hx-get=/logout data-x=1>x</div>",
        "<video src=//evil.example/v autoplay></video><audio src=//evil.example/a></audio>",
        "<object data=//evil.example/o></object><embed src=//evil.example/e>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<img src='/tickets/1/close'><img src='../logout'>",
        "<body background=https://evil.example/b.png><table background=//evil.example/t.png></table>",
        "<img srcset='https://evil.example/1.png 2x'>",
    ],
)
def test_what_is_hostile_goes_and_what_is_readable_stays(hostile):
    safe = html.sanitise(f"<p>READABLE</p>{hostile}<p>TO THE END</p>")

    assert "READABLE" in safe.html
    assert "TO THE END" in safe.html
    for trace in (
        "alert",
        "evil.example",
        "javascript",
        "<form",
        "<input",
        "csrf_token",
        "hx-",
        "src=",
        "srcset",
        "<svg",
    ):
        assert trace not in safe.html


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color: #333; font-size: 11pt", "color:#333;font-size:11pt"),
        ("position: fixed; top: 0; color: red", "color:red"),
        ("margin: -20px; padding: 2px", "padding:2px"),
        ("width: 100vw; height: 100vh; width: 50%", "width:50%"),
        ("background: url(https://evil.example/x.png)", ""),
        ("background: u\\72l(https://evil.example/x.png)", ""),
        ("background: var(--x)", ""),
        ("width: expression(alert(1)); behavior: url(x)", ""),
        ("color: red !important", "color:red"),
        ("display: none", "display:none"),
        ("display: contents", ""),
        ("font-family: 'Segoe UI', sans-serif", 'font-family:"Segoe UI", sans-serif'),
        ("color: red}</style><script>alert(1)</script>", ""),
        ("transform: scale(100); z-index: 9999", ""),
        ("letter-spacing: -0.5px", "letter-spacing:-0.5px"),
        ("x" * 20_000, ""),
    ],
)
def test_styles_are_kept_by_property_and_value(style, kept):
    assert css.check(style)[0] == kept


def test_links_open_elsewhere_and_tell_nothing():
    safe = html.sanitise('<a href="https://shop.example/a?b=1" ping="//evil.example" target="_self">Shop</a>')

    assert 'href="https://shop.example/a?b=1"' in safe.html
    assert 'rel="noopener noreferrer nofollow"' in safe.html
    assert 'target="_blank"' in safe.html
    assert "ping" not in safe.html


def test_remote_content_is_blocked_counted_and_named():
    safe = html.sanitise(
        '<img src="https://a.example/1.png"><img src="HTTPS://user@B.example:8/2.png"><img src="\\\\c.example\\3">'
        '<p style="background:url(//d.example/x)">x</p><video poster="https://e.example/p.png"></video>'
        '<style>p{background:url("https://f.example/y")}</style><img src="/logo.png"><img src="data:image/svg+xml,x">'
    )

    assert safe.blocked_hosts.count("a.example") == 1
    assert set(safe.blocked_hosts) == {f"{letter}.example" for letter in "abcdef"}
    assert safe.blocked_count == 8


def test_images_that_came_along_are_shown_from_this_email_only():
    safe = html.sanitise(
        '<img src="CID:Logo@x"><img src="image001.png"><img src="cid:other">', {"cid:logo@x": 2, "image001.png": 5}
    )

    assert 'src="parts/2"' in safe.html
    assert 'src="parts/5"' in safe.html
    assert (safe.inline_parts, safe.unplaced_images, safe.blocked_count) == ((2, 5), 1, 0)


def test_a_small_image_may_stand_in_the_html_itself():
    image = '<img src="data:image/png;base64,iVBORw0KGgo=">'

    assert "data:image/png;base64,iVBORw0KGgo=" in html.sanitise(image).html


@pytest.mark.parametrize(
    "burden",
    [
        "<div>" * 600,
        "<p>x</p>" * 12_000,
        "x" * (1024 * 1024 + 1),
        "".join(f"<b title={n}>" for n in range(400)) + "<p>" * 5000,
    ],
)
def test_what_is_too_much_is_shown_as_text(burden):
    safe = html.sanitise(burden)

    assert safe.too_complex
    assert safe.html == ""


def test_safe_html_is_already_safe():
    once = html.sanitise(
        '<p style="color:red" align=center>A<br><img src="cid:a"><a href="mailto:a@b.example">b</a>', {"cid:a": 0}
    )

    assert html.sanitise(once.html, {"parts/0": 0}).html == once.html
