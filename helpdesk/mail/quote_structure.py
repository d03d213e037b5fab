"""By which elements mail clients mark a quote, its introduction, a signature or an earlier email in HTML."""

import re
from enum import IntEnum, auto
from typing import Final


class Effect(IntEnum):
    """What an element says of the lines in it, or below it."""

    NONE = auto()
    QUOTE = auto()
    LOOSE = auto()
    """Holds quotes and their introduction, and may hold answers between the quotes."""
    INDENT = auto()
    """A quotation; whether of an email is to be seen from the line above."""
    ATTRIBUTION = auto()
    SIGNATURE = auto()
    EARLIER = auto()
    """From here on everything is an earlier email."""
    EXPECTS_HEADER = auto()
    """The same, if a line such as "From: …" comes next."""
    PRE = auto()
    RULE = auto()


# Words in the attributes (lower case) of the clients in use, and the general words that others choose alike.
_WORDS: Final = {
    Effect.EARLIER: """divrplyfwdmsg appendonsend stopspelling zwchr reply-separator replyseparator
        outlookmessageheader __pbconvhr""",
    Effect.ATTRIBUTION: "gmail_attr moz-cite-prefix quoteheader quote_header quote-header airmail_on",
    Effect.QUOTE: """yahoo_quoted tutanota_quote olk_src_body_section mail-editor-reference-message
        mobile-reference-message isreplycontent isforwardcontent aolreplyquote aolmail_quote messagereplysection
        sh-quoted-content missive_quote front-blockquote __quoted_text__ zmail_extra hs_reply moz-forward-container
        message-quote message_quote email-quote email_quote reply-quote reply_quote
        quoted-mail quoted_mail quoted-text quoted_text quoted-message quoted_message quoted-reply quoted_reply
        original-message original_message""",
    Effect.LOOSE: 'gmail_quote gmail_extra protonmail_quote name="quote"',
    Effect.SIGNATURE: "signature",
}
_CITED: Final = ("type=", "cite=", "border-left", "quote", "itemscope")
_MARKERS: Final = tuple((word, effect) for effect, words in _WORDS.items() for word in words.split())
_TAG: Final = re.compile(r"<[^>]*+>?")
_RULE_ABOVE: Final = re.compile(r"border:\s*none;\s*border-top:\s*solid\s+#?\w{3,12}\s+1")
_ALWAYS: Final = {"blockquote": Effect.INDENT, "includetail": Effect.QUOTE, "pre": Effect.PRE, "hr": Effect.RULE}
_LONGEST_ATTRIBUTES: Final = 4000
_REMEMBERED: Final = 2000


def may_quote(html: str) -> bool:
    """Tell quickly whether anything in the HTML hints at a quote or a signature."""
    lowered = _different_tags(html).lower()
    return "<blockquote" in lowered or "border-top" in lowered or any(word in lowered for word, _ in _MARKERS)


def _different_tags(html: str) -> str:
    """Give each tag once: an email repeats its few. All of it where a ">" may stand within an attribute."""
    different = set(_TAG.findall(html))
    is_plain = not any(tag.count('"') % 2 or tag.count("'") % 2 for tag in different)
    return "".join(different) if is_plain else html


class Structure:
    """What the elements of one HTML body say; looks only for words that occur in it."""

    def __init__(self, html: str) -> None:
        lowered = html.lower()
        self._markers = [(word, effect) for word, effect in _MARKERS if word in lowered]
        self._has_rules = "border-top" in lowered
        self._known: dict[tuple[str, str], Effect] = {}

    def effect(self, name: str, attributes: str) -> Effect:
        if len(attributes) < 5:
            return _ALWAYS.get(name, Effect.NONE)
        key = (name, attributes)
        effect = self._known.get(key)
        if effect is None:
            effect = self._look(name, attributes[:_LONGEST_ATTRIBUTES].lower())
            if len(self._known) < _REMEMBERED:
                self._known[key] = effect
        return effect

    def _look(self, name: str, attributes: str) -> Effect:
        if name == "blockquote":
            return Effect.QUOTE if any(word in attributes for word in _CITED) else Effect.INDENT
        if name in {"a", "img", "style", "meta", "link", "body", "html"}:
            return Effect.NONE
        for word, effect in self._markers:
            if word in attributes:
                return effect
        if self._has_rules and "border-top" in attributes and _RULE_ABOVE.search(attributes):
            return Effect.EXPECTS_HEADER
        return _ALWAYS.get(name, Effect.NONE)
