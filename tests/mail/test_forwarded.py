"""The author of an email that a colleague forwards, in the languages and clients of the world."""

import time

import pytest

from helpdesk.mail.forwarded import original_author
from helpdesk.mail.parsed import Address
from tests.mail.quote_fixtures import HEADERS

ADA = Address("Ada", "ada@example.com")


@pytest.mark.parametrize("header", [header for header in HEADERS if "<ada" in header])
@pytest.mark.parametrize("shape", ["plain", "bold", "quoted", "html", "html with links"])
def test_the_author_is_read_from_the_header_in_the_text(header, shape):
    lines = header.split("|")
    text = html = ""
    if shape == "plain":
        text = "Please look at this.\n\n" + "\n".join(lines) + "\n\nMy printer burns."
    elif shape == "bold":
        text = "\n".join("*" + line.replace(":", ":*", 1) for line in lines) + "\n\nMy printer burns."
    elif shape == "quoted":
        text = "Begin forwarded message:\n\n" + "\n".join("> " + line for line in lines) + "\n>\n> My printer burns."
    elif shape == "html":
        rows = "<br>".join("<b>{}:</b>{}".format(*line.replace("：", ":").split(":", 1)) for line in lines)
        html = (
            f"<p>Please look.</p><div>{rows.replace('<ada', '&lt;ada').replace('com>', 'com&gt;')}</div><p>Help.</p>"
        )
    else:
        rows = "<br>".join(lines).replace("Ada <ada@example.com>", '<a href="mailto:ada@example.com">Ada</a>')
        html = f"<p>Please look.</p><div>{rows}</div><p>Help.</p>"

    assert original_author(text, html) == ADA


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("From: Ada Byron <ada@example.com>", Address("Ada Byron", "ada@example.com")),
        ('From: "Byron, Ada" <ada@example.com>', Address("Byron, Ada", "ada@example.com")),
        ("From: Ada [mailto:ada@example.com]", ADA),
        ("From: Ada <ada@example.com<mailto:ada@example.com>>", ADA),
        ("From: ada@example.com", Address("", "ada@example.com")),
        ("From: <ada@example.com>", Address("", "ada@example.com")),
        ("From: Ada (ada@example.com)", ADA),
        ("From: Ada\n  <ada@example.com>", ADA),
        ("From: 'Ada' via Team <ada@example.com>", ADA),
    ],
)
def test_a_name_and_an_address_in_any_dress(line, author):
    text = f"---------- Forwarded message ---------\n{line}\nDate: Mon, 2 May 2022\nSubject: Help\nTo: team\n\nHelp!"

    assert original_author(text) == author


def test_the_outermost_email_counts_and_our_own_are_passed_over():
    text = (
        "From: Ben <ben@desk.example>\nSent: Tuesday\nTo: Ana\nSubject: FW: Help\n\nSee below.\n\n"
        "From: Ada <ada@example.com>\nSent: Monday\nTo: Ben\nSubject: Help\n\nMy printer burns."
    )

    assert original_author(text) == Address("Ben", "ben@desk.example")
    assert original_author(text, besides={"BEN@desk.example"}) == ADA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My printer burns.",
        "From: Berlin\nTo: Rome\nDate: Monday",
        "From Ada with love",
        "On 2 May 2022 at 10:30, Ada <ada@example.com> wrote:\n> Hello",
        "From: ada@example.com only this line",
        "Subject: x\nTo: ben@desk.example\nDate: Monday",
    ],
)
def test_without_a_header_there_is_no_author(text):
    assert original_author(text) is None


@pytest.mark.parametrize("unit", ["From: a\n", "From: a\nTo: b\n", "a@", "From: a@b\n\nx\n", "<div>From: a</div>"])
def test_hostile_text_costs_little(unit):
    text = unit * (300_000 // len(unit))

    started = time.process_time()
    original_author(text, text)

    assert time.process_time() - started < 1.0
