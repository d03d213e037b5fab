"""The new text of an email, whatever the language and the client of its author."""

import pytest

from helpdesk.mail import quote
from tests.mail.quote_fixtures import HEADERS, INTRODUCTIONS, SEPARATORS, TELEPHONES, html_replies


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("earlier", ["Earlier words.\nMore of them.", "> Earlier words.\n> More of them."])
def test_an_introduction_begins_the_quote(introduction, earlier):
    text = f"My answer.\n\n{introduction}\n\n{earlier}\n"

    assert quote.new_part(text).new_text == "My answer."


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_an_introduction_may_be_broken_over_two_lines(introduction):
    words = introduction.split(" ")
    half = len(words) * 2 // 3
    broken = " ".join(words[:half]) + "\n" + " ".join(words[half:])

    assert quote.new_part(f"My answer.\n\n{broken}\n\n> Earlier words.\n").new_text == "My answer."


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("shape", ["plain", "bold", "spaced", "ruled", "wrapped"])
def test_a_header_begins_an_earlier_email(header, shape):
    lines = header.split("|")
    block = {
        "plain": "\n".join(lines),
        "bold": "\n".join("*" + line.replace(":", ":*", 1) for line in lines),
        "spaced": "\n\n".join(lines),
        "ruled": "________________________________\n" + "\n".join(lines),
        "wrapped": "\n   <more@example.com>\n".join([lines[0], "\n".join(lines[1:])]),
    }[shape]

    assert quote.new_part(f"My answer.\n\n{block}\n\nEarlier words.\n").new_text == "My answer."


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_begins_an_earlier_email(separator):
    assert quote.new_part(f"My answer.\n\n{separator}\nEarlier words.\n").new_text == "My answer."


@pytest.mark.parametrize("line", TELEPHONES)
def test_what_a_telephone_adds_is_folded(line):
    text = f"My answer.\n\n{line}\n\nOn 2 May 2022 at 10:30, Ada <ada@example.com> wrote:\n> Earlier words.\n"

    assert quote.new_part(text).new_text == "My answer."
    assert quote.new_part(f"My answer.\n\n{line}\n").new_text == "My answer."


STYLES = [
    (client, number)
    for client in html_replies(INTRODUCTIONS[0], HEADERS[0])
    for number in range(0, len(INTRODUCTIONS), 5)
]


@pytest.mark.parametrize(("client", "number"), STYLES)
def test_html_of_every_client_is_folded_by_its_structure(client, number):
    html = html_replies(INTRODUCTIONS[number], HEADERS[number % len(HEADERS)])[client]

    trimmed = quote.new_part_of_html(html)

    assert trimmed.new_text == "My answer."
    assert "My answer." in trimmed.new_html
    assert "Earlier words" not in trimmed.new_html
    assert "Earlier words." in trimmed.whole


def test_structure_needs_no_words():
    html = (
        '<p>Answer.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>Xyz:</b> Q</p></div><p>Old.</p>'
    )

    assert quote.new_part_of_html(html).new_text == "Answer."


def test_answers_between_quotes_stay_with_what_they_answer():
    text = "\n".join(
        [
            "On 2 May 2022 at 10:30, Ada <ada@example.com> wrote:",
            *("> Which model?", "The old one.", "> Since when?", "Since Monday.", "", "> Kind regards", "> Ada"),
        ]
    )

    assert quote.new_part(text).new_text == "> Which model?\nThe old one.\n> Since when?\nSince Monday."


def test_answers_between_quotes_stay_in_html_too():
    html = (
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, May 2, 2022 Ada wrote:<br></div><blockquote class='
        '"gmail_quote">Which model?</blockquote><div>The old one.</div><blockquote class="gmail_quote">Since when?'
        "</blockquote><div>Since Monday.</div></div>"
    )

    new = quote.new_part_of_html(html).new_text

    assert [line for line in new.split("\n") if line] == [
        "Which model?",
        "The old one.",
        "Since when?",
        "Since Monday.",
    ]


def test_an_answer_below_the_quote_is_what_is_new():
    text = "On 2 May 2022 at 10:30, Ada <ada@example.com> wrote:\n> Which model?\n> Kind regards\n\nThe old one.\n"

    assert quote.new_part(text).new_text == "The old one."


@pytest.mark.parametrize(
    "rest",
    [
        "On Wed, Oct 5, 2016 at 9:00 AM, Ada\nof a very long name <ada@example.com>\nwrote:\n\n> Earlier words.",
        "From: Ada <ada@example.com> Sent: Monday, 2 May 2022 To: Team Subject: Re: x\n\nEarlier words.",
        "Ada writes:\n\nAda> Earlier words.\nAda> More.",
        "> Message du 02/05/22 10:30\n> De : Ada <ada@example.com>\n> Objet : x\n>\n> Earlier words.",
        "(sent from a phone)\n\nOn 2 May 2022 at 10:30, Ada <ada@example.com> wrote:\n> Earlier words.",
        "Sent from my phone, please excuse typos",
        "------- Original Message -------\nOn Monday, January 1st, 2024 at 10:30 AM, Ada wrote:\n\nEarlier words.",
        "--\nAnn\nOn 2 May 2022 at 10:30, Ada <ada@example.com> wrote:\n> Earlier words.",
        "##- Please type your reply above this line -##\n\nEarlier words.",
        ">>> Ada <ada@example.com> 5/2/2022 10:30 AM >>>\nEarlier words.",
        ">>> Ada 02.05.2022 10:30 >>>\n\nEarlier words.\n\nAda",
    ],
)
def test_odd_ways_to_begin_an_earlier_email_are_known(rest):
    assert quote.new_part(f"My answer.\n\n{rest}\n").new_text == "My answer."


def test_a_long_quote_above_a_footer_does_not_come_back():
    quoted = "\n".join(f"> line {number}" for number in range(40))
    text = f"Mine.\n\nOn 2 May 2022 at 10:30, Ada <ada@example.com> wrote:\n{quoted}\n\nA footer nobody knows.\n"

    assert "line 7" not in quote.new_part(text).new_text


@pytest.mark.parametrize(
    "text",
    [
        "> I only quote.",
        "From: Ada <ada@example.com>\nSent: Monday\nTo: Team\nSubject: Help\n\nMy printer burns.",
        "-- \nAnn\nSales",
        "Sent from my iPhone",
        "CAUTION: This email originated from outside of the organization. Do not click links.",
    ],
)
def test_if_nothing_would_remain_everything_is_shown(text):
    trimmed = quote.new_part(text)

    assert trimmed.shown == text
    assert trimmed.new_text == text


def test_a_reply_without_a_word_has_no_new_text_and_shows_everything():
    text = "> On 2 May 2022 at 10:30, Ada <ada@example.com> wrote:\n> Which model?\n"

    trimmed = quote.new_part(text)

    assert trimmed.new_text == ""
    assert trimmed.shown == text


NOT_FOLDED = [
    "Sent from my desk, is much easier.",
    "Sent the parcel to my mother yesterday",
    "Enviado el paquete ayer a las 5, ¿cuándo llega?",
    "From: Berlin\nTo: Rome\nDate: 3 May",
    "On the 3rd of May I wrote to you.",
    "I wrote to you on 3 May at 10:30 and got no answer:",
    "Hello,\nthe error says:\nNo route to host",
    "Note: it is urgent\nSubject: the printer",
    "----\nbut that is not a signature. It is a long sentence below a line of dashes, as people do write.",
    "-- first\n-- second\n-- third",
    "```\n# a comment\n####\ncode\n```",
    "My order was 4711:",
    "Please write to me@example.com:",
    "I received this in error, please delete it.",
    "An external email told me to click a link, is it from you?",
    "5 > 3 and 2 < 4",
    "Price: 5\nDate: today\nName: Ann",
    "From: Ann\nEmail: ann@example.com\nSubject: Help\nMessage: it burns",
    "Date: Monday\nTime: 10:30\nPlace: Rome",
    "From: server\nDate: today\nSubject: error 500\nTo: me",
    "On 5 May 2022 at 10:30 I wrote:\n\nThe printer is broken.",
    "________________\n\nPart two: can I get a refund?\nRegards\nBob",
    "---\n\n## Steps\n1. click\n2. it fails",
]


@pytest.mark.parametrize(
    "text",
    [
        "Sent from Hamburg by post on Monday\nand it has not arrived yet.",
        "Von meinem iPhone gesendet\nwird gar nichts mehr. Woran liegt das?",
        "Warning: external email accounts cannot be added in your app. I get this each time.\n\nWhat now?",
    ],
)
def test_what_begins_like_something_of_a_machine_and_goes_on_is_a_persons(text):
    assert quote.new_part(text).new_text == text


@pytest.mark.parametrize(
    "line",
    [
        "Quoting Ada <ada@example.com>:",
        "Zitat von Ada <ada@example.com>:",
        "* Ada Byron <ada@example.com> [2019-02-05 10:30]:",
        "Ada Byron, 05.02.2019 10:30:",
        "Op Di. 5 Feb. 2019 om 10:30 het Ada <ada@example.com> gesê:",
    ],
)
def test_right_above_a_quote_any_line_that_names_its_author_introduces_it(line):
    assert quote.new_part(f"My answer.\n\n{line}\n> Earlier words.\n").new_text == "My answer."


def test_above_a_block_that_is_set_in_an_address_and_a_moment_are_enough():
    html = '<p>My answer.</p><div>"Ada" ada@example.com – May 2, 2022 10:30 AM<blockquote>Earlier.</blockquote></div>'

    assert quote.new_part_of_html(html).new_text == "My answer."


@pytest.mark.parametrize("middle", NOT_FOLDED)
def test_what_people_write_is_not_folded(middle):
    text = f"First line.\n\n{middle}\n\nLast line."

    assert quote.new_part(text).new_text == text


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Lee\nSales",
        "--\nAnn Lee\nann@example.com",
        "__________\nexample-users mailing list\nhttps://lists.example.com/users",
        "—————\nAnn Lee\n+49 30 1234567",
        "-Ann Lee",
        "This email is confidential, for the intended recipient only. Received in error? Notify the sender.",
        "Diese E-Mail ist vertraulich. Sind Sie nicht der Adressat, informieren Sie bitte den Absender.",
        "Please consider the environment before printing this email.",
        "***\n===\n",
    ],
)
def test_signatures_and_disclaimers_are_folded(signature):
    assert quote.new_part(f"My answer.\n\n{signature}\n").new_text == "My answer."


@pytest.mark.parametrize(
    "banner",
    [
        "CAUTION: This email originated from outside of the organization. Do not click links.",
        "[EXTERNAL EMAIL] Do not click links or open attachments unless you know the sender.",
        "You don't often get email from ann@example.com. Learn why this is important",
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
        "ATTENTION : expéditeur externe. Ne cliquez pas.",
        "外部メール: 送信者を確認してください",
    ],
)
def test_a_gateways_warning_is_folded(banner):
    trimmed = quote.new_part(f"{banner}\n\nMy question.\n")

    assert trimmed.new_text == "My question."
    assert trimmed.folds[0].kind is quote.FoldKind.BANNER


def test_folding_destroys_nothing():
    text = "Mine.\r\n\r\n-- \r\nAnn\r\n\r\nOn 2 May 2022 at 10:30, Ada <ada@example.com> wrote:\r\n> Old.\r\n"

    stretches = list(quote.new_part(text).stretches())

    assert "".join(piece for _, piece in stretches) == text
    assert {kind for kind, _ in stretches} == {None, quote.FoldKind.SIGNATURE, quote.FoldKind.QUOTE}


def test_text_and_html_together_take_the_one_that_knows_more():
    html = '<p>My answer.</p><div id="divRplyFwdMsg"><b>Xyz:</b> Q</div><p>Earlier words.</p>'

    trimmed = quote.new_part_of("My answer.\n\nXyz: Q\n\nEarlier words.", html)

    assert trimmed.new_text == "My answer."
    assert quote.new_part_of("My question.", "<p>My question.</p>").new_html == "<p>My question.</p>"


def test_folded_html_keeps_its_balance():
    html = "<table><tr><td><div>Mine.<br>-----Original Message-----<br><p>Old <b>bold</b></p></div></td></tr></table>"

    folded = quote.new_part_of_html(html).new_html

    assert folded.endswith("</div></td></tr></table>")
    assert "Old" not in folded
